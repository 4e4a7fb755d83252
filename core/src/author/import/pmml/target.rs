//! `Targets`: what is done to a prediction.

use super::expression::or_text;
use super::graph::{Id, Node, PartOp};
use super::lower::Lowering;
use super::model::{Prediction, Target};
use super::value::{Kind, Value, lookup};
use super::xml::Element;
use crate::Error;
use crate::author::forest::TreeNode;
use crate::feature::formula::Function;
use crate::model::forest::Arithmetic;
use crate::model::link::Link;

/// The prediction after `Targets` of its model.
pub(super) fn apply<'a>(
    low: &mut Lowering<'a>,
    model: Element<'a>,
    wanted: &Target<'a>,
    prediction: &mut Prediction,
) -> Result<(), Error> {
    let Some(targets) = model.child("Targets") else { return Ok(()) };
    let all: Vec<Element<'a>> = targets.all("Target").collect();
    let own = |t: &&Element<'a>| t.get("field").is_none() || t.get("field") == wanted.name;
    let Some(&here) = all.iter().find(own) else { return Ok(()) };
    missing(low, here, prediction)?;
    if prediction.classes.is_some() || matches!(prediction.value.kind, Kind::Text(_)) {
        return Ok(());
    }
    let before = prediction.value.id;
    let mut x = before;
    let (least, most) = (here.figure("min")?, here.figure("max")?);
    if let Some(least) = least {
        let least = low.graph.constant(least);
        x = low.graph.max(x, least);
    }
    if let Some(most) = most {
        let most = low.graph.constant(most);
        x = low.graph.min(x, most);
    }
    let factor = here.figure("rescaleFactor")?.unwrap_or(1.0);
    let shift = here.figure("rescaleConstant")?.unwrap_or(0.0);
    x = rescaled(low, x, factor, shift);
    let half = low.graph.constant(0.5);
    x = match here.get("castInteger") {
        None => x,
        Some("round") => {
            let up = low.graph.add(x, half);
            low.graph.apply(Function::Floor, &[up])
        }
        Some("ceiling") => low.graph.apply(Function::Ceil, &[x]),
        Some("floor") => low.graph.apply(Function::Floor, &[x]),
        Some(other) => return Err(here.refuse_value("castInteger", other)),
    };
    if x != before {
        prediction.value.id = x;
        let forest = matches!(low.graph.node(x), Node::Part(..));
        // The points of a card are what they were before.
        prediction.points = false;
        prediction.margin = forest.then_some((x, Link::Identity)).filter(|_| prediction.margin.is_some());
    }
    Ok(())
}

/// The value that stands for a prediction that is missing.
fn missing<'a>(low: &mut Lowering<'a>, here: Element<'a>, prediction: &mut Prediction) -> Result<(), Error> {
    for value in here.all("TargetValue") {
        if let Some(default) = value.get("defaultValue") {
            prediction.value = or_text(low, prediction.value.clone(), default, value)?;
            prediction.margin = None;
        }
    }
    let mut best: Option<(&str, f64)> = None;
    for value in here.all("TargetValue") {
        let (Some(label), Some(prior)) = (value.get("value"), value.figure("priorProbability")?) else {
            continue;
        };
        if best.is_none_or(|(_, most)| prior > most) {
            best = Some((label, prior));
        }
        let Some(classes) = &mut prediction.classes else { continue };
        let at = classes.labels.iter().position(|l| l == label);
        if let Some(p) = at.and_then(|at| classes.probabilities.get_mut(at)) {
            let prior = low.graph.constant(prior);
            *p = low.graph.or_else(*p, prior);
            prediction.margin = None;
        }
    }
    if let (Some((label, _)), true) = (best, prediction.classes.is_some()) {
        prediction.value = or_text(low, prediction.value.clone(), label, here)?;
    }
    Ok(())
}

/// A value times a factor and a constant. Of a forest it is the forest with other leaves and another base, so that it stays one.
pub(super) fn rescaled(low: &mut Lowering<'_>, x: Id, factor: f64, shift: f64) -> Id {
    if (factor, shift) == (1.0, 0.0) {
        return x;
    }
    if let Node::Part(number, 0) = *low.graph.node(x)
        && let Some(part) = low.graph.parts().get(number as usize)
        && let PartOp::Forest(forest) = &part.op
        && forest.base.as_slice() == [0.0]
    {
        let inputs = part.inputs.clone();
        let mut forest = forest.clone();
        let single = forest.arithmetic == Arithmetic::F32Less;
        let rounded = |v: f64| if single { f64::from(v as f32) } else { v };
        forest.base = vec![rounded(shift)];
        forest.base_first = false;
        for node in forest.trees.iter_mut().flat_map(|tree| &mut tree.nodes) {
            if let TreeNode::Leaf { values, .. } = node {
                values.iter_mut().for_each(|v| *v = rounded(*v * factor));
            }
        }
        let part = low.graph.part(inputs, PartOp::Forest(forest));
        return low.graph.output(part, 0);
    }
    let scaled = low.graph.scaled(x, factor);
    let shift = low.graph.constant(shift);
    low.graph.add(scaled, shift)
}

/// Of a forest times a constant and another added, the forest that gives it; anything else as it is.
pub(super) fn folded(low: &mut Lowering<'_>, id: Id) -> Id {
    let with_constant = |id: Id, function: Function| match *low.graph.node(id) {
        Node::Apply(code, [a, b, _]) if code == function.code() => {
            match (low.graph.value(a), low.graph.value(b)) {
                (_, Some(c)) => Some((a, c)),
                (Some(c), _) => Some((b, c)),
                _ => None,
            }
        }
        _ => None,
    };
    let (scaled, shift) = with_constant(id, Function::Add).unwrap_or((id, 0.0));
    let (x, factor) = with_constant(scaled, Function::Mul).unwrap_or((scaled, 1.0));
    match low.graph.node(x) {
        Node::Part(..) if x != id => rescaled(low, x, factor, shift),
        _ => id,
    }
}

/// A label as a value of the target's type.
pub(super) fn typed(low: &mut Lowering<'_>, wanted: &Target<'_>, value: Value) -> Value {
    match (&wanted.kind, &value.kind) {
        (Some(Kind::Number), Kind::Text(_)) => Value::number(value.to_number(&mut low.graph)),
        (Some(Kind::Boolean), Kind::Text(vocabulary)) => {
            let truth = |t: &String| match t.as_str() {
                "true" | "1" => 1.0,
                "false" | "0" => 0.0,
                _ => f64::NAN,
            };
            let table: Vec<f64> = vocabulary.texts.iter().map(truth).collect();
            Value::boolean(lookup(&mut low.graph, value.id, &table))
        }
        _ => value,
    }
}
