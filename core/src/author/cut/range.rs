//! Which values a column can have at all: what a cut tells about each value that leaves, and what the edge refuses.

use super::sums;
use crate::feature::StateValues;
use crate::feature::arith::Arith;
use crate::feature::formula::{Formula, Function};
use crate::feature::series::{Sequence, Take};
use crate::feature::window::{Kind, Output, Window};
use crate::graph::Op;
use crate::limits;
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
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
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

    /// Everything between two bounds; one that is no number is not known. Nothing if nothing is between them.
    pub(super) fn between(min: f64, max: f64) -> Self {
        let known = |bound: f64, or| if bound.is_nan() { or } else { bound + 0.0 };
        Self { min: known(min, f64::NEG_INFINITY), max: known(max, f64::INFINITY), ..Self::ANY }
    }

    /// Whether there is no value at all.
    pub(super) fn is_empty(&self) -> bool {
        self.min > self.max
    }

    /// Whether every value is an index of a list of that length.
    pub(super) fn is_index(&self, length: usize) -> bool {
        self.is_empty() || (self.whole && self.min >= 0.0 && self.max < length as f64)
    }

    /// Its values, or one of those: what stands for a value that is absent.
    fn or(self, more: impl Iterator<Item = f64>) -> Self {
        if !self.values.is_empty() || self.is_empty() {
            return Self::of(self.values.into_iter().chain(more));
        }
        let inside = |x: f64| (self.min..=self.max).contains(&x) && (!self.whole || x.trunc() == x);
        let more = Self::of(more.filter(|&x| !inside(x)));
        if more.is_empty() {
            return self;
        }
        Self {
            min: self.min.min(more.min),
            max: self.max.max(more.max),
            distinct: if self.distinct == 0 { 0 } else { self.distinct.saturating_add(more.distinct) },
            whole: self.whole && more.values.iter().all(|x| x.trunc() == *x),
            values: Vec::new(),
        }
    }
}

/// Whole numbers from `min` to `max`.
pub(super) fn whole(min: f64, max: f64) -> Range {
    let (min, max) = (min.ceil(), max.floor());
    let count = max - min + 1.0;
    let distinct = if (1.0..=f64::from(u32::MAX)).contains(&count) { count as u32 } else { 0 };
    Range { min, max, distinct, whole: true, values: Vec::new() }
}

/// What a field's column can hold, what is imputed included.
pub(super) fn of_field(field: &Field) -> Range {
    let range = match &field.kind {
        FieldType::Boolean => whole(0.0, 1.0),
        FieldType::Category { values } => whole(0.0, values.len() as f64 - 1.0),
        FieldType::Hash { buckets } => whole(0.0, f64::from(*buckets) - 1.0),
        FieldType::Integer | FieldType::Date => whole(field.min, field.max),
        _ => Range::between(field.min, field.max),
    };
    let policies = &field.policies;
    let imputed = [policies.missing, policies.special, policies.unseen, policies.out_of_range];
    range.or(imputed.into_iter().filter_map(|policy| match policy {
        Policy::Impute(value) => Some(value),
        _ => None,
    }))
}

fn states(states: &StateValues) -> impl Iterator<Item = f64> {
    let fixed = [states.missing, states.special, states.unseen, states.out_of_range];
    fixed.into_iter().flatten().chain(states.specials.iter().map(|&(_, value)| value))
}

/// What an output of a node can be, by the ranges of what it reads.
pub(super) fn of_op(op: &Op, output: usize, inputs: &[&Range]) -> Range {
    let only = || inputs.first().map_or(Range::ANY, |&range| range.clone());
    match op {
        Op::Bins(bins) => Range::of(bins.values().iter().copied().chain(states(bins.states()))),
        Op::Lookup(lookup) => Range::of(lookup.values().iter().copied().chain(states(lookup.states()))),
        Op::OneHot(_) => whole(0.0, 1.0),
        Op::Impute(impute) => only().or(states(impute.states())),
        Op::Arith(Arith::Compare { .. } | Arith::IsAbsent) => whole(0.0, 1.0),
        Op::Arith(Arith::Clip { lo, hi }) => Range::between(*lo, *hi),
        Op::Arith(Arith::Abs) => Range::between(0.0, f64::INFINITY),
        Op::Scorecard(card) => sums::of_card(card, inputs),
        Op::Linear(linear) => sums::of_linear(linear, output, inputs),
        Op::Forest(forest) => sums::of_forest(forest, output),
        Op::Link(link) => sums::of_link(*link, inputs, output),
        Op::Bands(bands) => whole(0.0, bands.bands() as f64 - 1.0),
        Op::Calibrate(_) => Range::between(0.0, 1.0),
        Op::Network(network) => {
            let (min, max) = network.bounds(output);
            Range::between(min, max)
        }
        Op::Leaves(leaves) => whole(0.0, f64::from(leaves.greatest(output))),
        Op::Window(window) => of_window(window, output),
        Op::Series(series) => of_series(series.sequence(), output),
        Op::Formula(formula) => of_formula(formula, output, inputs),
        _ => Range::ANY,
    }
}

/// Whole numbers from 0 on, any number of them: counts, and days before the reference date.
fn counted() -> Range {
    Range { whole: true, ..Range::between(0.0, f64::INFINITY) }
}

