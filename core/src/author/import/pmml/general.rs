//! `GeneralRegressionModel`.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Id;
use super::links::{complement, inverse, link, softmax};
use super::lower::Lowering;
use super::model::{Prediction, Target, classifies};
use super::regression::{Sum, cumulative, linear, power};
use super::xml::{Element, shorten};
use crate::Error;
use crate::feature::formula::Function;

/// The parameters of a model, as values of the record.
struct Design<'a> {
    /// The parameters in order.
    names: Vec<&'a str>,
    values: BTreeMap<&'a str, Id>,
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let kind = here.need("modelType")?;
    if !matches!(
        kind,
        "regression" | "generalLinear" | "multinomialLogistic" | "ordinalMultinomial" | "generalizedLinear"
    ) {
        return Err(here.refuse_value("modelType", kind));
    }
    let design = design(low, here)?;
    let classes = classifies(here)?;
    match kind {
        "multinomialLogistic" => multinomial(low, here, wanted, &design),
        "ordinalMultinomial" => ordinal(low, here, wanted, &design),
        _ => {
            let y = predictor(low, here, &design, None)?;
            let norm = if kind == "generalizedLinear" { here.need("linkFunction")? } else { "identity" };
            let value = link_of(low, here, norm, y)?;
            if classes {
                return binary(low, here, wanted, (y, value), norm);
            }
            let trials = field_or_figure(low, here, "trialsVariable", "trialsValue")?;
            let trialled = trials.map_or(value, |n| low.graph.mul(value, n));
            let margin = link(norm).filter(|_| trials.is_none()).map(|link| (y, link));
            Ok(Prediction { margin, ..Prediction::number(trialled) })
        }
    }
}

/// The value of each parameter: the product of its cells.
fn design<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Design<'a>, Error> {
    let mut names = Vec::new();
    for parameter in here.need_child("ParameterList")?.all("Parameter") {
        names.push(parameter.need("name")?);
    }
    let mut factors = BTreeSet::new();
    for predictor in here.child("FactorList").into_iter().flat_map(|l| l.all("Predictor")) {
        if let Some(matrix) = predictor.child("Matrix") {
            return Err(matrix.refuse("a contrast matrix of a factor"));
        }
        factors.insert(predictor.need("name")?);
    }
    let mut values: BTreeMap<&str, Id> = BTreeMap::new();
    for cell in here.need_child("PPMatrix")?.all("PPCell") {
        let (name, field) = (cell.need("parameterName")?, cell.need("predictorName")?);
        if cell.get("targetCategory").is_some() {
            return Err(cell.refuse("a PPCell of a targetCategory"));
        }
        if !names.contains(&name) {
            return Err(cell.wrong(format!("there is no parameter `{}`", shorten(name))));
        }
        let value = low.field(field, cell)?;
        let own = match factors.contains(field) {
            true => value.is(&mut low.graph, cell.need("value")?, cell)?,
            false => {
                let exponent = cell.need_figure("value")?;
                let x = value.to_number(&mut low.graph);
                power(&mut low.graph, x, exponent)
            }
        };
        let before = values.get(name).copied();
        values.insert(name, before.map_or(own, |b| low.graph.mul(b, own)));
    }
    Ok(Design { names, values })
}

/// The coefficients of a category (those of no category count for every one), and of which category there are any.
fn coefficients<'a>(here: Element<'a>, category: Option<&str>) -> Result<BTreeMap<&'a str, f64>, Error> {
    let mut all = BTreeMap::new();
    for cell in here.need_child("ParamMatrix")?.all("PCell") {
        let own = cell.get("targetCategory");
        if own.is_none() || own == category {
            all.insert(cell.need("parameterName")?, cell.need_figure("beta")?);
        }
    }
    Ok(all)
}

/// One linear predictor.
fn sum<'a>(here: Element<'a>, design: &Design<'a>, category: Option<&str>) -> Result<Sum, Error> {
    let (mut intercept, mut terms) = (0.0, Vec::new());
    let betas = coefficients(here, category)?;
    for name in &design.names {
        let Some(&beta) = betas.get(name) else { continue };
        match design.values.get(name) {
            Some(&id) => terms.push((id, beta)),
            // A parameter of no predictor is an intercept.
            None => intercept += beta,
        }
    }
    if let Some(unknown) = betas.keys().find(|name| !design.names.contains(name)) {
        return Err(here.wrong(format!("there is no parameter `{}`", shorten(unknown))));
    }
    Ok((intercept, terms))
}

/// A linear predictor with its offset.
fn predictor<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    design: &Design<'a>,
    category: Option<&str>,
) -> Result<Id, Error> {
    let sum = sum(here, design, category)?;
    let y = linear(low, &[sum], here)?.first().copied();
    let y = y.ok_or_else(|| here.wrong("it has no parameter"))?;
    offset(low, here, y)
}

