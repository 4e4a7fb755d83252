//! `Scorecard`.

use super::expression;
use super::graph::{Id, PartOp};
use super::lower::Lowering;
use super::model::{Prediction, Reason};
use super::predicate;
use super::xml::Element;
use crate::Error;
use crate::graph::Op;
use crate::model::scorecard::{PointsRange, Scorecard};
use crate::rounding::Rounding;

/// Characteristics whose reason codes are ranked by comparing each with each.
const RANKED: usize = 200;

pub(super) fn model<'a>(low: &mut Lowering<'a>, here: Element<'a>) -> Result<Prediction, Error> {
    if super::model::classifies(here)? {
        return Err(here.wrong("a scorecard is a regression"));
    }
    let base = here.figure("initialScore")?.unwrap_or(0.0);
    let coded = here.flag("useReasonCodes", true)?;
    let above = match here.get("reasonCodeAlgorithm") {
        None | Some("pointsBelow") => false,
        Some("pointsAbove") => true,
        Some(other) => return Err(here.refuse_value("reasonCodeAlgorithm", other)),
    };
    let all: Vec<Element<'a>> = here.need_child("Characteristics")?.all("Characteristic").collect();
    let mut prediction = Prediction::number(Id(0));
    let (mut points, mut ranges) = (Vec::new(), Vec::new());
    for characteristic in &all {
        let own = points_of(low, *characteristic, &mut prediction.codes)?;
        if let (true, Some(code)) = (coded && all.len() <= RANKED, own.code) {
            let baseline = match characteristic.figure("baselineScore")? {
                Some(own) => own,
                None => here.need_figure("baselineScore")?,
            };
            let baseline = low.graph.constant(baseline);
            let difference = match above {
                true => low.graph.sub(own.points, baseline),
                false => low.graph.sub(baseline, own.points),
            };
            prediction.reasons.push(Reason { difference, code });
        }
        if let Some(code) = own.only {
            let name = characteristic.get("name").unwrap_or(code);
            prediction.groups.push((code.to_owned(), name.to_owned(), own.points));
        }
        points.push(own.points);
        ranges.push(own.range);
    }
    if points.is_empty() {
        return Err(here.wrong("it has no characteristic"));
    }
    // Points that are computed have no least and most: the total is a sum then.
    let known: Option<Vec<PointsRange>> = ranges.into_iter().collect();
    prediction.value.id = match known {
        Some(ranges) => {
            let op = Scorecard::new(base, true, Rounding::NONE, ranges).map_err(|what| here.wrong(what))?;
            let part = low.graph.part(points, PartOp::Op(Op::Scorecard(op)));
            prediction.points = true;
            low.graph.output(part, 0)
        }
        None => {
            let base = low.graph.constant(base);
            points.insert(0, base);
            low.graph.sum(&points)
        }
    };
    Ok(prediction)
}

/// The points of a characteristic.
struct Points<'a> {
    points: Id,
    /// The code of all its attributes, if it is one.
    only: Option<&'a str>,
    /// Index of the reason code.
    code: Option<Id>,
    range: Option<PointsRange>,
}

fn points_of<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    codes: &mut Vec<String>,
) -> Result<Points<'a>, Error> {
    let own = here.get("reasonCode");
    let attributes: Vec<Element<'a>> = here.all("Attribute").collect();
    let mut points = low.graph.missing();
    let mut code = low.graph.missing();
    let mut has_codes = true;
    let mut all = attributes.iter().map(|a| a.get("reasonCode").or(own));
    let first = all.next().flatten();
    let only = first.filter(|first| all.all(|code| code == Some(first)));
    let (mut least, mut most, mut known) = (f64::INFINITY, f64::NEG_INFINITY, true);
    for attribute in attributes.iter().rev() {
        let condition = predicate::read(low, predicate::inside(*attribute)?)?;
        let partial = match attribute.child("ComplexPartialScore") {
            Some(complex) => {
                known = false;
                let value = expression::read(low, expression::inside(complex)?)?;
                value.to_number(&mut low.graph)
            }
            None => {
                let partial = attribute.need_figure("partialScore")?;
                (least, most) = (least.min(partial), most.max(partial));
                low.graph.constant(partial)
            }
        };
        points = low.graph.if_true(condition, partial, points);
        match attribute.get("reasonCode").or(own) {
            Some(text) => {
                let at = codes.iter().position(|c| c == text).unwrap_or_else(|| {
                    codes.push(text.to_owned());
                    codes.len() - 1
                });
                let at = low.graph.constant(at as f64);
                code = low.graph.if_true(condition, at, code);
            }
            None => has_codes = false,
        }
    }
    if attributes.is_empty() {
        return Err(here.wrong("a characteristic has no attribute"));
    }
    let range = known.then_some(PointsRange { minimum: least, maximum: most, average: None });
    Ok(Points { points, only, code: has_codes.then_some(code), range })
}
