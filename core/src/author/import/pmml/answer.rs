//! What values come from: whether the model has a result where a field is missing, and which fields a value reads.

use std::collections::BTreeSet;

use super::PmmlFieldKind;
use super::graph::{Graph, Id, Node, PartOp};
use super::lower::Lowering;
use super::schedule::arguments;
use crate::feature::formula::Function;
use crate::graph::Op;

/// Values that are looked at, over all fields: beyond, every field may be missing.
const WORK: usize = 1 << 26;

/// Marks the fields whose absence some output survives.
pub(super) fn mark(low: &mut Lowering<'_>, outputs: &[Id]) {
    let Lowering { graph, fields, unanswered, required, .. } = low;
    let small = fields.len().saturating_mul(graph.nodes().len()) <= WORK;
    for (number, field) in (0u32..).zip(fields) {
        let lost = small && {
            let absent = absent_with(graph, number);
            outputs.iter().all(|id| absent.get(id.0 as usize).copied().unwrap_or_default())
        };
        field.takes_missing = !lost && !required.contains(&number);
        // A text that is not known is either a value of its own, or missing, or invalid.
        if !field.takes_unseen && matches!(field.kind, PmmlFieldKind::Category { .. }) {
            field.takes_unseen = field.takes_missing && !unanswered.contains(&number);
        }
    }
}

/// Which values are absent for certain where a field is.
fn absent_with(graph: &Graph, field: u32) -> Vec<bool> {
    let mut absent: Vec<bool> = Vec::with_capacity(graph.nodes().len());
    for node in graph.nodes() {
        let is = |id: &Id| absent.get(id.0 as usize).copied().unwrap_or_default();
        let gone = match node {
            Node::Field(number) => *number == field,
            Node::Constant(_) => false,
            Node::Missing | Node::Invalid => true,
            Node::Table(_, x, _) => is(x),
            Node::Apply(code, [a, b, c]) => match Function::of_code(*code) {
                Some(Function::IsAbsent) | None => false,
                Some(Function::OrElse | Function::And | Function::Or) => is(a) && is(b),
                Some(Function::Select) => is(a) || (is(b) && is(c)),
                Some(function) => [a, b, c].into_iter().take(function.registers()).any(is),
            },
            Node::Part(part, _) => match graph.parts().get(*part as usize) {
                Some(part) => match &part.op {
                    // Of what is missing, this is about what is unknown only.
                    PartOp::Op(Op::Impute(_) | Op::Linear(_) | Op::Link(_) | Op::Scorecard(_)) => {
                        part.inputs.iter().any(is)
                    }
                    _ => false,
                },
                None => false,
            },
        };
        absent.push(gone);
    }
    absent
}

/// The fields that a value comes from, ascending.
pub(super) fn fields(graph: &Graph, id: Id) -> Vec<u32> {
    let (mut found, mut seen, mut open) = (BTreeSet::new(), BTreeSet::new(), vec![id]);
    while let Some(id) = open.pop() {
        if !seen.insert(id) {
            continue;
        }
        match graph.node(id) {
            Node::Field(field) => drop(found.insert(*field)),
            Node::Part(part, _) => {
                open.extend(graph.parts().get(*part as usize).into_iter().flat_map(|p| &p.inputs));
            }
            node => open.extend(arguments(node)),
        }
    }
    found.into_iter().collect()
}
