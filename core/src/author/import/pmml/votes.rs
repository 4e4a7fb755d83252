//! How the predictions of several models become one.

use std::collections::BTreeMap;

use super::aggregate;
use super::graph::Id;
use super::lower::Lowering;
use super::model::{Prediction, Target};
use super::value::Kind;
use super::xml::Element;
use crate::Error;

/// A model of several: whether it counts, how much, and what it says.
pub(super) struct Member {
    pub(super) holds: Id,
    pub(super) weight: f64,
    pub(super) prediction: Prediction,
}

/// Values of a median with weights: it compares each with each.
const WEIGHED: usize = 200;

/// The joint prediction. `skip`: a model without a result does not count; otherwise there is none then.
pub(super) fn join<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    method: &str,
    classifies: bool,
    wanted: &Target<'a>,
    members: Vec<Member>,
    skip: bool,
) -> Result<Prediction, Error> {
    // Which members count, as 0 or 1; and where one that counts has no result.
    let mut counted = Vec::with_capacity(members.len());
    let mut broken = low.graph.truth(false);
    for member in &members {
        let no = low.graph.truth(false);
        let holds = low.graph.or_else(member.holds, no);
        let absent = low.graph.is_absent(member.prediction.value.id);
        if skip {
            let there = low.graph.not(absent);
            counted.push(low.graph.and(holds, there));
        } else {
            let gone = low.graph.and(holds, absent);
            broken = low.graph.or(broken, gone);
            counted.push(holds);
        }
    }
    let mut prediction = if classifies {
        let found = classes(low, here, method, &members, &counted)?;
        Prediction::classes(low, wanted, found, here)?
    } else {
        let id = figure(low, here, method, &members, &counted)?;
        Prediction::number(id)
    };
    let missing = low.graph.missing();
    prediction.map(|id| low.graph.select(broken, missing, id));
    Ok(prediction)
}

/// A member's value, times a factor, where it counts; 0 elsewhere.
fn part(low: &mut Lowering<'_>, counts: Id, value: Id, factor: f64) -> Id {
    let zero = low.graph.constant(0.0);
    let value = low.graph.scaled(value, factor);
    low.graph.select(counts, value, zero)
}

/// The weights of those that count.
fn weights(low: &mut Lowering<'_>, members: &[Member], counted: &[Id], weighted: bool) -> Id {
    let one = low.graph.constant(1.0);
    let all: Vec<Id> = members
        .iter()
        .zip(counted)
        .map(|(m, &counts)| part(low, counts, one, if weighted { m.weight } else { 1.0 }))
        .collect();
    low.graph.sum(&all)
}

fn figure<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    method: &str,
    members: &[Member],
    counted: &[Id],
) -> Result<Id, Error> {
    let mut values = Vec::with_capacity(members.len());
    for member in members {
        values.push(member.prediction.value.to_number(&mut low.graph));
    }
    match method {
        "sum" | "average" | "weightedAverage" | "weightedSum" => {
            let weighted = method.starts_with("weighted");
            let terms: Vec<Id> = members
                .iter()
                .zip(values.iter().zip(counted))
                .map(|(m, (&value, &counts))| part(low, counts, value, if weighted { m.weight } else { 1.0 }))
                .collect();
            let sum = low.graph.sum(&terms);
            if matches!(method, "sum" | "weightedSum") {
                return Ok(sum);
            }
            let total = weights(low, members, counted, weighted);
            Ok(low.graph.div(sum, total))
        }
        _ => {
            let missing = low.graph.missing();
            let there: Vec<(Id, f64)> = members
                .iter()
                .zip(values.iter().zip(counted))
                .map(|(m, (&value, &counts))| (low.graph.select(counts, value, missing), m.weight))
                .collect();
            middle(low, method, &there, here)
        }
    }
}

/// Median, weighted median or greatest of values with weights; those that are missing do not count.
pub(super) fn middle<'a>(
    low: &mut Lowering<'a>,
    method: &str,
    values: &[(Id, f64)],
    here: Element<'a>,
) -> Result<Id, Error> {
    let ids: Vec<Id> = values.iter().map(|(id, _)| *id).collect();
    match method {
        "median" => aggregate::median(&mut low.graph, &ids, here),
        "max" => aggregate::apply(&mut low.graph, "max", &ids, here),
        "weightedMedian" => weighted_median(low, values, here),
        other => Err(here.refuse_value("multipleModelMethod", other)),
    }
}

/// The least value at which half of the weight is reached.
fn weighted_median<'a>(low: &mut Lowering<'a>, values: &[(Id, f64)], here: Element<'a>) -> Result<Id, Error> {
    if values.len() > WEIGHED {
        return Err(here.refuse(format!("a weighted median of more than {WEIGHED} values")));
    }
    let graph = &mut low.graph;
    let zero = graph.constant(0.0);
    let mut result = graph.missing();
    let mut shares = Vec::with_capacity(values.len());
    for &(id, weight) in values {
        let absent = graph.is_absent(id);
        let weight = graph.constant(weight);
        shares.push(graph.select(absent, zero, weight));
    }
    let total = graph.sum(&shares);
    let half = graph.scaled(total, 0.5);
    for &(own, _) in values {
        let mut reached = zero;
        for (&(other, _), &share) in values.iter().zip(&shares) {
            let under = graph.less_equal(other, own);
            let part = graph.if_true(under, share, zero);
            reached = graph.add(reached, part);
        }
        let enough = graph.less_equal(half, reached);
        let missing = graph.missing();
        let there = graph.is_absent(own);
        let candidate = graph.select(enough, own, missing);
        let candidate = graph.select(there, missing, candidate);
        let lesser = graph.min(result, candidate);
        let either = graph.or_else(result, candidate);
        result = graph.or_else(lesser, either);
    }
    Ok(result)
}

fn classes<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    method: &str,
    members: &[Member],
    counted: &[Id],
) -> Result<Vec<(String, Id)>, Error> {
    let weighted = method.starts_with("weighted");
    // For each class what each model adds to it.
    let mut order: Vec<String> = Vec::new();
    let mut terms: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    for (member, &counts) in members.iter().zip(counted) {
        let weight = if weighted { member.weight } else { 1.0 };
        let found: Vec<(String, Id)> = match method {
            "majorityVote" | "weightedMajorityVote" => {
                let Kind::Text(vocabulary) = &member.prediction.value.kind else {
                    return Err(here.wrong("a segment predicts no class"));
                };
                let own = member.prediction.value.clone();
                let vote = |label: &String| Ok((label.clone(), own.is(&mut low.graph, label, here)?));
                vocabulary.texts.iter().map(vote).collect::<Result<_, Error>>()?
            }
            "average" | "weightedAverage" => match &member.prediction.classes {
                Some(classes) => {
                    classes.labels.iter().cloned().zip(classes.probabilities.iter().copied()).collect()
                }
                None => return Err(here.refuse("a mean of models without probabilities")),
            },
            other => return Err(here.refuse_value("multipleModelMethod", other)),
        };
        for (label, value) in found {
            let term = part(low, counts, value, weight);
            if !terms.contains_key(&label) {
                order.push(label.clone());
            }
            terms.entry(label).or_default().push(term);
        }
    }
    let total = weights(low, members, counted, weighted);
    let mut found = Vec::with_capacity(order.len());
    for label in order {
        let sum = low.graph.sum(terms.get(&label).map_or(&[][..], Vec::as_slice));
        found.push((label, low.graph.div(sum, total)));
    }
    Ok(found)
}
