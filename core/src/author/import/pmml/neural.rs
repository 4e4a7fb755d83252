//! `NeuralNetwork`: layers as linear nodes in f64, the activations between them as formulas.

use std::collections::BTreeMap;

use super::expression;
use super::function::tanh;
use super::graph::Id;
use super::links::{inverse, shares, softmax};
use super::lower::Lowering;
use super::model::{Prediction, Target, classifies};
use super::regression::{Sum, linear};
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;

/// What a layer takes from the network where it says nothing itself.
struct Defaults<'a> {
    activation: &'a str,
    threshold: Option<f64>,
    width: Option<f64>,
    altitude: Option<f64>,
    normalization: &'a str,
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let mut known: BTreeMap<&str, Id> = BTreeMap::new();
    for input in here.need_child("NeuralInputs")?.all("NeuralInput") {
        let value = expression::derived(low, input.need_child("DerivedField")?)?;
        known.insert(input.need("id")?, value.to_number(&mut low.graph));
    }
    let defaults = Defaults {
        activation: here.need("activationFunction")?,
        threshold: here.figure("threshold")?,
        width: here.figure("width")?,
        altitude: here.figure("altitude")?,
        normalization: here.get("normalizationMethod").unwrap_or("none"),
    };
    for element in here.all("NeuralLayer") {
        layer(low, element, &defaults, &mut known)?;
    }
    outputs(low, here, wanted, &known)
}

fn layer<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    defaults: &Defaults<'a>,
    known: &mut BTreeMap<&'a str, Id>,
) -> Result<(), Error> {
    let activation = here.get("activationFunction").unwrap_or(defaults.activation);
    let threshold = here.figure("threshold")?.or(defaults.threshold).unwrap_or(0.0);
    let width = here.figure("width")?.or(defaults.width);
    let altitude = here.figure("altitude")?.or(defaults.altitude).unwrap_or(1.0);
    let radial = activation == "radialBasis";
    let mut names = Vec::new();
    let mut sums: Vec<Sum> = Vec::new();
    let mut results = Vec::new();
    for neuron in here.all("Neuron") {
        names.push(neuron.need("id")?);
        let mut terms = Vec::new();
        for con in neuron.all("Con") {
            let from = con.need("from")?;
            let x = known.get(from).copied();
            let x = x.ok_or_else(|| {
                con.wrong(format!("there is no neuron `{}` before", super::xml::shorten(from)))
            })?;
            terms.push((x, con.need_figure("weight")?));
        }
        if radial {
            let width = neuron.figure("width")?.or(width);
            let width = width.filter(|w| *w != 0.0).ok_or_else(|| neuron.wrong("it has no width"))?;
            let altitude = neuron.figure("altitude")?.unwrap_or(altitude);
            results.push(radial_basis(low, &terms, width, altitude, neuron)?);
            continue;
        }
        sums.push((neuron.figure("bias")?.unwrap_or(0.0), terms));
    }
    if !radial {
        for z in linear(low, &sums, here)? {
            results.push(activated(low, activation, z, threshold, here)?);
        }
    }
    let results = match here.get("normalizationMethod").unwrap_or(defaults.normalization) {
        "none" => results,
        "softmax" => softmax(&mut low.graph, &results),
        "simplemax" => shares(&mut low.graph, &results),
        other => return Err(here.refuse_value("normalizationMethod", other)),
    };
    low.graph.check()?;
    for (name, result) in names.into_iter().zip(results) {
        if known.insert(name, result).is_some() {
            return Err(here.wrong(format!("two neurons have the id `{}`", super::xml::shorten(name))));
        }
    }
    Ok(())
}

