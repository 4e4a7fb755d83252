//! `MiningModel`: models that are joined, chosen from, or read each other.

use super::forest::{self, Grower};
use super::graph::Id;
use super::lower::Lowering;
use super::mining;
use super::model::{self, Prediction, Target, classifies};
use super::predicate;
use super::tree::Tree;
use super::value::{Value, unified};
use super::votes::{self, Member};
use super::xml::Element;
use crate::Error;
use crate::limits;

/// A segment: when it counts, its weight, its model.
pub(super) struct Segment<'a> {
    pub(super) here: Element<'a>,
    predicate: Element<'a>,
    weight: f64,
    model: Element<'a>,
}

fn segments<'a>(here: Element<'a>) -> Result<Vec<Segment<'a>>, Error> {
    let mut segments = Vec::new();
    for segment in here.all("Segment") {
        let model = segment
            .children()
            .find(|e| !predicate::is_predicate(e.name()) && !matches!(e.name(), "VariableWeight"));
        if let Some(weight) = segment.child("VariableWeight") {
            return Err(weight.refused());
        }
        segments.push(Segment {
            here: segment,
            predicate: predicate::inside(segment)?,
            weight: segment.figure("weight")?.unwrap_or(1.0),
            model: model.ok_or_else(|| segment.wrong("a segment has no model"))?,
        });
    }
    if segments.is_empty() {
        return Err(here.wrong("it has no segment"));
    }
    Ok(segments)
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    for child in here.children() {
        if matches!(child.name(), "Regression" | "DecisionTree") {
            return Err(child.refused());
        }
    }
    let segmentation = here.need_child("Segmentation")?;
    let segments = segments(segmentation)?;
    let method = segmentation.need("multipleModelMethod")?;
    match (segmentation.figure("missingThreshold")?, segmentation.get("missingPredictionTreatment")) {
        (None | Some(1.0), None | Some("continue" | "skipSegment" | "returnMissing")) => {}
        (_, Some(other)) => return Err(segmentation.refuse_value("missingPredictionTreatment", other)),
        (Some(_), _) => return Err(segmentation.refuse("a missingThreshold under 1")),
    }
    match method {
        "modelChain" => chain(low, &segments, segmentation),
        "selectFirst" => first(low, &segments),
        "selectAll" | "multiModelChain" => match segments.as_slice() {
            [_] => first(low, &segments),
            _ => Err(segmentation.refuse_value("multipleModelMethod", method)),
        },
        _ => {
            let classifies = classifies(here)?;
            if let Some(found) = trees(low, &segments, method, classifies, wanted, here)? {
                return Ok(found);
            }
            let mut members = Vec::with_capacity(segments.len());
            for segment in &segments {
                let holds = predicate::read(low, segment.predicate)?;
                let outcome = model::inner(low, segment.model)?;
                members.push(Member { holds, weight: segment.weight, prediction: outcome.prediction });
            }
            let skip = segmentation.get("missingPredictionTreatment") == Some("skipSegment");
            votes::join(low, segmentation, method, classifies, wanted, members, skip)
        }
    }
}

/// Each model may read the outputs of those before it. The last that runs gives the result.
fn chain<'a>(
    low: &mut Lowering<'a>,
    segments: &[Segment<'a>],
    here: Element<'a>,
) -> Result<Prediction, Error> {
    let mut result: Option<Prediction> = None;
    for segment in segments {
        let holds = predicate::read(low, segment.predicate)?;
        let mut outcome = model::inner(low, segment.model)?;
        let missing = low.graph.missing();
        for output in &mut outcome.outputs {
            output.value.id = low.graph.if_true(holds, output.value.id, missing);
            low.bind(&output.name, output.value.clone());
        }
        result = Some(match result {
            None => gated(low, holds, outcome.prediction),
            Some(before) => either(low, holds, outcome.prediction, before, segment.here)?,
        });
    }
    result.ok_or_else(|| here.wrong("it has no segment"))
}

/// The first model whose predicate is true.
fn first<'a>(low: &mut Lowering<'a>, segments: &[Segment<'a>]) -> Result<Prediction, Error> {
    let mut found = Vec::with_capacity(segments.len());
    for segment in segments {
        let holds = predicate::read(low, segment.predicate)?;
        found.push((holds, model::inner(low, segment.model)?.prediction, segment.here));
    }
    let mut result: Option<Prediction> = None;
    for (holds, prediction, here) in found.into_iter().rev() {
        result = Some(match result {
            None => gated(low, holds, prediction),
            Some(after) => either(low, holds, prediction, after, here)?,
        });
    }
    result.ok_or_else(|| super::super::inconsistent("there is no segment", "Segmentation"))
}

/// A prediction where a predicate is true, none elsewhere.
fn gated(low: &mut Lowering<'_>, holds: Id, mut prediction: Prediction) -> Prediction {
    let missing = low.graph.missing();
    prediction.map(|id| low.graph.if_true(holds, id, missing));
    prediction
}

