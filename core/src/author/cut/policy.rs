//! What the device knows of the policy: the parts whose columns are all there.

use super::Columns;
use crate::bundle::BundleParts;
use crate::error::BundleError;
use crate::policy::{DecisionPolicy, FallbackOutput, FallbackStep};
use crate::schema::Stage;

/// The policy of the device bundle; `None` if nothing of it runs there. `scores` are the scores that the device has.
pub(super) fn own(whole: &BundleParts, columns: &Columns, scores: &[u32]) -> Option<DecisionPolicy> {
    let policy = whole.policy.as_ref()?;
    let mut own = DecisionPolicy {
        outcome: policy.outcome.and_then(|column| columns.own(column)),
        as_of: policy.as_of.and_then(|column| columns.own(column)),
        ..policy.clone()
    };
    own.terms.retain_mut(|term| here(&mut term.column, columns));
    own.rules.retain_mut(|rule| {
        // Who answers for a rule is the lender's affair.
        rule.author.clear();
        let dated = rule.expires.is_none() || own.as_of.is_some();
        dated && here(&mut rule.column, columns)
    });
    // A cause names a source by its number: with a fallback all sources stay, or no fallback does.
    own.sources.retain_mut(|source| {
        source.fields = source.fields.iter().filter_map(|&column| columns.own(column)).collect();
        here(&mut source.column, columns)
    });
    own.traces.retain_mut(|trace| here(&mut trace.column, columns));
    own.fallbacks = match own.sources.len() == policy.sources.len() {
        true => policy.fallbacks.iter().filter_map(|f| own_fallback(f, columns, scores)).collect(),
        false => Vec::new(),
    };
    (!own.is_empty()).then_some(own)
}

/// Renumbers a column; false if the device does not have it.
fn here(column: &mut u32, columns: &Columns) -> bool {
    let own = columns.own(*column);
    *column = own.unwrap_or(*column);
    own.is_some()
}

fn own_fallback(fallback: &FallbackOutput, columns: &Columns, scores: &[u32]) -> Option<FallbackOutput> {
    let step = |step: &FallbackStep| {
        let (column, cause) = (columns.own(step.column)?, columns.own(step.cause)?);
        step.reasons.is_none().then(|| FallbackStep { column, cause, ..step.clone() })
    };
    Some(FallbackOutput {
        score: u32::try_from(scores.iter().position(|&score| score == fallback.score)?).ok()?,
        used: columns.own(fallback.used)?,
        steps: fallback.steps.iter().map(step).collect::<Option<_>>()?,
    })
}

/// The edge explains what a fallback's further models gave: they must run there.
pub(super) fn explained(whole: &BundleParts, columns: &Columns) -> Result<(), BundleError> {
    let steps = whole.policy.iter().flat_map(|policy| &policy.fallbacks).flat_map(|fallback| &fallback.steps);
    for spec in steps.filter_map(|step| step.reasons.as_ref()) {
        if columns.node(spec.node) == Stage::Device
            && let Some(node) = whole.nodes.get(spec.node as usize)
        {
            return Err(node.error(
                "it runs on the device, and the edge explains it where it stands in for another model: let it run on the edge",
            ));
        }
    }
    Ok(())
}
