//! Points of a scorecard against a reference (Siddiqi, "Credit Risk Scorecards", 2006, chapter 6, "Choosing reason codes
//! for adverse action": the characteristics that fall furthest under the neutral, average or greatest points).

use super::ReasonMethod;
use crate::model::scorecard::{PointsRange, Scorecard};

/// Whether the scorecard knows the points that the method compares with.
pub(super) fn check(card: &Scorecard, method: ReasonMethod) -> Result<(), &'static str> {
    if card.ranges().iter().all(|range| reference(range, method).is_some()) {
        Ok(())
    } else {
        Err("reasons against average points need each characteristic's average, and the scorecard has none")
    }
}

/// The points that a characteristic's own are compared with.
fn reference(range: &PointsRange, method: ReasonMethod) -> Option<f64> {
    match method {
        ReasonMethod::PointsFromMaximum => Some(range.maximum),
        ReasonMethod::PointsFromAverage => range.average,
        _ => None,
    }
}

/// Points of one row minus reference points, one a characteristic. They add up to the total before rounding minus
/// [`baseline`].
pub(super) fn contributions(card: &Scorecard, method: ReasonMethod, points: &[f64], out: &mut [f64]) {
    for ((o, x), range) in out.iter_mut().zip(points).zip(card.ranges()) {
        *o = x - reference(range, method).unwrap_or(*x);
    }
}

/// The base points and every characteristic's reference points: the total of the applicant who has the greatest, or the
/// average, of all.
pub(super) fn baseline(card: &Scorecard, method: ReasonMethod) -> f64 {
    let references = card.ranges().iter().map(|range| reference(range, method).unwrap_or(0.0));
    references.fold(card.base(), |sum, points| sum + points)
}
