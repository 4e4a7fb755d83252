//! From linear predictors to predictions.

use super::graph::{Graph, Id, PartOp};
use super::xml::Element;
use crate::Error;
use crate::graph::Op;
use crate::model::link::Link;

/// The link of one value, if it is one of the engine's.
pub(super) fn link(name: &str) -> Option<Link> {
    Some(match name {
        "none" | "identity" => Link::Identity,
        "logit" => Link::Logit { sigmoid: 1.0 },
        "probit" => Link::Probit,
        "cloglog" => Link::Cloglog,
        "exp" | "log" => Link::Exp,
        _ => return None,
    })
}

/// The inverse of a link function, of one value.
pub(super) fn inverse(graph: &mut Graph, name: &str, x: Id, here: Element<'_>) -> Result<Id, Error> {
    Ok(match (name, link(name)) {
        (_, Some(Link::Identity)) => x,
        (_, Some(Link::Exp)) => graph.exp(x),
        (_, Some(link)) => graph.op(x, Op::Link(link)),
        // e^(−e^(−x)) is what the complementary log-log of −x leaves of 1.
        ("loglog", None) => {
            let minus = graph.neg(x);
            let other = graph.op(minus, Op::Link(Link::Cloglog));
            complement(graph, other)
        }
        ("logc", None) => {
            let e = graph.exp(x);
            complement(graph, e)
        }
        _ => return Err(here.refuse_value("a link or normalisation of the name", name)),
    })
}

/// 1 − p.
pub(super) fn complement(graph: &mut Graph, p: Id) -> Id {
    let one = graph.constant(1.0);
    graph.sub(one, p)
}

/// Softmax over all.
pub(super) fn softmax(graph: &mut Graph, all: &[Id]) -> Vec<Id> {
    let part = graph.part(all.to_vec(), PartOp::Op(Op::Link(Link::Softmax)));
    (0..all.len() as u32).map(|k| graph.output(part, k)).collect()
}

/// Each as its share of the sum.
pub(super) fn shares(graph: &mut Graph, all: &[Id]) -> Vec<Id> {
    let sum = graph.sum(all);
    all.iter().map(|&p| graph.div(p, sum)).collect()
}
