//! `NaiveBayesModel`.

use std::collections::BTreeMap;

use super::expression;
use super::graph::Id;
use super::links::softmax;
use super::lower::Lowering;
use super::model::{Prediction, Target};
use super::value::{Kind, Value};
use super::xml::Element;
use crate::Error;
use crate::feature::formula::Function;

/// Counts by label.
fn counts<'a>(here: Element<'a>) -> Result<BTreeMap<&'a str, f64>, Error> {
    let mut counts = BTreeMap::new();
    for count in here.all("TargetValueCount") {
        let n = count.need_figure("count")?;
        if n < 0.0 {
            return Err(count.wrong("a count is under 0"));
        }
        counts.insert(count.need("value")?, n);
    }
    Ok(counts)
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let threshold = here.need_figure("threshold")?;
    let output = here.need_child("BayesOutput")?.need_child("TargetValueCounts")?;
    let prior = counts(output)?;
    // In the order of the file.
    let labels: Vec<&str> =
        output.all("TargetValueCount").map(|c| c.need("value")).collect::<Result<_, Error>>()?;
    if labels.is_empty() {
        return Err(output.wrong("it has no classes"));
    }
    // Logarithms, so that many small factors do not vanish.
    let mut sums: Vec<Vec<Id>> = Vec::with_capacity(labels.len());
    for label in &labels {
        let p = prior.get(label).copied().unwrap_or(0.0).max(f64::MIN_POSITIVE);
        sums.push(vec![low.graph.constant(crate::math::ln(p))]);
    }
    for input in here.need_child("BayesInputs")?.all("BayesInput") {
        let value = match input.child("DerivedField") {
            Some(derived) => expression::derived(low, derived)?,
            None => low.field(input.need("fieldName")?, input)?,
        };
        let terms = match input.child("TargetValueStats") {
            Some(stats) => continuous(low, stats, &value, &labels, threshold)?,
            None => discrete(low, input, &value, &labels, threshold)?,
        };
        // What is missing says nothing.
        let zero = low.graph.constant(0.0);
        for (sum, term) in sums.iter_mut().zip(terms) {
            sum.push(low.graph.or_else(term, zero));
        }
    }
    let logs: Vec<Id> = sums.iter().map(|terms| low.graph.sum(terms)).collect();
    let probabilities = softmax(&mut low.graph, &logs);
    let found = labels.iter().map(|l| (*l).to_owned()).zip(probabilities).collect();
    Prediction::classes(low, wanted, found, here)
}

/// Logarithm of a probability, or of the threshold under which none falls.
fn log(p: f64, threshold: f64) -> f64 {
    crate::math::ln(if p > 0.0 { p } else { threshold }.max(f64::MIN_POSITIVE))
}

/// For each label the share of the value among its own.
fn discrete<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    value: &Value,
    labels: &[&'a str],
    threshold: f64,
) -> Result<Vec<Id>, Error> {
    let mut pairs = Vec::new();
    for pair in here.all("PairCounts") {
        pairs.push((pair.need("value")?, counts(pair.need_child("TargetValueCounts")?)?));
    }
    if pairs.is_empty() {
        return Err(here.wrong("it has neither PairCounts nor TargetValueStats"));
    }
    let mut terms = Vec::with_capacity(labels.len());
    for label in labels {
        let of = |counts: &BTreeMap<&str, f64>| counts.get(label).copied().unwrap_or(0.0);
        let total: f64 = pairs.iter().map(|(_, counts)| of(counts)).sum();
        let share = |counts| log(of(counts) / total, threshold);
        if let Kind::Text(vocabulary) = &value.kind {
            // A value that training did not see says nothing.
            let mut table = vec![f64::NAN; vocabulary.texts.len() + usize::from(vocabulary.open)];
            for (text, counts) in &pairs {
                if let Some(slot) = vocabulary.position(text).and_then(|at| table.get_mut(at)) {
                    *slot = share(counts);
                }
            }
            terms.push(low.graph.table(Function::Lookup, value.id, &table));
            continue;
        }
        let mut term = low.graph.missing();
        for (text, counts) in pairs.iter().rev() {
            let is = value.is(&mut low.graph, text, here)?;
            let own = low.graph.constant(share(counts));
            term = low.graph.select(is, own, term);
        }
        terms.push(term);
    }
    Ok(terms)
}

/// For each label the density of its normal (or Poisson) distribution.
fn continuous<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    value: &Value,
    labels: &[&'a str],
    threshold: f64,
) -> Result<Vec<Id>, Error> {
    let x = value.to_number(&mut low.graph);
    let mut densities: BTreeMap<&str, Id> = BTreeMap::new();
    for stat in here.all("TargetValueStat") {
        let Some(normal) = stat.child("GaussianDistribution") else {
            return Err(stat.refuse("another distribution than GaussianDistribution"));
        };
        let (mean, variance) = (normal.need_figure("mean")?, normal.need_figure("variance")?);
        if variance <= 0.0 {
            return Err(normal.wrong("a variance is not over 0"));
        }
        let graph = &mut low.graph;
        let mean = graph.constant(mean);
        let distance = graph.sub(x, mean);
        let square = graph.mul(distance, distance);
        let scaled = graph.scaled(square, -0.5 / variance);
        let constant = graph.constant(-0.5 * crate::math::ln(core::f64::consts::TAU * variance));
        let mut term = graph.add(constant, scaled);
        if threshold > 0.0 {
            let least = graph.constant(crate::math::ln(threshold.max(f64::MIN_POSITIVE)));
            term = graph.max(term, least);
        }
        densities.insert(stat.need("value")?, term);
    }
    let of = |label: &&str| densities.get(label).copied();
    let all: Option<Vec<Id>> = labels.iter().map(of).collect();
    all.ok_or_else(|| here.wrong("a class has no distribution"))
}
