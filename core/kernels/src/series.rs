//! Series: the events of a row as a sequence of fixed length, earliest step first, filled up on the left.

use crate::civil::Anchor;
use crate::column::{Inputs, Outputs, State};
use crate::events::EventRow;
use crate::window::{List, Mask, Span, Test, Unit, day_count, rows};

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Steps {
    /// A month. The last step is the month `skip` months before the reference date's.
    Months {
        /// [`Unit::Months`], that is from day to day, or [`Unit::CalendarMonths`].
        unit: Unit,
        /// Months left out at the end: 1 leaves out the calendar month that is not over.
        skip: u32,
    },
    /// An event that passes a filter; the last step is the latest.
    Events {
        /// Index of the filter; none: every event.
        filter: Option<u32>,
    },
}

/// What is taken at each step. "Values" are those of the feature's column that are present, in months of events that pass its filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// How many values, or without a column events, the month has. 0 if there is none.
    Count,
    /// Their sum, in order from 0. 0 if there is none.
    Sum,
    /// Sum / count.
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The latest.
    Last,
    /// The event's own value; its state if it is absent.
    Value,
    /// Days from the event to the reference date.
    DaysBefore,
    /// Days from the step before to this one; the list's first event that passes has none.
    DaysBetween,
}

impl Take {
    /// Whether it is taken of months (of events otherwise).
    pub fn is_monthly(self) -> bool {
        !matches!(self, Self::Value | Self::DaysBefore | Self::DaysBetween)
    }
}

/// One figure of each step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Feature {
    /// What is taken.
    pub take: Take,
    /// Index of its filter, of months only.
    pub filter: Option<u32>,
    /// Its column of the events.
    pub column: Option<u32>,
    /// What a step has that has nothing to take; none: it is missing (an absent value: in its own state).
    pub empty: Option<f64>,
}

/// What a series node computes. Outputs: at step t of `length` feature f of F is column t·F + f; after them a mask a step: 1, or 0 where the
/// step lies before the first event (then its features are 0).
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// What a step is.
    pub steps: Steps,
    /// Steps.
    pub length: u32,
    /// Filters: each a list of tests that must all hold.
    pub filters: Vec<Vec<Test>>,
    /// Figures of each step.
    pub features: Vec<Feature>,
}

impl Sequence {
    /// Output columns.
    pub fn width(&self) -> usize {
        (self.length as usize).saturating_mul(self.features.len().saturating_add(1))
    }

    fn tests(&self, filter: Option<u32>) -> &[Test] {
        filter.and_then(|f| self.filters.get(f as usize)).map_or(&[], Vec::as_slice)
    }
}

/// Working memory of series nodes.
#[derive(Debug, Default)]
pub struct SeriesScratch {
    mask: Mask,
    list: List,
    ends: Vec<i64>,
    /// By output: a value or why there is none.
    results: Vec<Result<f64, State>>,
}

/// Fills the outputs of a series node from its inputs: event list, reference date.
pub fn run(series: &Sequence, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut SeriesScratch) {
    for (row, given) in rows(inputs).enumerate() {
        scratch.results.clear();
        match given {
            Ok((events, anchor)) => {
                scratch.results.resize(series.width(), Ok(0.0));
                scratch.row(series, &events, &anchor);
            }
            Err(state) => scratch.results.resize(series.width(), Err(state)),
        }
        for (i, result) in scratch.results.iter().enumerate() {
            match *result {
                Ok(value) => outputs.column(i).set(row, value),
                Err(state) => outputs.column(i).set_absent(row, state),
            }
        }
    }
}

impl SeriesScratch {
    fn row(&mut self, series: &Sequence, row: &EventRow<'_>, anchor: &Anchor) {
        let (count, _) = day_count(row, anchor.day);
        let days = row.days().get(..count).unwrap_or_default();
        match series.steps {
            Steps::Months { unit, skip } => {
                let span = Span { unit, from: series.length.checked_add(skip), to: skip };
                self.months(series, row, days, &span, anchor);
            }
            Steps::Events { filter } => self.events(series, row, days, filter, anchor),
        }
    }

