//! A policy against the bundle that it is in.

use super::DecisionPolicy;
use crate::bundle::Bundle;
use crate::limits;
use crate::names::Names;
use crate::record::date;
use crate::schema::FieldType;

/// Checks every index and name; gives what reasons of its fallbacks cost, with which the scores' must stay within the limit.
pub(crate) fn check(bundle: &Bundle) -> Result<u64, &'static str> {
    let Some(policy) = &bundle.policy else { return Ok(0) };
    if policy.is_empty() {
        return Err("it is empty: then it must be left out");
    }
    let columns = bundle.graph.columns();
    if policy.columns().iter().any(|&column| column as usize >= columns) {
        return Err("it reads a column that does not exist");
    }
    let field = |column: u32| bundle.fields.get(column as usize).map(|field| &field.kind);
    if policy.as_of.is_some_and(|column| !matches!(field(column), Some(FieldType::Date))) {
        return Err("its reference time is no date field");
    }
    names(policy)?;
    for rule in &policy.rules {
        if rule.groups.iter().any(|&group| group as usize >= bundle.groups.len()) {
            return Err("a rule gives a reason code that does not exist");
        }
        let dated = rule.expires.is_none_or(|day| date::format(f64::from(day)).is_some());
        if !dated || (rule.expires.is_some() && policy.as_of.is_none()) {
            return Err("a rule expires at no date, or is compared with none");
        }
    }
    if policy.sources.iter().flat_map(|source| &source.fields).any(|&column| field(column).is_none()) {
        return Err("a source has a field that does not exist");
    }
    let hits: usize = policy.traces.iter().map(|trace| trace.hits.len()).sum();
    if hits > limits::TRACE_HITS {
        return Err("the traced nodes have more leaves and rules than the limit");
    }
    fallbacks(bundle, policy)
}

fn names(policy: &DecisionPolicy) -> Result<(), &'static str> {
    let twice = [
        Names::new(policy.terms.iter().map(|term| term.name.as_str())).has_duplicates(),
        Names::new(policy.rules.iter().map(|rule| rule.id.as_str())).has_duplicates(),
        Names::new(policy.sources.iter().map(|source| source.name.as_str())).has_duplicates(),
    ];
    if twice.contains(&true) { Err("two terms, rules or sources have the same name") } else { Ok(()) }
}

fn fallbacks(bundle: &Bundle, policy: &DecisionPolicy) -> Result<u64, &'static str> {
    let mut work: u64 = 0;
    if !policy.fallbacks.is_sorted_by(|a, b| a.score < b.score) {
        return Err("its fallbacks are not in ascending order of their scores");
    }
    for fallback in &policy.fallbacks {
        if fallback.score as usize >= bundle.scores.len() || fallback.steps.is_empty() {
            return Err("a fallback has no score or no model");
        }
        for (index, step) in fallback.steps.iter().enumerate() {
            let Some(spec) = &step.reasons else { continue };
            if index == 0 {
                return Err("the reasons of a fallback's first model are those of its score");
            }
            work = spec.check(&bundle.graph, bundle.groups.len())?.saturating_add(work);
            if work > limits::COALITION_WORK {
                return Err("the reasons of its fallbacks together cost more than the limit");
            }
        }
    }
    Ok(work)
}
