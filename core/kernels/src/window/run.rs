//! A plan over rows.

use super::cell::{CellScratch, List, Window};
use super::filter::{Mask, day_count};
use super::plan::{Out, Plan, Slice};
use super::span::range;
use super::top::Groups;
use crate::civil::{Anchor, FIRST_DAY, LAST_DAY};
use crate::column::{Inputs, Outputs, State};
use crate::events::EventRow;

/// Working memory of window nodes.
#[derive(Debug, Default)]
pub struct WindowScratch {
    mask: Mask,
    list: List,
    cell: CellScratch,
    groups: Groups,
    ranges: Vec<(u32, u32)>,
    results: Vec<Option<f64>>,
}

/// The reference date of a row, from its column's value: a whole number of days of the years 0000 to 9999.
pub(crate) fn reference(value: f64, state: State) -> Result<Anchor, State> {
    if !state.is_present() {
        return Err(state);
    }
    let day = value as i64;
    let is_day = day as f64 == value && (FIRST_DAY..=LAST_DAY).contains(&day);
    if is_day { Ok(Anchor::new(day)) } else { Err(State::OUT_OF_RANGE) }
}

/// The rows of `inputs` (event list, reference date) with what each row is evaluated on, or the state that all its outputs have.
pub(crate) fn rows<'a>(
    inputs: &Inputs<'a>,
) -> impl Iterator<Item = Result<(EventRow<'a>, Anchor), State>> + use<'a> {
    let (list, events, reference_dates) = (inputs.events(0), inputs.column(0), inputs.column(1));
    (0..inputs.rows()).map(move |row| {
        let of_events = events.states.get(row).copied().unwrap_or_default();
        let Some(list) = list.filter(|_| of_events.is_present()) else {
            return Err(if of_events.is_present() { State::MISSING } else { of_events });
        };
        let value = reference_dates.values.get(row).copied().unwrap_or(f64::NAN);
        let state = reference_dates.states.get(row).copied().unwrap_or_default();
        Ok((list.row(row), reference(value, state)?))
    })
}

/// Fills the outputs of a window node from its inputs: event list, reference date.
pub fn run(plan: &Plan, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut WindowScratch) {
    for (row, given) in rows(inputs).enumerate() {
        match given {
            Ok((events, anchor)) => {
                scratch.row(plan, &events, &anchor);
                scratch.write(plan, row, outputs);
            }
            Err(state) => {
                for output in 0..plan.width() {
                    outputs.column(output).set_absent(row, state);
                }
            }
        }
    }
}

impl WindowScratch {
    /// Computes every result of a row.
    fn row(&mut self, plan: &Plan, row: &EventRow<'_>, anchor: &Anchor) {
        let (count, ignored) = day_count(row, anchor.day);
        let days = row.days().get(..count).unwrap_or_default();
        self.ranges.clear();
        self.ranges.extend(plan.spans.iter().map(|span| range(days, span.days(anchor))));
        self.results.clear();
        self.results.resize(plan.results, None);
        for pass in &plan.passes {
            self.mask.fill(row, count, &pass.tests);
            for slice in &pass.slices {
                self.list.fill(row, self.mask.passes(), slice.column);
                self.slice(plan, slice, (days, ignored), anchor);
            }
            for (top, to) in &pass.tops {
                let (first, last) = self.ranges.get(top.span as usize).copied().unwrap_or_default();
                let results = self.results.get_mut(*to..*to + 2 * top.k as usize).unwrap_or_default();
                let window = (first as usize, last as usize);
                self.groups.top(row, self.mask.passes(), window, top, results);
            }
        }
    }

    fn slice(&mut self, plan: &Plan, slice: &Slice, (days, ignored): (&[i32], u64), anchor: &Anchor) {
        if slice.distinct {
            self.cell.distinct.fill(&self.list.values);
        }
        for cell in &slice.cells {
            let (Some(span), Some(&(start, end))) =
                (plan.spans.get(cell.span as usize), self.ranges.get(cell.span as usize))
            else {
                continue;
            };
            let place = |event: u32| self.list.at.partition_point(|&at| at < event);
            let (first, last) = (place(start), place(end));
            let window = Window { anchor, span, days, end, list: &self.list, first, last, ignored };
            window.figures(cell, &mut self.cell, &mut self.results);
        }
    }

    /// Writes the outputs of a row.
    fn write(&self, plan: &Plan, row: usize, outputs: &mut Outputs<'_>) {
        let result = |at: usize| self.results.get(at).copied().flatten();
        for (i, out) in plan.outs.iter().enumerate() {
            let value = match *out {
                Out::Result(at) => result(at),
                Out::Ratio(a, b) => ratio(result(a), result(b)),
            };
            match value {
                Some(value) => outputs.column(i).set(row, value),
                None => outputs.column(i).set_absent(row, State::MISSING),
            }
        }
    }
}

/// a / b; `None` (missing) if a or else b is, and for 0 / 0. A figure that is not finite is out of range, and so is the ratio.
fn ratio(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    let a = a?;
    if !a.is_finite() {
        return Some(f64::NAN);
    }
    let b = b?;
    if a == 0.0 && b == 0.0 {
        return None;
    }
    Some(if b.is_finite() { a / b } else { f64::NAN })
}

impl List {
    /// The events that pass and have a value in the column.
    pub(crate) fn fill(&mut self, row: &EventRow<'_>, passes: &[u8], column: Option<u32>) {
        let (values, states) = column.map(|c| row.column(c as usize)).unwrap_or_default();
        let n = if column.is_some() { passes.len().min(values.len()) } else { passes.len() };
        self.at.resize(n, 0);
        self.values.resize(if column.is_some() { n } else { 0 }, 0.0);
        // Every event is written, and the next one writes over it unless it is kept: no branch to predict.
        let mut len = 0;
        if column.is_some() {
            for (place, ((&pass, &value), state)) in (0..).zip(passes.iter().zip(values).zip(states)) {
                if let (Some(at), Some(to)) = (self.at.get_mut(len), self.values.get_mut(len)) {
                    (*at, *to) = (place, value);
                }
                len += usize::from(pass & u8::from(state.is_present()));
            }
            self.values.truncate(len);
        } else {
            for (place, &pass) in (0..).zip(passes) {
                if let Some(at) = self.at.get_mut(len) {
                    *at = place;
                }
                len += usize::from(pass);
            }
        }
        self.at.truncate(len);
    }
}