    fn set(&mut self, series: &Sequence, step: usize, feature: usize, result: Result<f64, State>) {
        if let Some(slot) = self.results.get_mut(step * series.features.len() + feature) {
            *slot = result;
        }
    }

    /// Marks the steps from `first` on as there.
    fn fill_mask(&mut self, series: &Sequence, first: usize) {
        let at = series.length as usize * series.features.len() + first;
        if let Some(mask) = self.results.get_mut(at..) {
            mask.fill(Ok(1.0));
        }
    }

    fn months(&mut self, series: &Sequence, row: &EventRow<'_>, days: &[i32], span: &Span, anchor: &Anchor) {
        let Some(&first_day) = days.first() else { return };
        self.ends.clear();
        self.ends.extend(span.month_ends(anchor));
        let first_step = self.ends.partition_point(|&end| end < i64::from(first_day));
        self.fill_mask(series, first_step);
        let (start, _) = span.days(anchor);
        let start = days.partition_point(|&d| i64::from(d) < start) as u32;
        for (f, feature) in series.features.iter().enumerate() {
            self.mask.fill(row, days.len(), series.tests(feature.filter));
            self.list.fill(row, self.mask.passes(), feature.column);
            let mut from = self.list.at.partition_point(|&at| at < start);
            for step in first_step..self.ends.len() {
                let end = self.ends.get(step).copied().unwrap_or(i64::MIN);
                let rest = self.list.at.get(from..).unwrap_or_default();
                let inside = |at: &&u32| days.get(**at as usize).is_some_and(|&d| i64::from(d) <= end);
                let n = rest.iter().take_while(inside).count();
                let values = self.list.values.get(from..from + n).unwrap_or_default();
                let result = of_month(feature.take, n, values).or(feature.empty).ok_or(State::MISSING);
                self.set(series, step, f, result);
                from += n;
            }
        }
    }

    fn events(
        &mut self,
        series: &Sequence,
        row: &EventRow<'_>,
        days: &[i32],
        filter: Option<u32>,
        anchor: &Anchor,
    ) {
        self.mask.fill(row, days.len(), series.tests(filter));
        self.list.fill(row, self.mask.passes(), None);
        let at = core::mem::take(&mut self.list.at);
        let length = series.length as usize;
        let skipped = at.len().saturating_sub(length);
        let first_step = length.saturating_sub(at.len());
        self.fill_mask(series, first_step);
        let day = |place: Option<&u32>| place.and_then(|&p| days.get(p as usize)).map(|&d| i64::from(d));
        for (f, feature) in series.features.iter().enumerate() {
            let (values, states) = feature.column.map(|c| row.column(c as usize)).unwrap_or_default();
            for (i, place) in at.iter().enumerate().skip(skipped) {
                let here = day(Some(place)).unwrap_or(anchor.day);
                let result = match feature.take {
                    Take::DaysBefore => Ok((anchor.day - here) as f64),
                    Take::DaysBetween => {
                        let before = day(i.checked_sub(1).and_then(|i| at.get(i)));
                        before.map(|before| (here - before) as f64).ok_or(State::MISSING)
                    }
                    _ => match (values.get(*place as usize), states.get(*place as usize)) {
                        (Some(&value), Some(state)) if state.is_present() => Ok(value),
                        (_, state) => Err(state.copied().unwrap_or(State::MISSING)),
                    },
                };
                let result = result.or_else(|state| feature.empty.ok_or(state));
                self.set(series, first_step + i - skipped, f, result);
            }
        }
        self.list.at = at;
    }
}

/// The figure of a month of `n` events or values.
fn of_month(take: Take, n: usize, values: &[f64]) -> Option<f64> {
    let sum = || values.iter().fold(0.0, |sum, x| sum + x);
    let extreme = |before: fn(f64, f64) -> bool| {
        values.iter().copied().reduce(|best, x| if before(x, best) { x } else { best })
    };
    match take {
        Take::Count => Some(n as f64),
        Take::Sum => Some(sum()),
        Take::Mean => (n > 0).then(|| sum() / n as f64),
        Take::Min => extreme(|x, best| x < best),
        Take::Max => extreme(|x, best| x > best),
        Take::Last => values.last().copied(),
        Take::Value | Take::DaysBefore | Take::DaysBetween => None,
    }
}
