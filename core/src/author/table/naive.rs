//! A decision table evaluated as it is written, rule by rule: what the compiled form is compared with.

use super::{HitPolicy, Table, Value};
use crate::column::State;

/// What a table gives for one row: the outputs of the compiled node, in their order. `row`: the values of the columns that are tested,
/// `copied`: those that outputs are copied from; a state in place of an absent one.
pub fn evaluate(
    table: &Table,
    row: &[Result<f64, State>],
    copied: &[Result<f64, State>],
) -> Vec<Result<f64, State>> {
    let holds = |rule: &usize| {
        let tests = table.rules.get(*rule).map_or(&[][..], |rule| &rule.tests);
        tests.iter().zip(row).all(|(set, value)| set.has(value.ok()))
    };
    let hits: Vec<usize> = table.order().into_iter().filter(holds).collect();
    let value = |value: Option<Value>| match value {
        None | Some(Value::Absent) => Err(State::MISSING),
        Some(Value::Constant(x)) => Ok(x),
        Some(Value::Column(at)) => copied.get(at as usize).copied().unwrap_or(Err(State::MISSING)),
    };
    let of = |rule: Option<&usize>| -> Vec<Result<f64, State>> {
        let rule = rule.and_then(|&rule| table.rules.get(rule));
        let outputs = table.outputs.iter().enumerate();
        let given = outputs.map(|(i, output)| match rule {
            Some(rule) => value(rule.outputs.get(i).copied()),
            None => value(output.default),
        });
        given.collect()
    };
    let number = |rule: Option<&usize>| Ok(rule.map_or(0.0, |&rule| rule as f64 + 1.0));
    let numbered = |rule: Option<&usize>| {
        let mut all = of(rule);
        all.push(number(rule));
        all
    };
    let count = Ok(hits.len() as f64);
    let broken = vec![Err(State::OUT_OF_RANGE); table.outputs.len() + 1];
    match table.policy {
        HitPolicy::Unique if hits.len() > 1 => broken,
        HitPolicy::Any if hits.iter().any(|rule| of(Some(rule)) != of(hits.first())) => broken,
        HitPolicy::Unique | HitPolicy::Any | HitPolicy::First | HitPolicy::Priority => numbered(hits.first()),
        HitPolicy::RuleOrder | HitPolicy::OutputOrder | HitPolicy::Collect => {
            let missing = vec![Err(State::MISSING); table.outputs.len() + 1];
            let hit = |i: usize| match hits.get(i) {
                None if i > 0 => missing.clone(),
                found => numbered(found),
            };
            (0..usize::from(table.hits)).flat_map(hit).chain([count]).collect()
        }
        HitPolicy::Count => vec![count],
        HitPolicy::Sum | HitPolicy::Least | HitPolicy::Greatest => {
            let gathered = |i: usize| {
                let each = |rule| of(rule).get(i).copied().unwrap_or(Err(State::MISSING));
                let Some((first, rest)) = hits.split_first() else { return each(None) };
                let sum = rest.iter().try_fold(each(Some(first))?, |sum, rule| {
                    let next = each(Some(rule))?;
                    Ok(match table.policy {
                        HitPolicy::Sum => sum + next,
                        HitPolicy::Least => sum.min(next),
                        _ => sum.max(next),
                    })
                })?;
                if sum.is_finite() { Ok(sum) } else { Err(State::OUT_OF_RANGE) }
            };
            (0..table.outputs.len()).map(gathered).chain([count]).collect()
        }
    }
}