/// One prediction where a predicate is true, another elsewhere.
fn either<'a>(
    low: &mut Lowering<'a>,
    holds: Id,
    yes: Prediction,
    no: Prediction,
    here: Element<'a>,
) -> Result<Prediction, Error> {
    if low.graph.value(holds) == Some(1.0) {
        return Ok(yes);
    }
    let (a, b, kind) = unified(&yes.value, &no.value, &mut low.graph, here)?;
    let value = Value { id: low.graph.if_true(holds, a, b), kind };
    let Some(mut classes) = yes.classes else {
        return Ok(Prediction { value, ..Prediction::number(Id(0)) });
    };
    let Some(others) = no.classes else { return Ok(Prediction::label(value)) };
    for (label, &other) in others.labels.iter().zip(&others.probabilities) {
        if !classes.labels.contains(label) {
            classes.labels.push(label.clone());
            classes.probabilities.push(low.graph.constant(0.0));
        }
        let at = classes.labels.iter().position(|l| l == label);
        if let Some(p) = at.and_then(|at| classes.probabilities.get_mut(at)) {
            *p = low.graph.if_true(holds, *p, other);
        }
    }
    for (label, p) in classes.labels.iter().zip(&mut classes.probabilities) {
        if !others.labels.contains(label) {
            let zero = low.graph.constant(0.0);
            *p = low.graph.if_true(holds, *p, zero);
        }
    }
    Ok(Prediction { classes: Some(classes), ..Prediction::label(value) })
}

/// Trees without conditions as one forest; `None` if it cannot be one.
fn trees<'a>(
    low: &mut Lowering<'a>,
    segments: &[Segment<'a>],
    method: &str,
    classifies: bool,
    wanted: &Target<'a>,
    here: Element<'a>,
) -> Result<Option<Prediction>, Error> {
    const OWN: [&str; 2] = ["Targets", "Output"];
    let plain = |s: &Segment<'a>| {
        s.model.name() == "TreeModel"
            && s.predicate.name() == "True"
            && (s.model.get("functionName") == Some("classification")) == classifies
            && s.model.get("isScorable") != Some("false")
            && OWN.iter().all(|own| s.model.child(own).is_none())
    };
    if segments.len() > limits::TREES || !segments.iter().all(plain) {
        return Ok(None);
    }
    let weighted = matches!(method, "weightedAverage" | "weightedSum" | "weightedMajorityVote");
    let apart = matches!(method, "median" | "max" | "weightedMedian") && !classifies;
    let fits = match method {
        "average" | "weightedAverage" => true,
        "sum" | "weightedSum" => !classifies,
        "majorityVote" | "weightedMajorityVote" => classifies,
        _ => apart && segments.len() <= limits::OUTPUTS,
    };
    if !fits {
        return Ok(None);
    }
    let all = segments.iter().map(|s| Tree::read(s.model)).collect::<Result<Vec<_>, Error>>()?;
    let mut labels: Vec<&str> = wanted.values.clone();
    if classifies {
        for node in all.iter().flat_map(|t| &t.nodes) {
            let shares = node.here.all("ScoreDistribution").filter_map(|d| d.get("value"));
            for label in shares.chain(node.score) {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
            super::super::check_limit("classes", labels.len(), limits::OUTPUTS)?;
        }
    }
    let votes = method.ends_with("Vote");
    let mut grower = Grower::default();
    let mut drafts = Vec::with_capacity(all.len());
    for (number, (tree, segment)) in (0u32..).zip(all.iter().zip(segments)) {
        let weight = if weighted { segment.weight } else { 1.0 };
        let leaf = |node: &super::tree::TreeNode<'a>| {
            let values = match (classifies, votes) {
                (false, _) => forest::score(node)?,
                (true, false) => forest::leaf_shares(node, &labels)?,
                (true, true) => {
                    node.score.map(|score| labels.iter().map(|l| f64::from(u8::from(*l == score))).collect())
                }
            };
            Ok(values.map(|values: Vec<f64>| values.into_iter().map(|v| v * weight).collect()))
        };
        let output = match (classifies, apart) {
            (true, _) => None,
            (false, true) => Some(number),
            (false, false) => Some(0),
        };
        low.open();
        let schema = mining::read(low, segment.model, false)?;
        low.open();
        if let Some(local) = segment.model.child("LocalTransformations") {
            low.derived(local)?;
        }
        let draft = grower.tree(low, tree, output, &leaf)?;
        low.close();
        low.close();
        let Some(draft) = draft.filter(|_| schema.conditions.is_empty()) else { return Ok(None) };
        drafts.push(draft);
    }
    let total: f64 = if weighted { segments.iter().map(|s| s.weight).sum() } else { segments.len() as f64 };
    let divisor = if matches!(method, "sum" | "weightedSum") || apart { 1.0 } else { total };
    if !(divisor > 0.0 && divisor.is_finite()) {
        return Err(here.wrong("the weights of the segments have no sum over 0"));
    }
    if classifies {
        let ids = grower.finish(low, drafts, labels.len(), divisor);
        let found = labels.iter().map(|l| (*l).to_owned()).zip(ids).collect();
        return Prediction::classes(low, wanted, found, here).map(Some);
    }
    let outputs = if apart { segments.len() } else { 1 };
    let ids = grower.finish(low, drafts, outputs, divisor);
    if apart {
        let all: Vec<(Id, f64)> = ids.iter().copied().zip(segments.iter().map(|s| s.weight)).collect();
        return votes::middle(low, method, &all, here).map(|id| Some(Prediction::number(id)));
    }
    let id = ids.first().copied().ok_or_else(|| here.wrong("it has no segment"))?;
    let margin = Some((id, crate::model::link::Link::Identity));
    Ok(Some(Prediction { margin, ..Prediction::number(id) }))
}
