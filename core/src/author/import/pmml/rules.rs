//! `RuleSetModel`.

use super::graph::Id;
use super::lower::Lowering;
use super::model::{Prediction, Target};
use super::predicate;
use super::value::{Value, distinct, texts};
use super::xml::Element;
use crate::Error;

/// A rule: when it fires, and what it says.
struct Rule<'a> {
    here: Element<'a>,
    fires: Id,
    score: &'a str,
    weight: f64,
    confidence: f64,
}

/// The simple rules, those in compound ones under their predicates too.
fn rules<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    outer: Option<Id>,
    found: &mut Vec<Rule<'a>>,
) -> Result<(), Error> {
    low.enter(here)?;
    for rule in here.children() {
        if !matches!(rule.name(), "SimpleRule" | "CompoundRule") {
            continue;
        }
        let own = predicate::read(low, predicate::inside(rule)?)?;
        let no = low.graph.truth(false);
        let mut fires = low.graph.or_else(own, no);
        if let Some(outer) = outer {
            fires = low.graph.and(outer, fires);
        }
        match rule.name() {
            "CompoundRule" => rules(low, rule, Some(fires), found)?,
            _ => found.push(Rule {
                here: rule,
                fires,
                score: rule.need("score")?,
                weight: rule.figure("weight")?.unwrap_or(1.0),
                confidence: rule.figure("confidence")?.unwrap_or(1.0),
            }),
        }
    }
    low.leave();
    Ok(())
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let set = here.need_child("RuleSet")?;
    let selection = set.need_child("RuleSelectionMethod")?;
    let mut all = Vec::new();
    rules(low, set, None, &mut all)?;
    if all.is_empty() {
        return Err(set.wrong("it has no rule"));
    }
    match selection.need("criterion")? {
        "firstHit" => first_hit(low, set, wanted, &all),
        "weightedSum" => weighted_sum(low, set, wanted, &all),
        "weightedMax" => {
            // The first of those with the greatest weight.
            let mut order: Vec<usize> = (0..all.len()).collect();
            let weight = |i: &usize| all.get(*i).map_or(0.0, |r| r.weight);
            order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
            let mut slots: Vec<Option<Rule<'a>>> = all.into_iter().map(Some).collect();
            let sorted: Vec<Rule<'a>> =
                order.into_iter().filter_map(|i| slots.get_mut(i).and_then(Option::take)).collect();
            first_hit(low, set, wanted, &sorted)
        }
        other => Err(selection.refuse_value("criterion", other)),
    }
}

/// The first rule that fires; the default score if none does.
fn first_hit<'a>(
    low: &mut Lowering<'a>,
    set: Element<'a>,
    wanted: &Target<'a>,
    rules: &[Rule<'a>],
) -> Result<Prediction, Error> {
    let default = set.get("defaultScore");
    let scores = rules.iter().map(|r| r.score).chain(default).map(str::to_owned);
    let (labels, places) = distinct(scores);
    let names = rules
        .iter()
        .enumerate()
        .map(|(i, r)| r.here.get("id").map_or_else(|| (i + 1).to_string(), str::to_owned));
    let (ids, id_places) = distinct(names);
    let graph = &mut low.graph;
    let mut rule = graph.missing();
    let mut label = match default.and(places.last()) {
        Some(&at) => graph.constant(at),
        None => graph.missing(),
    };
    let mut confidence = match default {
        Some(_) => {
            let own = set.figure("defaultConfidence")?.unwrap_or(1.0);
            graph.constant(own)
        }
        None => graph.missing(),
    };
    for ((r, &place), &id) in rules.iter().zip(&places).zip(&id_places).rev() {
        let (place, id, own) = (graph.constant(place), graph.constant(id), graph.constant(r.confidence));
        label = graph.select(r.fires, place, label);
        rule = graph.select(r.fires, id, rule);
        confidence = graph.select(r.fires, own, confidence);
    }
    let zero = graph.constant(0.0);
    let mut found = Vec::with_capacity(labels.len());
    for (name, at) in labels.iter().zip(0u32..) {
        let at = graph.constant(f64::from(at));
        let is = graph.equal(label, at);
        found.push((name.clone(), graph.select(is, confidence, zero)));
    }
    let prediction = Prediction::classes(low, wanted, found, set)?;
    let entity = Some(Value { id: rule, kind: texts(ids) });
    Ok(Prediction { value: Value { id: label, kind: texts(labels) }, entity, ..prediction })
}

/// The score with the greatest sum of weights; its confidence is that sum by the number of rules that fire.
fn weighted_sum<'a>(
    low: &mut Lowering<'a>,
    set: Element<'a>,
    wanted: &Target<'a>,
    rules: &[Rule<'a>],
) -> Result<Prediction, Error> {
    let (labels, places) = distinct(rules.iter().map(|r| r.score.to_owned()));
    let graph = &mut low.graph;
    let fired: Vec<Id> = rules.iter().map(|r| r.fires).collect();
    let count = graph.sum(&fired);
    let mut found = Vec::with_capacity(labels.len());
    for (label, at) in labels.iter().zip(0u32..) {
        let own = rules.iter().zip(&places).filter(|(_, place)| **place == f64::from(at));
        let terms: Vec<Id> = own.map(|(r, _)| graph.scaled(r.fires, r.weight)).collect();
        let sum = graph.sum(&terms);
        found.push((label.clone(), graph.div(sum, count)));
    }
    let prediction = Prediction::classes(low, wanted, found, set)?;
    let Some(default) = set.get("defaultScore") else { return Ok(prediction) };
    let value = super::expression::or_text(low, prediction.value.clone(), default, set)?;
    Ok(Prediction { value, ..prediction })
}
