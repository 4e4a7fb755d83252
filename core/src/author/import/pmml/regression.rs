//! `RegressionModel`.

use super::graph::{Graph, Id, PartOp};
use super::links::{complement, inverse, link, shares, softmax};
use super::lower::Lowering;
use super::model::{Prediction, Target, classifies};
use super::target;
use super::value::{Kind, lookup};
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;
use crate::graph::Op;
use crate::limits;
use crate::model::linear::Linear;
use crate::model::link::Link;

/// An intercept, and values with their coefficients.
pub(super) type Sum = (f64, Vec<(Id, f64)>);

/// Several sums over the same values, as one node.
pub(super) fn linear(low: &mut Lowering<'_>, sums: &[Sum], here: Element<'_>) -> Result<Vec<Id>, Error> {
    let mut inputs: Vec<Id> = Vec::new();
    let mut places = std::collections::BTreeMap::new();
    for (id, _) in sums.iter().flat_map(|(_, terms)| terms) {
        places.entry(*id).or_insert_with(|| {
            inputs.push(*id);
            inputs.len() - 1
        });
    }
    super::super::check_limit("coefficients", inputs.len().saturating_mul(sums.len()), limits::COLUMNS * 64)?;
    if let ([(intercept, _)], [one]) = (sums, inputs.as_slice())
        && sums.iter().all(|(_, terms)| matches!(terms.as_slice(), [(_, 1.0)]))
    {
        let one = target::folded(low, *one);
        return Ok(vec![target::rescaled(low, one, 1.0, *intercept)]);
    }
    let graph = &mut low.graph;
    if inputs.is_empty() {
        return Ok(sums.iter().map(|(intercept, _)| graph.constant(*intercept)).collect());
    }
    let mut coefficients = vec![0.0; inputs.len() * sums.len()];
    for (row, (_, terms)) in sums.iter().enumerate() {
        for (id, c) in terms {
            let at = places.get(id).map(|at| row * inputs.len() + at);
            if let Some(slot) = at.and_then(|at| coefficients.get_mut(at)) {
                *slot += c;
            }
        }
    }
    let intercepts = sums.iter().map(|(intercept, _)| *intercept).collect();
    let op = Linear::new(intercepts, coefficients, None).map_err(|what| here.wrong(what))?;
    let part = graph.part(inputs, PartOp::Op(Op::Linear(op)));
    Ok((0..sums.len() as u32).map(|k| graph.output(part, k)).collect())
}

/// One `RegressionTable`.
fn table<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Sum, Error> {
    let mut terms: Vec<(Id, f64)> = Vec::new();
    let mut texts: Vec<(&str, Id, Vec<f64>)> = Vec::new();
    for term in here.children() {
        match term.name() {
            "NumericPredictor" => {
                let value = low.field(term.need("name")?, term)?;
                let x = value.to_number(&mut low.graph);
                let exponent = term.figure("exponent")?.unwrap_or(1.0);
                terms.push((power(&mut low.graph, x, exponent), term.need_figure("coefficient")?));
            }
            "CategoricalPredictor" => {
                let (name, text) = (term.need("name")?, term.need("value")?);
                let coefficient = term.need_figure("coefficient")?;
                let value = low.field(name, term)?;
                if let Kind::Text(vocabulary) = &value.kind {
                    let at = texts.iter().position(|(n, ..)| *n == name).unwrap_or_else(|| {
                        let size = vocabulary.texts.len() + usize::from(vocabulary.open);
                        texts.push((name, value.id, vec![0.0; size]));
                        texts.len() - 1
                    });
                    let place = vocabulary.position(text);
                    if let (Some((_, _, figures)), Some(place)) = (texts.get_mut(at), place)
                        && let Some(slot) = figures.get_mut(place)
                    {
                        *slot += coefficient;
                    }
                    continue;
                }
                let is = value.is(&mut low.graph, text, term)?;
                let no = low.graph.truth(false);
                terms.push((low.graph.or_else(is, no), coefficient));
            }
            "PredictorTerm" => {
                let mut product: Option<Id> = None;
                for field in term.all("FieldRef") {
                    let value = low.field(field.need("field")?, field)?;
                    let x = value.to_number(&mut low.graph);
                    product = Some(product.map_or(x, |p| low.graph.mul(p, x)));
                }
                let product = product.ok_or_else(|| term.wrong("it has no FieldRef"))?;
                terms.push((product, term.need_figure("coefficient")?));
            }
            _ => return Err(term.refused()),
        }
    }
    // A missing category has no coefficient.
    for (_, id, figures) in texts {
        let zero = low.graph.constant(0.0);
        let figure = lookup(&mut low.graph, id, &figures);
        terms.push((low.graph.or_else(figure, zero), 1.0));
    }
    Ok((here.need_figure("intercept")?, terms))
}

