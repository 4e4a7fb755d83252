//! From written tables to the engine's.

use std::collections::BTreeMap;

use super::set::Cut;
use super::{HitPolicy, Table, Value};
use crate::decision::table::{DecisionTable, Hits, OutputColumn, TestColumn};
use crate::limits;

/// The engine's form of a table.
///
/// # Errors
/// What is over a limit, in words.
pub fn compile(table: &Table) -> Result<DecisionTable, &'static str> {
    if table.rules.len() > limits::TABLE_RULES {
        return Err("a decision table has more rules than the limit of 65,536");
    }
    let order = table.order();
    let hits = match table.policy {
        HitPolicy::Unique => Hits::Unique,
        HitPolicy::Any => Hits::Any,
        HitPolicy::Priority | HitPolicy::First => Hits::First,
        HitPolicy::RuleOrder | HitPolicy::OutputOrder | HitPolicy::Collect => Hits::List(table.hits),
        HitPolicy::Sum => Hits::Sum,
        HitPolicy::Least => Hits::Least,
        HitPolicy::Greatest => Hits::Greatest,
        HitPolicy::Count => Hits::Count,
    };
    let columns = (0..table.domains.len()).map(|column| tests(table, &order, column));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let given = if hits == Hits::Count { 0 } else { table.outputs.len() };
    let outputs = (0..given).map(|output| outputs(table, &order, output)).collect::<Result<Vec<_>, _>>()?;
    let in_place = order.iter().enumerate().all(|(place, &rule)| place == rule);
    let numbers = if in_place { Vec::new() } else { order.iter().map(|&rule| rule as u16).collect() };
    DecisionTable::new(hits, table.rules.len() as u32, numbers, columns, outputs)
}

/// The tests on a column, the other way round.
fn tests(table: &Table, order: &[usize], column: usize) -> Result<TestColumn, &'static str> {
    let words = table.rules.len().div_ceil(64);
    let (mut first, mut absent) = (vec![0u64; words], vec![0u64; words]);
    let mark = |set: &mut [u64], rule: usize| {
        if let Some(word) = set.get_mut(rule / 64) {
            *word |= 1 << (rule % 64);
        }
    };
    let mut changes: Vec<(Cut, u16)> = Vec::new();
    for (place, &rule) in order.iter().enumerate() {
        let Some(set) = table.rules.get(rule).and_then(|rule| rule.tests.get(column)) else {
            return Err("a rule of a decision table has no test for one of its columns");
        };
        if set.absent {
            mark(&mut absent, place);
        }
        for &(from, to) in set.parts() {
            if from == Cut::FIRST {
                mark(&mut first, place);
            } else {
                changes.push((from, place as u16));
            }
            if to != Cut::LAST {
                changes.push((to, place as u16));
            }
        }
    }
    changes.sort_by(|a, b| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal));
    let mut edges: Vec<f64> = changes.iter().map(|&(Cut(x, _), _)| x).collect();
    edges.dedup();
    let end = |cut: Cut| changes.partition_point(|&(at, _)| at <= cut) as u32;
    let ends = edges.iter().flat_map(|&x| [end(Cut(x, false)), end(Cut(x, true))]).collect();
    let changes = changes.iter().map(|&(_, rule)| rule).collect();
    TestColumn::new(table.rules.len() as u32, edges, ends, changes, first, absent)
}

fn outputs(table: &Table, order: &[usize], output: usize) -> Result<OutputColumn, &'static str> {
    let mut places: BTreeMap<u64, u32> = BTreeMap::new();
    let mut values: Vec<f64> = Vec::new();
    let given = |rule: &usize| table.rules.get(*rule).and_then(|rule| rule.outputs.get(output)).copied();
    let default = table.outputs.get(output).and_then(|output| output.default).unwrap_or(Value::Absent);
    let Some(of_rules) = order.iter().map(given).collect::<Option<Vec<Value>>>() else {
        return Err("a rule of a decision table does not give one of its outputs");
    };
    for value in of_rules.iter().chain([&default]) {
        if let Value::Constant(x) = value {
            places.entry(x.to_bits()).or_insert_with(|| {
                values.push(*x);
                values.len() as u32
            });
        }
    }
    let place = |value: &Value| {
        let place = match value {
            Value::Absent => 0,
            Value::Constant(x) => places.get(&x.to_bits()).copied().unwrap_or_default(),
            Value::Column(at) => values.len() as u32 + 1 + at,
        };
        u16::try_from(place)
            .map_err(|_| "an output of a decision table has more than 65,535 values and expressions")
    };
    let of_rules = of_rules.iter().map(place).collect::<Result<Vec<u16>, _>>()?;
    let default = place(&default)?;
    OutputColumn::new(values, of_rules, default)
}