fn of_window(window: &Window, output: usize) -> Range {
    match window.output_of(output) {
        Some((Output::Figure(figure), _)) => match figure.kind {
            Kind::Count
            | Kind::Distinct
            | Kind::DaysSinceFirst
            | Kind::DaysSinceLast
            | Kind::LongestStreak
            | Kind::CurrentStreak
            | Kind::Ignored => counted(),
            Kind::Std | Kind::Volatility | Kind::MonthlyStd | Kind::MonthlyVolatility => {
                Range::between(0.0, f64::INFINITY)
            }
            _ => Range::ANY,
        },
        Some((Output::Top(top), place)) if place % 2 == 0 => whole(0.0, f64::from(top.categories) - 1.0),
        Some((Output::Top(top), _)) if top.column.is_none() => counted(),
        _ => Range::ANY,
    }
}

/// By the step that gives the output: what is true or false, what stands in a table, parts of dates, an input itself.
fn of_formula(formula: &Formula, output: usize, inputs: &[&Range]) -> Range {
    let Some(&register) = formula.outputs().get(output) else { return Range::ANY };
    let register = register as usize;
    if let Some(&range) = inputs.get(register) {
        return range.clone();
    }
    let place = register - inputs.len();
    if let Some(&x) = formula.constants().get(place) {
        return Range::of([x].into_iter());
    }
    let Some(step) = formula.steps().get(place - formula.constants().len()) else { return Range::ANY };
    let [_, from, count] = step.args.map(|arg| arg as usize);
    match step.function {
        Function::Not
        | Function::IsAbsent
        | Function::Equal
        | Function::NotEqual
        | Function::Less
        | Function::LessEqual
        | Function::Greater
        | Function::GreaterEqual
        | Function::And
        | Function::Or
        | Function::In
        | Function::Any
        | Function::All => whole(0.0, 1.0),
        Function::Lookup => {
            let values = formula.tables().iter().skip(from).take(count);
            Range::of(values.copied().filter(|x| !x.is_nan()))
        }
        Function::Rank => whole(0.0, count as f64),
        Function::Each => counted(),
        Function::Year => whole(0.0, 9999.0),
        Function::Month => whole(1.0, 12.0),
        Function::Day => whole(1.0, 31.0),
        Function::Weekday => whole(1.0, 7.0),
        Function::DayOfYear => whole(1.0, 366.0),
        Function::Abs | Function::Sqrt | Function::Exp => Range::between(0.0, f64::INFINITY),
        _ => Range::ANY,
    }
}

fn of_series(sequence: &Sequence, output: usize) -> Range {
    let features = sequence.features.len();
    if output >= features * sequence.length as usize {
        return whole(0.0, 1.0);
    }
    match sequence.features.get(output % features.max(1)) {
        Some(feature) if feature.take == Take::Count => counted(),
        Some(feature) if matches!(feature.take, Take::DaysBefore | Take::DaysBetween) => {
            let empty = feature.empty.unwrap_or(0.0);
            let whole = empty.trunc() == empty;
            Range { whole, ..Range::between(empty.min(0.0), f64::INFINITY) }
        }
        _ => Range::ANY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::series::{Feature, Series, Steps};
    use crate::feature::window::{Figure, Span, Top, Unit};

    #[test]
    fn figures_of_events() {
        let figure = |kind, column| Output::Figure(Figure { kind, span: 0, filter: None, column });
        let top = |column| {
            Output::Top(Top { span: 0, filter: None, group: 0, categories: 5, column, k: 1, least: false })
        };
        let outputs = vec![
            figure(Kind::Count, None),
            figure(Kind::Sum, Some(0)),
            figure(Kind::Std, Some(0)),
            top(None),
            top(Some(1)),
        ];
        let op = Window::new(vec![Span::ALL], vec![], outputs).unwrap().into();
        let positive = Range::between(0.0, f64::INFINITY);
        let category = whole(0.0, 4.0);
        let wanted =
            [counted(), Range::ANY, positive, category.clone(), counted(), category, Range::ANY, Range::ANY];
        for (output, wanted) in wanted.into_iter().enumerate() {
            assert_eq!(of_op(&op, output, &[]), wanted, "{output}");
        }
    }

    #[test]
    fn steps_of_series() {
        let feature = |take, column, empty| Feature { take, filter: None, column, empty };
        let of = |steps, features| -> Op {
            Series::new(Sequence { steps, length: 2, filters: vec![], features }).unwrap().into()
        };
        let months = Steps::Months { unit: Unit::Months, skip: 0 };
        let op = of(months, vec![feature(Take::Count, None, None), feature(Take::Sum, Some(0), None)]);
        assert_eq!([0, 1, 2].map(|i| of_op(&op, i, &[])), [counted(), Range::ANY, counted()]);
        assert_eq!([4, 5].map(|i| of_op(&op, i, &[])), [whole(0.0, 1.0), whole(0.0, 1.0)]);
        let op = of(Steps::Events { filter: None }, vec![feature(Take::DaysBetween, None, Some(-1.0))]);
        assert_eq!(of_op(&op, 1, &[]), Range { min: -1.0, ..counted() });
    }
}
