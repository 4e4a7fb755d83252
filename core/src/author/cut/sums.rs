//! Ranges of models that add up: each term at its least and at its greatest, added as the engine adds them. Rounding never
//! turns an order round, so that the bounds hold to the last bit.

use super::range::{Range, whole};
use crate::math;
use crate::model::forest::{Arithmetic, Forest, NodeView};
use crate::model::linear::Linear;
use crate::model::link::Link;
use crate::model::scorecard::Scorecard;

/// What a function gives at most beside its exact value, as a share of it: libm promises no order in the last bits.
const SLACK: f64 = 1e-12;

/// The total of a scorecard: fewest and most points of every characteristic.
pub(super) fn of_card(card: &Scorecard, inputs: &[&Range]) -> Range {
    let total = |points: fn(&Range) -> f64| {
        let points = inputs.iter().map(|&range| points(range));
        let sum = if card.base_first() {
            points.fold(card.base(), |sum, x| sum + x)
        } else {
            points.fold(0.0, |sum, x| sum + x) + card.base()
        };
        card.rounding().apply(sum)
    };
    all_present(inputs).map_or(Range::of(std::iter::empty()), |()| {
        Range::between(total(|range| range.min), total(|range| range.max))
    })
}

/// A margin of a linear model: each input at the end that its coefficient makes the least, or the greatest.
pub(super) fn of_linear(linear: &Linear, output: usize, inputs: &[&Range]) -> Range {
    let intercept = linear.intercepts().get(output).copied().unwrap_or(f64::NAN);
    let total = |greatest: bool| {
        let terms = inputs.iter().zip(linear.coefficients(output));
        terms.fold(intercept, |sum, (range, &coefficient)| {
            let end = if (coefficient > 0.0) == greatest { range.max } else { range.min };
            // Nothing of an input that has no bound is still nothing.
            sum + if coefficient == 0.0 { 0.0 } else { coefficient * end }
        })
    };
    all_present(inputs).map_or(Range::of(std::iter::empty()), |()| Range::between(total(false), total(true)))
}

/// A row with an absent input has no sum: nothing if an input can only be absent.
fn all_present(inputs: &[&Range]) -> Option<()> {
    inputs.iter().all(|range| !range.is_empty()).then_some(())
}

/// A margin of a forest: the least and the greatest leaf of every tree, with the base. No row need reach all of them.
pub(super) fn of_forest(forest: &Forest, output: usize) -> Range {
    // What a linear leaf gives depends on its inputs.
    if forest.has_linear_leaves() {
        return Range::ANY;
    }
    let add = |a: f64, b: f64| match forest.arithmetic() {
        Arithmetic::F32Less => f64::from(a as f32 + b as f32),
        Arithmetic::F64LessEqual => a + b,
    };
    let base = forest.base().get(output).copied().unwrap_or(f64::NAN);
    let start = if forest.base_first() { base } else { 0.0 };
    let (mut least, mut greatest) = (start, start);
    for tree in forest.trees() {
        let place = match tree.output() {
            Some(own) if own as usize == output => 0,
            Some(_) => continue,
            None => output,
        };
        let nodes = tree.nodes();
        let leaves = nodes.iter().filter_map(|node| match node {
            NodeView::Leaf { values, .. } => values.get(place).copied(),
            NodeView::Split { .. } => None,
        });
        let range = Range::of(leaves);
        (least, greatest) = (add(least, range.min), add(greatest, range.max));
    }
    let end = |sum: f64| {
        let mean = match forest.arithmetic() {
            Arithmetic::F32Less => f64::from(sum as f32 / forest.divisor() as f32),
            Arithmetic::F64LessEqual => sum / forest.divisor(),
        };
        if forest.base_first() { mean } else { add(mean, base) }
    };
    Range::between(end(least), end(greatest))
}

/// A prediction: the margin's bounds through the link.
pub(super) fn of_link(link: Link, inputs: &[&Range], output: usize) -> Range {
    let share = (0.0, 1.0);
    let positive = (0.0, f64::INFINITY);
    // The link where it only rises, and between what its results always lie.
    let (rises, (least, greatest)): (&dyn Fn(f64) -> f64, _) = match link {
        Link::Identity => return inputs.get(output).map_or(Range::ANY, |&range| range.clone()),
        Link::Hinge => return whole(0.0, 1.0),
        Link::ArgMax => return whole(0.0, inputs.len() as f64 - 1.0),
        Link::Softmax | Link::OneVsRest { .. } => return Range::between(0.0, 1.0),
        Link::Logit { sigmoid } => (&move |x: f64| math::sigmoid(sigmoid * x), share),
        Link::Probit => (&math::normal_cdf, share),
        Link::Cloglog => (&|x: f64| -math::exp_m1(-math::exp(x)), share),
        Link::Exp => (&math::exp, positive),
        Link::LogOnePlusExp => (&math::log_one_plus_exp, positive),
        Link::SquareSign => (&|x: f64| x * x.abs(), (f64::NEG_INFINITY, f64::INFINITY)),
    };
    let Some(&range) = inputs.get(output) else { return Range::ANY };
    if range.is_empty() {
        return range.clone();
    }
    let (lo, hi) = (rises(range.min), rises(range.max));
    Range::between((lo - lo.abs() * SLACK).max(least), (hi + hi.abs() * SLACK).min(greatest))
}
