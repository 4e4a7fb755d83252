//! What a policy came to, in words.

use std::fmt::Write as _;

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::policy::{
    Cause, DecisionPolicy, Outcome, PolicyResult, RuleState, TraceKind, TraceOutput, UsedStep,
};
use scorelet_core::reason::text_for;
use scorelet_core::schema::Localized;

/// Whether a score was given by its own model, not by one that stands in for it.
pub(super) fn is_of_its_own_model(bundle: &Bundle, decision: &Decision, score: usize) -> bool {
    let (Some(policy), Some(result)) = (&bundle.policy, &decision.policy) else { return true };
    let fallback = u32::try_from(score).ok().and_then(|score| policy.fallback_of(score));
    fallback.is_none_or(|(at, _)| result.fallbacks.get(at).is_some_and(|used| used.step == Some(0)))
}

/// Appends outcome, terms, rules, sources, fallbacks and the trace.
pub(super) fn tell(out: &mut String, bundle: &Bundle, decision: &Decision, language: &str) {
    let (Some(policy), Some(result)) = (&bundle.policy, &decision.policy) else { return };
    // Writing into a String cannot fail.
    if policy.outcome.is_some() {
        let _ = writeln!(out, "\nOutcome   {}", result.outcome.map_or("none", Outcome::name));
    }
    for (term, value) in policy.terms.iter().zip(&result.terms) {
        let name = said(&term.labels, language, &term.name);
        let value = value.map_or_else(|| "none".to_owned(), |value| format!("{value} {}", term.unit));
        let _ = writeln!(out, "  {name}: {}", value.trim_end());
    }
    rules(out, policy, result, bundle, language);
    let missing = policy.sources.iter().zip(&result.sources).filter(|(_, present)| !**present);
    for (index, (source, _)) in missing.enumerate() {
        out.push_str(if index == 0 { "\nMissing sources\n" } else { "" });
        let name = said(&source.labels, language, &source.name);
        let effect = text_for(&source.effects, language).map_or_else(String::new, |text| format!(": {text}"));
        let _ = writeln!(out, "  {name}{effect}");
    }
    for (fallback, used) in policy.fallbacks.iter().zip(&result.fallbacks) {
        let score = bundle.scores.get(fallback.score as usize).map_or("", |score| &score.name);
        let models: Vec<&str> = fallback.steps.iter().map(|step| step.model.as_str()).collect();
        models_used(out, policy, score, &models, used);
    }
    for (index, (node, hit)) in policy.traces.iter().zip(result.trace.iter().flatten()).enumerate() {
        out.push_str(if index == 0 { "\nTrace\n" } else { "" });
        let _ = writeln!(out, "  {}", traced(node, *hit, language));
    }
}

fn said(texts: &[Localized], language: &str, name: &str) -> String {
    text_for(texts, language).unwrap_or(name).to_owned()
}

fn rules(out: &mut String, policy: &DecisionPolicy, result: &PolicyResult, bundle: &Bundle, language: &str) {
    let told = result.rules.iter().filter_map(|&(at, state)| Some((policy.rules.get(at as usize)?, state)));
    for (index, (rule, state)) in told.enumerate() {
        out.push_str(if index == 0 { "\nRules\n" } else { "" });
        let state = if state == RuleState::Undecided { ", undecided" } else { "" };
        let text = text_for(&rule.texts, language).unwrap_or_default();
        let author = if rule.author.is_empty() { String::new() } else { format!(" ({})", rule.author) };
        let codes = rule.groups.iter().filter_map(|&group| bundle.groups.get(group as usize));
        let codes: String = codes.map(|group| format!("  {}", group.code)).collect();
        let _ = writeln!(out, "  {} [{}{state}]: {text}{author}{codes}", rule.id, rule.kind.name());
    }
}

fn models_used(out: &mut String, policy: &DecisionPolicy, score: &str, models: &[&str], used: &UsedStep) {
    if used.causes.is_empty() {
        return;
    }
    let model = used.step.and_then(|step| models.get(step as usize)).copied().unwrap_or("no model");
    let _ = writeln!(out, "\n{score} is of {model}");
    for (model, cause) in models.iter().zip(&used.causes) {
        let source = match cause {
            Cause::MissingSource(source) => policy.sources.get(*source as usize),
            _ => None,
        };
        let source = source.map_or_else(String::new, |source| format!(" {}", source.name));
        let _ = writeln!(out, "  {model} was passed over: {}{source}", cause.name().replace('_', " "));
    }
}

fn traced(node: &TraceOutput, hit: Option<u32>, language: &str) -> String {
    let at = match node.kind {
        TraceKind::Tree => hit,
        TraceKind::Table => hit.and_then(|hit| hit.checked_sub(1)),
    };
    let known = at.and_then(|at| node.hits.get(at as usize));
    let what = match (known, hit) {
        (Some(known), _) => known.id.clone(),
        (None, Some(hit)) => hit.to_string(),
        (None, None) => "nothing".to_owned(),
    };
    let text = known.and_then(|known| text_for(&known.texts, language)).unwrap_or_default();
    format!("{} ({}): {what}  {text}", node.name, node.kind.name()).trim_end().to_owned()
}