/// e^(fan-in · ln(altitude) − Σ (x − w)² / (2 · width²)).
fn radial_basis(
    low: &mut Lowering<'_>,
    terms: &[(Id, f64)],
    width: f64,
    altitude: f64,
    here: Element<'_>,
) -> Result<Id, Error> {
    if altitude <= 0.0 {
        return Err(here.wrong("an altitude is not over 0"));
    }
    let graph = &mut low.graph;
    let mut squares = Vec::with_capacity(terms.len());
    for (x, weight) in terms {
        let weight = graph.constant(*weight);
        let distance = graph.sub(*x, weight);
        squares.push(graph.mul(distance, distance));
    }
    let z = graph.sum(&squares);
    let z = graph.scaled(z, -0.5 / (width * width));
    let height = graph.constant(terms.len() as f64 * crate::math::ln(altitude));
    let exponent = graph.add(height, z);
    Ok(graph.exp(exponent))
}

/// The activation functions of the standard, but for sine, cosine and arctangent.
fn activated<'a>(
    low: &mut Lowering<'a>,
    name: &str,
    z: Id,
    threshold: f64,
    here: Element<'a>,
) -> Result<Id, Error> {
    match name {
        "tanh" => return Ok(tanh(low, z)),
        "logistic" => return inverse(&mut low.graph, "logit", z, here),
        _ => {}
    }
    let graph = &mut low.graph;
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    Ok(match name {
        "identity" => z,
        "threshold" => {
            let threshold = graph.constant(threshold);
            graph.less(threshold, z)
        }
        "exponential" => graph.exp(z),
        "reciprocal" => graph.div(one, z),
        "square" => graph.mul(z, z),
        "Gauss" => {
            let square = graph.mul(z, z);
            let minus = graph.neg(square);
            graph.exp(minus)
        }
        "Elliott" => {
            let size = graph.apply(Function::Abs, &[z]);
            let under = graph.add(one, size);
            graph.div(z, under)
        }
        "rectifier" => graph.max(zero, z),
        other => return Err(here.refuse_value("activationFunction", other)),
    })
}

/// The neurons that are results, as the target's values.
fn outputs<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    known: &BTreeMap<&'a str, Id>,
) -> Result<Prediction, Error> {
    let mut found: Vec<(String, Id)> = Vec::new();
    let all: Vec<Element<'a>> = here.need_child("NeuralOutputs")?.all("NeuralOutput").collect();
    for output in &all {
        let neuron = output.need("outputNeuron")?;
        let z = known.get(neuron).copied();
        let z =
            z.ok_or_else(|| output.wrong(format!("there is no neuron `{}`", super::xml::shorten(neuron))))?;
        let field = output.need_child("DerivedField")?;
        let expression = expression::inside(field)?;
        if classifies(here)? {
            match expression.name() {
                "NormDiscrete" => found.push((expression.need("value")?.to_owned(), z)),
                _ => {
                    return Err(
                        expression.refuse("a class of a network by another expression than NormDiscrete")
                    );
                }
            }
            continue;
        }
        if all.len() > 1 {
            return Err(output.refuse("a network of several results"));
        }
        return match expression.name() {
            "FieldRef" => Ok(Prediction::number(z)),
            "NormContinuous" => denormalized(low, expression, z).map(Prediction::number),
            _ => Err(expression.refused()),
        };
    }
    if let ([(label, p)], [first, second]) = (found.as_slice(), wanted.values.as_slice()) {
        // One neuron for two classes: the other has what it leaves.
        let rest = super::links::complement(&mut low.graph, *p);
        let other = if label == first { second } else { first };
        found.push(((*other).to_owned(), rest));
    }
    Prediction::classes(low, wanted, found, here)
}

/// The inverse of `NormContinuous`: its points the other way round.
fn denormalized<'a>(low: &mut Lowering<'a>, here: Element<'a>, y: Id) -> Result<Id, Error> {
    let points = here.all("LinearNorm").map(|p| Ok((p.need_figure("norm")?, p.need_figure("orig")?)));
    let mut points = points.collect::<Result<Vec<(f64, f64)>, Error>>()?;
    if points.len() > 1 && points.is_sorted_by(|a, b| a.0 > b.0) {
        points.reverse();
    }
    if points.len() < 2 || !points.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(here.wrong("its LinearNorm have no inverse"));
    }
    let graph = &mut low.graph;
    Ok(expression::piecewise(graph, y, &points))
}