fn offset<'a>(low: &mut Lowering<'a>, here: Element<'a>, y: Id) -> Result<Id, Error> {
    let offset = field_or_figure(low, here, "offsetVariable", "offsetValue")?;
    Ok(offset.map_or(y, |offset| low.graph.add(y, offset)))
}

fn field_or_figure<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    field: &str,
    figure: &str,
) -> Result<Option<Id>, Error> {
    if let Some(name) = here.get(field) {
        let value = low.field(name, here)?;
        return Ok(Some(value.to_number(&mut low.graph)));
    }
    Ok(here.figure(figure)?.map(|x| low.graph.constant(x)))
}

/// The mean by the link function's inverse.
fn link_of<'a>(low: &mut Lowering<'a>, here: Element<'a>, name: &str, y: Id) -> Result<Id, Error> {
    let parameter = || here.need_figure("linkParameter");
    let graph = &mut low.graph;
    let one = graph.constant(1.0);
    Ok(match name {
        "negbin" => {
            let c = graph.constant(parameter()?);
            let minus = graph.neg(y);
            let e = graph.apply(Function::Expm1, &[minus]);
            let under = graph.mul(c, e);
            graph.div(one, under)
        }
        "oddspower" => match parameter()? {
            0.0 => inverse(graph, "logit", y, here)?,
            d => {
                let product = graph.scaled(y, d);
                let base = graph.add(one, product);
                let exponent = graph.constant(-1.0 / d);
                let power = graph.apply(Function::Pow, &[base, exponent]);
                let under = graph.add(one, power);
                graph.div(one, under)
            }
        },
        "power" => match parameter()? {
            0.0 => graph.exp(y),
            d => power(graph, y, 1.0 / d),
        },
        _ => inverse(graph, name, y, here)?,
    })
}

/// The labels of the model: the target's, else those of the matrix; and its reference.
fn labels<'a>(here: Element<'a>, wanted: &Target<'a>) -> Result<(Vec<&'a str>, &'a str), Error> {
    let mut labels = wanted.values.clone();
    let own = here.need_child("ParamMatrix")?.all("PCell").filter_map(|c| c.get("targetCategory"));
    for label in own.chain(here.get("targetReferenceCategory")) {
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let reference = here.get("targetReferenceCategory").or(labels.last().copied());
    let reference = reference.ok_or_else(|| here.wrong("its classes are not known"))?;
    Ok((labels, reference))
}

fn binary<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    (y, p): (Id, Id),
    norm: &str,
) -> Result<Prediction, Error> {
    let (labels, reference) = labels(here, wanted)?;
    let [first, second] = labels.as_slice() else {
        return Err(here.refuse("a generalizedLinear classification of other than two classes"));
    };
    let event = if *first == reference { second } else { first };
    let rest = complement(&mut low.graph, p);
    let found = vec![((*event).to_owned(), p), (reference.to_owned(), rest)];
    let margin = link(norm).filter(|_| wanted.values.last() == Some(event)).map(|link| (y, link));
    let prediction = Prediction::classes(low, wanted, found, here)?;
    Ok(Prediction { margin, ..prediction })
}

fn multinomial<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    design: &Design<'a>,
) -> Result<Prediction, Error> {
    let (labels, reference) = labels(here, wanted)?;
    let others: Vec<&str> = labels.iter().copied().filter(|l| *l != reference).collect();
    if let [event] = others.as_slice() {
        let y = predictor(low, here, design, Some(event))?;
        let p = inverse(&mut low.graph, "logit", y, here)?;
        return binary(low, here, wanted, (y, p), "logit");
    }
    let sums = others.iter().map(|l| sum(here, design, Some(l))).collect::<Result<Vec<_>, Error>>()?;
    let mut margins = Vec::with_capacity(labels.len());
    for y in linear(low, &sums, here)? {
        margins.push(offset(low, here, y)?);
    }
    margins.push(low.graph.constant(0.0));
    let probabilities = softmax(&mut low.graph, &margins);
    let names = others.into_iter().chain([reference]).map(str::to_owned);
    Prediction::classes(low, wanted, names.zip(probabilities).collect(), here)
}

fn ordinal<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    design: &Design<'a>,
) -> Result<Prediction, Error> {
    let norm = here.get("cumulativeLink").unwrap_or("logit");
    let (labels, _) = labels(here, wanted)?;
    let mut margins = Vec::with_capacity(labels.len());
    for label in &labels {
        margins.push(predictor(low, here, design, Some(label))?);
    }
    let probabilities = cumulative(low, norm, &margins, here)?;
    let found = labels.iter().map(|l| (*l).to_owned()).zip(probabilities).collect();
    Prediction::classes(low, wanted, found, here)
}