/// A power of a whole or other exponent.
pub(super) fn power(graph: &mut Graph, x: Id, exponent: f64) -> Id {
    match exponent {
        1.0 => x,
        2.0 => graph.mul(x, x),
        other => {
            let exponent = graph.constant(other);
            graph.apply(Function::Pow, &[x, exponent])
        }
    }
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let tables: Vec<Element<'a>> = here.all("RegressionTable").collect();
    let norm = here.get("normalizationMethod").unwrap_or("none");
    let mut sums = Vec::with_capacity(tables.len());
    for element in &tables {
        sums.push(table(low, *element)?);
    }
    if classifies(here)? {
        return classes(low, here, wanted, &tables, &sums, norm);
    }
    let [_] = tables.as_slice() else {
        return Err(here.wrong(format!("a regression has {} tables", tables.len())));
    };
    let y = linear(low, &sums, here)?.first().copied().ok_or_else(|| here.wrong("it has no table"))?;
    // Of one value, softmax is the logistic function in this place.
    let norm = if norm == "softmax" { "logit" } else { norm };
    let value = match norm {
        "simplemax" => return Err(here.refuse_value("normalizationMethod", norm)),
        _ => inverse(&mut low.graph, norm, y, here)?,
    };
    Ok(Prediction { margin: link(norm).map(|link| (y, link)), ..Prediction::number(value) })
}

fn classes<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    tables: &[Element<'a>],
    sums: &[Sum],
    norm: &str,
) -> Result<Prediction, Error> {
    let labels: Vec<&str> = tables.iter().map(|t| t.need("targetCategory")).collect::<Result<_, Error>>()?;
    let last_is_empty = sums.last().is_some_and(|(intercept, terms)| *intercept == 0.0 && terms.is_empty());
    let ordinal = low
        .dictionary
        .fields
        .get(wanted.name.unwrap_or_default())
        .is_some_and(|f| f.here.get("optype") == Some("ordinal"));
    if labels.len() < 2 {
        return Err(here.wrong("a classification has fewer than two tables"));
    }
    let binary = labels.len() == 2;
    // Two classes with one linear model between them: the logistic function.
    let logistic = binary && ((norm == "softmax" && last_is_empty) || (norm == "logit" && !ordinal));
    let single =
        binary && matches!(norm, "logit" | "probit" | "cloglog" | "loglog" | "cauchit" | "none" | "exp");
    let mut margin = None;
    let probabilities = if logistic || single {
        let norm = if logistic { "logit" } else { norm };
        let first = sums.first().cloned().unwrap_or_default();
        let y = linear(low, &[first], here)?.first().copied().ok_or_else(|| here.wrong("it has no table"))?;
        let p = inverse(&mut low.graph, norm, y, here)?;
        // The score is that of the last of the target's values.
        if wanted.values.last() == labels.first() {
            margin = link(norm).map(|link| (y, link));
        }
        vec![p, complement(&mut low.graph, p)]
    } else {
        let margins = linear(low, sums, here)?;
        match norm {
            "softmax" => softmax(&mut low.graph, &margins),
            "simplemax" => shares(&mut low.graph, &margins),
            "none" if !ordinal => with_rest(low, &margins),
            _ if ordinal => cumulative(low, norm, &margins, here)?,
            // A model a class against all others.
            _ => {
                let all: Result<Vec<Id>, Error> =
                    margins.iter().map(|&y| inverse(&mut low.graph, norm, y, here)).collect();
                shares(&mut low.graph, &all?)
            }
        }
    };
    let found = labels.iter().map(|l| (*l).to_owned()).zip(probabilities).collect();
    let prediction = Prediction::classes(low, wanted, found, here)?;
    let margin = margin.filter(|(_, link)| *link != Link::Identity);
    Ok(Prediction { margin, ..prediction })
}

/// The last class has what the others leave.
fn with_rest(low: &mut Lowering<'_>, all: &[Id]) -> Vec<Id> {
    let Some((_, others)) = all.split_last() else { return Vec::new() };
    let sum = low.graph.sum(others);
    let rest = complement(&mut low.graph, sum);
    others.iter().copied().chain([rest]).collect()
}

/// Probabilities of ordered classes: differences of the cumulative ones; the last has the rest.
pub(super) fn cumulative(
    low: &mut Lowering<'_>,
    norm: &str,
    margins: &[Id],
    here: Element<'_>,
) -> Result<Vec<Id>, Error> {
    let mut probabilities = Vec::with_capacity(margins.len());
    let mut before: Option<Id> = None;
    for (k, &y) in margins.iter().enumerate() {
        let up_to = match k + 1 == margins.len() {
            true => low.graph.constant(1.0),
            false => inverse(&mut low.graph, norm, y, here)?,
        };
        probabilities.push(before.map_or(up_to, |b| low.graph.sub(up_to, b)));
        before = Some(up_to);
    }
    Ok(probabilities)
}
