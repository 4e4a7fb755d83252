//! Predicates: true, false, or unknown, which is an absent value.

use super::graph::Id;
use super::lower::Lowering;
use super::xml::Element;
use crate::Error;

/// The predicate in an element.
pub(super) fn inside(here: Element<'_>) -> Result<Element<'_>, Error> {
    let found = here.children().find(|e| is_predicate(e.name()));
    found.ok_or_else(|| here.wrong(format!("{} has no predicate", here.name())))
}

pub(super) fn is_predicate(name: &str) -> bool {
    matches!(name, "SimplePredicate" | "CompoundPredicate" | "SimpleSetPredicate" | "True" | "False")
}

/// A predicate as a value.
pub(super) fn read<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Id, Error> {
    low.enter(here)?;
    let id = match here.name() {
        "True" => Ok(low.graph.truth(true)),
        "False" => Ok(low.graph.truth(false)),
        "SimplePredicate" => simple(low, here),
        "SimpleSetPredicate" => set(low, here),
        "CompoundPredicate" => compound(low, here),
        _ => Err(here.refused()),
    };
    low.leave();
    id
}

fn simple<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Id, Error> {
    let value = low.field(here.need("field")?, here)?;
    let operator = here.need("operator")?;
    let graph = &mut low.graph;
    match operator {
        "isMissing" => return Ok(graph.is_absent(value.id)),
        "isNotMissing" => {
            let absent = graph.is_absent(value.id);
            return Ok(graph.not(absent));
        }
        _ => {}
    }
    let text = here.need("value")?;
    match operator {
        "equal" => return value.is(graph, text, here),
        "notEqual" => {
            let is = value.is(graph, text, here)?;
            return Ok(graph.not(is));
        }
        _ => {}
    }
    let (x, y) = match &value.kind {
        super::value::Kind::Text(_) => {
            let literal = super::value::Value::text(graph, text);
            value.ordered(&literal, graph, here)?
        }
        kind => {
            let figure = super::value::literal(kind, text, here)?;
            (value.id, graph.constant(figure))
        }
    };
    Ok(match operator {
        "lessThan" => graph.less(x, y),
        "lessOrEqual" => graph.less_equal(x, y),
        "greaterThan" => graph.less(y, x),
        "greaterOrEqual" => graph.less_equal(y, x),
        other => return Err(here.refuse_value("operator", other)),
    })
}

fn set<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Id, Error> {
    let value = low.field(here.need("field")?, here)?;
    let texts = here.array()?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let is = value.is_one_of(&mut low.graph, &texts, here)?;
    match here.need("booleanOperator")? {
        "isIn" => Ok(is),
        "isNotIn" => Ok(low.graph.not(is)),
        other => Err(here.refuse_value("booleanOperator", other)),
    }
}

fn compound<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Id, Error> {
    let mut parts = Vec::new();
    for part in here.children() {
        parts.push(read(low, part)?);
    }
    let graph = &mut low.graph;
    let operator = here.need("booleanOperator")?;
    let joined = parts.into_iter().reduce(|a, b| match operator {
        "and" => graph.and(a, b),
        "or" => graph.or(a, b),
        "xor" => graph.apply(crate::feature::formula::Function::NotEqual, &[a, b]),
        // The first that is known.
        _ => graph.or_else(a, b),
    });
    match operator {
        "and" | "or" | "xor" | "surrogate" => {}
        other => return Err(here.refuse_value("booleanOperator", other)),
    }
    joined.ok_or_else(|| here.wrong("it joins no predicates"))
}
