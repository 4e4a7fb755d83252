//! Which values a column can have at all: what a cut tells about each value that leaves, and what the edge refuses.

use crate::feature::StateValues;
use crate::feature::arith::Arith;
use crate::graph::Op;
use crate::limits;
use crate::model::link::Link;
use crate::schema::{Field, FieldType, Policy};

/// Bounds, both included, the number of different values (0: any number), and the values themselves where they are few.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) distinct: u32,
    pub(super) whole: bool,
    pub(super) values: Vec<f64>,
}

impl Range {
    pub(super) const ANY: Self =
        Self { min: f64::NEG_INFINITY, max: f64::INFINITY, distinct: 0, whole: false, values: Vec::new() };

    /// The range of a list of values.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        // Zero has one sign.
        let mut all: Vec<f64> = values.map(|x| x + 0.0).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        Self {
            min: all.first().copied().unwrap_or(f64::INFINITY),
            max: all.last().copied().unwrap_or(f64::NEG_INFINITY),
            distinct: u32::try_from(all.len()).unwrap_or(0),
            whole: false,
            values: if all.len() <= limits::LISTED_VALUES { all } else { Vec::new() },
        }
    }

    fn between(min: f64, max: f64) -> Self {
        Self { min, max, ..Self::ANY }
    }
}

/// Whole numbers from `min` to `max`.
fn whole(min: f64, max: f64) -> Range {
    let (min, max) = (min.ceil(), max.floor());
    let count = max - min + 1.0;
    let distinct = if (1.0..=f64::from(u32::MAX)).contains(&count) { count as u32 } else { 0 };
    Range { min, max, distinct, whole: true, values: Vec::new() }
}

/// What a field's column can hold, what is imputed included.
pub(super) fn of_field(field: &Field) -> Range {
    let mut range = match &field.kind {
        FieldType::Boolean => whole(0.0, 1.0),
        FieldType::Category { values } => whole(0.0, values.len() as f64 - 1.0),
        FieldType::Integer | FieldType::Date => whole(field.min, field.max),
        _ => Range::between(field.min, field.max),
    };
    let policies = &field.policies;
    for policy in [policies.missing, policies.special, policies.unseen, policies.out_of_range] {
        if let Policy::Impute(value) = policy
            && !(range.min..=range.max).contains(&value)
        {
            (range.min, range.max) = (range.min.min(value), range.max.max(value));
            range.distinct = if range.distinct == 0 { 0 } else { range.distinct.saturating_add(1) };
            range.whole &= value.trunc() == value;
        }
    }
    range
}

fn states(states: &StateValues) -> impl Iterator<Item = f64> {
    let fixed = [states.missing, states.special, states.unseen, states.out_of_range];
    fixed.into_iter().flatten().chain(states.specials.iter().map(|&(_, value)| value))
}

/// What an output of a node can be, whatever it reads.
pub(super) fn of_op(op: &Op, output: usize) -> Range {
    match op {
        Op::Bins(bins) => Range::of(bins.values().iter().copied().chain(states(bins.states()))),
        Op::Lookup(lookup) => Range::of(lookup.values().iter().copied().chain(states(lookup.states()))),
        Op::OneHot(_) => whole(0.0, 1.0),
        Op::Arith(Arith::Compare { .. } | Arith::IsAbsent) => whole(0.0, 1.0),
        Op::Arith(Arith::Clip { lo, hi }) => Range::between(*lo, *hi),
        Op::Arith(Arith::Abs) => Range::between(0.0, f64::INFINITY),
        Op::Bands(bands) => whole(0.0, bands.bands() as f64 - 1.0),
        Op::Calibrate(_) | Op::Link(Link::Logit { .. } | Link::Probit | Link::Softmax) => {
            Range::between(0.0, 1.0)
        }
        Op::Network(network) => {
            let (min, max) = network.bounds(output);
            Range::between(min, max)
        }
        Op::Leaves(leaves) => whole(0.0, f64::from(leaves.greatest(output))),
        _ => Range::ANY,
    }
}
