//! The fields that a reason rests on.

use std::collections::BTreeSet;

use scorelet_core::bundle::Bundle;

/// Columns of the fields behind reason groups and rules, in the order of the record.
pub(super) fn fields(bundle: &Bundle, groups: &[u32], rules: &[u32]) -> BTreeSet<u32> {
    let steps =
        bundle.policy.iter().flat_map(|policy| &policy.fallbacks).flat_map(|fallback| &fallback.steps);
    let specs = bundle.scores.iter().filter_map(|score| score.reasons.as_ref());
    let mut columns: Vec<u32> = Vec::new();
    for spec in specs.chain(steps.filter_map(|step| step.reasons.as_ref())) {
        let own = spec.columns(&bundle.graph).iter().zip(&spec.groups);
        columns.extend(own.filter(|(_, group)| groups.contains(group)).map(|(column, _)| *column));
    }
    let all = bundle.policy.as_ref().map_or(&[][..], |policy| &policy.rules);
    columns.extend(rules.iter().filter_map(|&rule| Some(all.get(rule as usize)?.column)));
    let mut seen = BTreeSet::new();
    while let Some(column) = columns.pop() {
        if seen.insert(column)
            && let Some((node, _)) = bundle.node_of_column(column)
        {
            columns.extend_from_slice(&node.inputs);
        }
    }
    seen.into_iter().filter(|&column| (column as usize) < bundle.fields.len()).collect()
}
