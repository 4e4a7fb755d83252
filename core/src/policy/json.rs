//! What a policy came to, as JSON.

use super::parts::{FallbackOutput, RuleOutput, TraceKind, TraceOutput};
use super::read::{Cause, PolicyResult, RuleState, UsedStep};
use super::{DecisionPolicy, Outcome};
use crate::bundle::Bundle;
use crate::decision::Audience;
use crate::json::Json;
use crate::reason::text_for;
use crate::record::date;
use crate::schema::Localized;

fn text(json: &mut Json<'_>, key: &str, texts: &[Localized], language: &str) {
    if let Some(text) = text_for(texts, language) {
        json.key(key).text(text);
    }
}

impl PolicyResult {
    /// Writes the members of a decision that it has: of each list those that the bundle has any of.
    pub(crate) fn write(
        &self,
        policy: &DecisionPolicy,
        bundle: &Bundle,
        (language, audience): (&str, Audience),
        json: &mut Json<'_>,
    ) {
        let all = audience == Audience::Lender;
        if policy.outcome.is_some() {
            json.key("outcome").text_or_null(self.outcome.map(Outcome::name));
        }
        if !policy.terms.is_empty() {
            json.key("terms").array(self.terms.iter().zip(&policy.terms), |json, (value, term)| {
                json.object(|json| {
                    json.key("name").text(&term.name);
                    text(json, "label", &term.labels, language);
                    json.key("value").number(*value);
                    json.key("unit").text(&term.unit);
                });
            });
        }
        if !policy.rules.is_empty() {
            let known =
                self.rules.iter().filter_map(|&(at, state)| Some((policy.rules.get(at as usize)?, state)));
            let known = known.filter(|(rule, _)| all || !rule.groups.is_empty());
            json.key("rules").array(known, |json, (rule, state)| {
                json.object(|json| {
                    if all {
                        write_rule(rule, state, language, json);
                    }
                    write_codes(rule, bundle, language, json);
                });
            });
        }
        if !policy.sources.is_empty() {
            json.key("sources").array(
                self.sources.iter().zip(&policy.sources),
                |json, (&present, source)| {
                    json.object(|json| {
                        json.key("name").text(&source.name);
                        text(json, "label", &source.labels, language);
                        json.key("need").text(source.need.name());
                        json.key("present").bool(present);
                        if !present {
                            text(json, "effect", &source.effects, language);
                        }
                    });
                },
            );
        }
        if !policy.fallbacks.is_empty() && all {
            json.key("fallback").array(
                self.fallbacks.iter().zip(&policy.fallbacks),
                |json, (used, output)| {
                    json.object(|json| write_used(used, output, policy, bundle, json));
                },
            );
        }
        if let Some(trace) = self.trace.as_ref().filter(|_| all) {
            json.key("trace").array(trace.iter().zip(&policy.traces), |json, (hit, node)| {
                json.object(|json| write_hit(*hit, node, language, json));
            });
        }
    }
}

fn write_rule(rule: &RuleOutput, state: RuleState, language: &str, json: &mut Json<'_>) {
    json.key("id").text(&rule.id);
    json.key("kind").text(rule.kind.name());
    json.key("state").text(if state == RuleState::Fired { "fired" } else { "undecided" });
    if let Some(outcome) = rule.outcome {
        json.key("outcome").text(outcome.name());
    }
    text(json, "text", &rule.texts, language);
    if !rule.author.is_empty() {
        json.key("author").text(&rule.author);
    }
    if let Some(day) = rule.expires {
        json.key("expires").text_or_null(date::format(f64::from(day)).as_deref());
    }
}

fn write_codes(rule: &RuleOutput, bundle: &Bundle, language: &str, json: &mut Json<'_>) {
    let groups = rule.groups.iter().filter_map(|&group| bundle.groups.get(group as usize));
    json.key("reasons").array(groups, |json, group| {
        json.object(|json| {
            json.key("code").text(&group.code);
            json.key("text").text(text_for(&group.texts, language).unwrap_or_default());
        });
    });
}

fn write_used(
    used: &UsedStep,
    output: &FallbackOutput,
    policy: &DecisionPolicy,
    bundle: &Bundle,
    json: &mut Json<'_>,
) {
    let step = used.step.and_then(|step| output.steps.get(step as usize));
    json.key("score").text_or_null(bundle.scores.get(output.score as usize).map(|score| score.name.as_str()));
    json.key("used").text_or_null(step.map(|step| step.model.as_str()));
    json.key("passed").array(used.causes.iter().zip(&output.steps), |json, (cause, step)| {
        json.object(|json| {
            json.key("model").text(&step.model);
            json.key("cause").text(cause.name());
            if let Cause::MissingSource(source) = cause {
                let source = policy.sources.get(*source as usize).map(|source| source.name.as_str());
                json.key("source").text_or_null(source);
            }
        });
    });
}

fn write_hit(hit: Option<u32>, node: &TraceOutput, language: &str, json: &mut Json<'_>) {
    json.key("node").text(&node.name);
    json.key("kind").text(node.kind.name());
    json.key("hit").column(hit);
    // Rules are counted from 1, leaves from 0.
    let at = match node.kind {
        TraceKind::Tree => hit,
        TraceKind::Table => hit.and_then(|hit| hit.checked_sub(1)),
    };
    let Some(hit) = at.and_then(|at| node.hits.get(at as usize)) else { return };
    json.key("id").text(&hit.id);
    text(json, "text", &hit.texts, language);
}
