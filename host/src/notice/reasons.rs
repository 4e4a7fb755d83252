//! Which reasons a notice names.
//!
//! A rule counts that fired and that itself makes the outcome as bad as it is: one that only refers is no reason to decline. Principal
//! reasons are those of hard and overriding rules that count; if there is none, those of caps that count and of the score. A reason that says no more than that a policy or a score was not met is not specific ("statements that the adverse action was
//! based on the creditor's internal standards or policies or that the applicant … failed to achieve a qualifying score … are
//! insufficient", 12 CFR 1002.9(b)(2)), and is left out; if nothing is left there is no notice.

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::notice::Notice;
use scorelet_core::policy::{Outcome, RuleKind, RuleState};
use scorelet_core::reason::text_for;

/// Reasons at most: "disclosure of more than four reasons is not likely to be helpful" (comment 9(b)(2)-1 of Regulation B); a score
/// has up to four key factors (15 U.S.C. 1681g(f)(1)(C)).
pub const MOST: usize = 4;

/// The reasons of a notice: indexes of reason groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Principal reasons of the decision.
    pub principal: Vec<u32>,
    /// Key factors of the score; a fifth one is about inquiries.
    pub factors: Vec<u32>,
    /// Reasons that were left out as not specific.
    pub unspecific: Vec<u32>,
    /// Rules whose reasons these are, by their index.
    pub rules: Vec<u32>,
}

/// The reasons of a decision, whose score of index `score` is told.
///
/// # Errors
/// The id of a rule that decided and gives no reason code.
pub fn of(bundle: &Bundle, notice: &Notice, decision: &Decision, score: usize) -> Result<Named, String> {
    let mut named = Named::default();
    let factors = decision.scores.get(score).and_then(|result| result.reasons.as_deref()).unwrap_or_default();
    let factors: Vec<u32> = factors.iter().map(|reason| reason.group).collect();
    let mut decided = false;
    let mut principal = Vec::new();
    if let (Some(policy), Some(result)) = (&bundle.policy, &decision.policy) {
        let fired = result.rules.iter().filter(|(_, state)| *state == RuleState::Fired);
        let fired: Vec<_> = fired.filter_map(|&(at, _)| Some((at, policy.rules.get(at as usize)?))).collect();
        let fired: Vec<_> =
            fired.into_iter().filter(|(_, rule)| bears(rule.outcome, result.outcome)).collect();
        decided = fired.iter().any(|(_, rule)| matches!(rule.kind, RuleKind::Hard | RuleKind::Override));
        for (at, rule) in fired {
            let counts = match rule.kind {
                RuleKind::Hard | RuleKind::Override => true,
                RuleKind::Cap => !decided,
                RuleKind::Floor | RuleKind::Indicator => false,
            };
            if counts && rule.groups.is_empty() && rule.kind != RuleKind::Cap {
                return Err(rule.id.clone());
            }
            if counts {
                principal.extend_from_slice(&rule.groups);
                named.rules.push(at);
            }
        }
    }
    if !decided {
        principal.extend_from_slice(&factors);
    }
    for group in principal {
        if !is_specific(bundle, notice, group) {
            if !named.unspecific.contains(&group) {
                named.unspecific.push(group);
            }
        } else if named.principal.len() < MOST && !named.principal.contains(&group) {
            named.principal.push(group);
        }
    }
    for (place, group) in factors.into_iter().enumerate() {
        if place < MOST || (named.factors.len() == MOST && notice.inquiries.contains(&group)) {
            named.factors.push(group);
        }
    }
    Ok(named)
}

/// Whether what a rule sets is as bad as the outcome.
fn bears(own: Option<Outcome>, outcome: Option<Outcome>) -> bool {
    own.is_some_and(|own| outcome.is_none_or(|outcome| own as u8 >= outcome as u8))
}

