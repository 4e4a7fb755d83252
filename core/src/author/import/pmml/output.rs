//! `Output`: the named results of a model.

use super::expression;
use super::graph::Id;
use super::links::complement;
use super::lower::Lowering;
use super::model::{Prediction, Target};
use super::target;
use super::value::{Kind, Value, distinct, lookup, texts};
use super::xml::{Element, shorten};
use crate::Error;

/// A named result.
#[derive(Clone, Debug)]
pub(super) struct Result {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) probability: bool,
    /// Not for the reader: it is there for other fields.
    hidden: bool,
}

/// Reads the output fields of a model.
pub(super) fn read<'a>(
    low: &mut Lowering<'a>,
    model: Element<'a>,
    wanted: &Target<'a>,
    prediction: &Prediction,
) -> core::result::Result<Vec<Result>, Error> {
    let Some(here) = model.child("Output") else { return Ok(Vec::new()) };
    low.open();
    let predicted = target::typed(low, wanted, prediction.value.clone());
    if let Some(name) = wanted.name {
        low.bind(name, predicted.clone());
    }
    let mut results: Vec<Result> = Vec::new();
    for field in here.all("OutputField") {
        let name = field.need("name")?;
        if results.iter().any(|r| r.name == name) {
            return Err(field.wrong(format!("there are two outputs `{}`", shorten(name))));
        }
        let (value, probability) = one(low, field, wanted, prediction, &predicted)?;
        low.bind(name, value.clone());
        let hidden = !field.flag("isFinalResult", true)?;
        results.push(Result { name: name.to_owned(), value, probability, hidden });
    }
    low.close();
    Ok(results)
}

fn one<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    prediction: &Prediction,
    predicted: &Value,
) -> core::result::Result<(Value, bool), Error> {
    let feature = here.get("feature").unwrap_or("predictedValue");
    if here.get("segmentId").is_some() {
        return Err(here.refuse("an output of a segment by its segmentId"));
    }
    if here.get("targetField").is_some_and(|field| Some(field) != wanted.name) {
        return Err(here.refuse("an output of another target"));
    }
    let rank = here.figure("rank")?.unwrap_or(1.0);
    match feature {
        "predictedValue" => {
            if rank != 1.0 {
                return Err(here.refuse("a predictedValue of another rank than 1"));
            }
            Ok((expression::typed(low, predicted.clone(), here)?, false))
        }
        "predictedDisplayValue" => Ok((shown(low, wanted, &prediction.value), false)),
        "probability" => {
            let id = probability(low, here, prediction, rank)?;
            Ok((Value::number(id), true))
        }
        "residual" => {
            // Of a class: how far its probability is from certainty.
            let id = probability(low, here, prediction, rank)?;
            Ok((Value::number(complement(&mut low.graph, id)), true))
        }
        "transformedValue" => {
            let value = expression::read(low, expression::inside(here)?)?;
            Ok((expression::typed(low, value, here)?, false))
        }
        "reasonCode" => Ok((reason(low, here, prediction, rank)?, false)),
        "entityId" => match &prediction.entity {
            Some(entity) => Ok((entity.clone(), false)),
            None => Err(here.refuse("an entityId of this model")),
        },
        other => Err(here.refuse_value("feature", other)),
    }
}

fn probability(
    low: &mut Lowering<'_>,
    here: Element<'_>,
    prediction: &Prediction,
    rank: f64,
) -> core::result::Result<Id, Error> {
    let Some(classes) = &prediction.classes else {
        return Err(here.refuse("a probability of a model without probabilities"));
    };
    if let Some(label) = here.get("value") {
        let at = classes.labels.iter().position(|l| l == label);
        let id = at.and_then(|at| classes.probabilities.get(at)).copied();
        return id.ok_or_else(|| here.wrong(format!("there is no class `{}`", shorten(label))));
    }
    if rank != 1.0 {
        return Err(here.refuse("a probability of another rank than 1"));
    }
    let greatest = classes.probabilities.iter().copied().reduce(|a, b| low.graph.max(a, b));
    greatest.ok_or_else(|| here.wrong("there are no classes"))
}

/// The label as the dictionary shows it.
fn shown(low: &mut Lowering<'_>, wanted: &Target<'_>, value: &Value) -> Value {
    let Kind::Text(vocabulary) = &value.kind else { return value.clone() };
    let field = wanted.name.and_then(|name| low.dictionary.fields.get(name));
    let shown = |t: &String| field.and_then(|f| f.shown.get(t.as_str()).map(|s| (*s).to_owned()));
    let (list, table) = distinct(vocabulary.texts.iter().map(|t| shown(t).unwrap_or_else(|| t.clone())));
    Value { id: lookup(&mut low.graph, value.id, &table), kind: texts(list) }
}

/// The reason code of a rank: the characteristic whose points are so far on the bad side of the baseline; of equal ones the earlier is first.
fn reason(
    low: &mut Lowering<'_>,
    here: Element<'_>,
    prediction: &Prediction,
    rank: f64,
) -> core::result::Result<Value, Error> {
    let graph = &mut low.graph;
    let reasons = &prediction.reasons;
    if reasons.is_empty() {
        return Err(here.refuse("a reasonCode of a model without reason codes"));
    }
    let before = graph.constant(rank - 1.0);
    let mut code = graph.missing();
    for (i, own) in reasons.iter().enumerate() {
        let mut place = graph.constant(0.0);
        for (j, other) in reasons.iter().enumerate().filter(|(j, _)| *j != i) {
            let ahead = match j < i {
                true => graph.less_equal(own.difference, other.difference),
                false => graph.less(own.difference, other.difference),
            };
            place = graph.add(place, ahead);
        }
        let is = graph.equal(place, before);
        // What is better than its baseline is no reason.
        let zero = graph.constant(0.0);
        let counts = graph.less_equal(zero, own.difference);
        let is = graph.and(is, counts);
        code = graph.select(is, own.code, code);
    }
    Ok(Value { id: code, kind: texts(prediction.codes.clone()) })
}

/// The place of an output with this value; it is added if there is none. Hidden ones go.
pub(super) fn ensure(results: &mut Vec<Result>, name: &str, value: Value, probability: bool) -> usize {
    results.retain(|r| !r.hidden);
    if let Some(at) = results.iter().position(|r| r.value == value) {
        return at;
    }
    let mut own = name.to_owned();
    while results.iter().any(|r| r.name == own) {
        own.push('_');
    }
    results.push(Result { name: own, value, probability, hidden: false });
    results.len() - 1
}
