//! Figures of several values: those that are missing do not count.

use super::function::arity;
use super::graph::{Graph, Id};
use super::value::Value;
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;

/// Values of a median: it sorts them by comparing each with each.
const SORTED: usize = 200;

pub(super) fn apply(graph: &mut Graph, name: &str, args: &[Id], here: Element<'_>) -> Result<Id, Error> {
    if args.is_empty() {
        let none: [Value; 0] = [];
        return Err(arity(name, &none, here));
    }
    Ok(match name {
        "min" => present(graph, Function::Min, args),
        "max" => present(graph, Function::Max, args),
        "sum" => present(graph, Function::Add, args),
        "product" => present(graph, Function::Mul, args),
        "avg" => {
            let sum = present(graph, Function::Add, args);
            let count = count(graph, args);
            graph.div(sum, count)
        }
        _ => return median(graph, args, here),
    })
}

/// A function from left to right over the values that are there; missing if none is.
fn present(graph: &mut Graph, function: Function, args: &[Id]) -> Id {
    let folded = args.iter().copied().reduce(|a, b| {
        let both = graph.apply(function, &[a, b]);
        let either = graph.or_else(a, b);
        graph.or_else(both, either)
    });
    folded.unwrap_or_else(|| graph.missing())
}

/// How many values are there.
fn count(graph: &mut Graph, args: &[Id]) -> Id {
    let counted: Vec<Id> = args
        .iter()
        .map(|&a| {
            let absent = graph.is_absent(a);
            graph.not(absent)
        })
        .collect();
    match counted.iter().map(|&c| graph.value(c)).sum::<Option<f64>>() {
        Some(known) => graph.constant(known),
        None => graph.sum(&counted),
    }
}

/// The middle value, or the mean of the two in the middle.
pub(super) fn median(graph: &mut Graph, args: &[Id], here: Element<'_>) -> Result<Id, Error> {
    if args.len() > SORTED {
        return Err(here.refuse(format!("a median of more than {SORTED} values")));
    }
    // What is missing stands at the end.
    let end = graph.constant(f64::MAX);
    let mut sorted: Vec<Id> = args.iter().map(|&a| graph.or_else(a, end)).collect();
    for round in 0..sorted.len() {
        for i in (round % 2..sorted.len().saturating_sub(1)).step_by(2) {
            if let (Some(&a), Some(&b)) = (sorted.get(i), sorted.get(i + 1)) {
                let (least, most) = (graph.min(a, b), graph.max(a, b));
                sorted.splice(i..i + 2, [least, most]);
            }
        }
    }
    let count = count(graph, args);
    if let Some(n) = graph.value(count) {
        let n = n as usize;
        let at = |i: usize| sorted.get(i).copied();
        return Ok(match (n % 2, at(n.saturating_sub(1) / 2), at(n / 2)) {
            (1, Some(middle), _) => middle,
            (_, Some(a), Some(b)) => mean(graph, a, b),
            _ => graph.missing(),
        });
    }
    let mut result = graph.missing();
    for n in 1..=sorted.len() {
        let (Some(&a), Some(&b)) = (sorted.get((n - 1) / 2), sorted.get(n / 2)) else { continue };
        let middle = if n % 2 == 1 { a } else { mean(graph, a, b) };
        let so_many = graph.constant(n as f64);
        let is = graph.equal(count, so_many);
        result = graph.select(is, middle, result);
    }
    Ok(result)
}

fn mean(graph: &mut Graph, a: Id, b: Id) -> Id {
    let sum = graph.add(a, b);
    let two = graph.constant(2.0);
    graph.div(sum, two)
}