/// Whether a reason says more than that a policy or a score was not met: its author does not say otherwise, and none of its texts does.
fn is_specific(bundle: &Bundle, notice: &Notice, group: u32) -> bool {
    let texts = bundle.groups.get(group as usize).map_or(&[][..], |group| &group.texts);
    !notice.unspecific.contains(&group) && !texts.iter().any(|text| only_below_policy(&text.text))
}

/// Words of which texts that say nothing specific are made.
const EMPTY_WORDS: [&str; 58] = [
    "a",
    "achieve",
    "an",
    "and",
    "application",
    "bank",
    "based",
    "below",
    "company",
    "credit",
    "creditor",
    "criteria",
    "cut",
    "cutoff",
    "did",
    "do",
    "does",
    "failed",
    "for",
    "guidelines",
    "insufficient",
    "internal",
    "is",
    "lender",
    "lending",
    "low",
    "meet",
    "met",
    "minimum",
    "not",
    "of",
    "off",
    "on",
    "or",
    "our",
    "policies",
    "policy",
    "qualifying",
    "required",
    "requirement",
    "requirements",
    "rules",
    "s",
    "score",
    "scores",
    "scoring",
    "standard",
    "standards",
    "system",
    "the",
    "threshold",
    "to",
    "too",
    "under",
    "underwriting",
    "was",
    "with",
    "your",
];
/// One of these must be among them.
const EMPTY_SUBJECTS: [&str; 11] = [
    "criteria",
    "guidelines",
    "policies",
    "policy",
    "requirements",
    "rules",
    "score",
    "scores",
    "standard",
    "standards",
    "threshold",
];
/// The same in Chinese, which has no spaces.
const EMPTY_CHINESE: [&str; 35] = [
    "综合",
    "信用",
    "评分",
    "分数",
    "得分",
    "不足",
    "过低",
    "较低",
    "偏低",
    "太低",
    "低于",
    "未达到",
    "未达",
    "没有",
    "达到",
    "不符合",
    "未满足",
    "不满足",
    "我行",
    "本行",
    "银行",
    "内部",
    "政策",
    "标准",
    "要求",
    "最低",
    "准入",
    "条件",
    "规定",
    "贷款",
    "审批",
    "您的",
    "的",
    "线",
    "门槛",
];
const CHINESE_SUBJECTS: [&str; 8] = ["评分", "分数", "得分", "政策", "标准", "要求", "准入", "规定"];

/// Whether a text says no more than that a policy or a score was not met.
pub fn only_below_policy(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let empty = |word: &&str| EMPTY_WORDS.contains(word);
    if words.iter().all(empty) {
        return words.iter().any(|word| EMPTY_SUBJECTS.contains(word));
    }
    let mut rest: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    if !CHINESE_SUBJECTS.iter().any(|subject| rest.contains(subject)) {
        return false;
    }
    EMPTY_CHINESE.iter().for_each(|part| rest = rest.replace(part, ""));
    rest.is_empty()
}

/// The text of a reason.
pub fn text<'a>(bundle: &'a Bundle, group: u32, language: &str) -> &'a str {
    let group = bundle.groups.get(group as usize);
    group.map_or("", |group| text_for(&group.texts, language).unwrap_or(&group.code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_specific() {
        for text in [
            "Score too low",
            "Your credit score is below our minimum.",
            "Did not meet the lender's internal policies",
            "Failed to achieve a qualifying score on the credit scoring system",
            "Below policy",
            "评分过低",
            "未达到我行准入标准",
            "您的信用评分低于最低要求。",
        ] {
            assert!(only_below_policy(text), "{text}");
        }
        for text in [
            "Length of credit experience",
            "Income in relation to obligations",
            "Too many recent inquiries",
            "Credit history too short for our policy",
            "信用经历较短",
            "收入相对负债较低",
            "Credit",
            "",
        ] {
            assert!(!only_below_policy(text), "{text}");
        }
        assert!(EMPTY_WORDS.is_sorted() && EMPTY_SUBJECTS.is_sorted());
    }
}
