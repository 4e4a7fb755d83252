//! The figures of one window of one list.

use super::bucket;
use super::distinct::Distinct;
use super::plan::Cell;
use super::select::Selection;
use super::span::Span;
use super::{Kind, MONTH_DAYS};
use crate::civil::Anchor;

/// The events that pass a filter and have a value.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// Their places among all events of the row.
    pub(crate) at: Vec<u32>,
    /// Their values; none if the list is of events.
    pub(crate) values: Vec<f64>,
}

/// Working memory of cells.
#[derive(Debug, Default)]
pub(super) struct CellScratch {
    pub(super) distinct: Distinct,
    pub(super) selection: Selection,
    months: Vec<f64>,
}

/// What a cell looks at.
pub(super) struct Window<'a> {
    /// The reference date.
    pub(super) anchor: &'a Anchor,
    pub(super) span: &'a Span,
    /// Days of all events of the row up to the reference date.
    pub(super) days: &'a [i32],
    /// Index after the window's last event, among all.
    pub(super) end: u32,
    pub(super) list: &'a List,
    /// The window among the list.
    pub(super) first: usize,
    pub(super) last: usize,
    /// Events after the reference date.
    pub(super) ignored: u64,
}

/// Sums that a cell's figures share.
#[derive(Debug, Default)]
struct Sums {
    count: f64,
    sum: f64,
    mean: f64,
    least: f64,
    most: f64,
    squares: f64,
}

/// Least and greatest; of equal ones the first.
fn extremes(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), &x| {
        (if x < least { x } else { least }, if x > most { x } else { most })
    })
}

fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + x)
}

/// Σ (v − mean)².
fn squares(values: &[f64], mean: f64) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean))
}

/// Slope of the least-squares line through the points (x, y); `None` if all x are equal.
fn slope(mean: f64, points: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
    let (n, sum) = points.clone().fold((0.0, 0.0), |(n, sum), (x, _)| (n + 1.0, sum + x));
    let centre = sum / n;
    let (xx, xy) = points.fold((0.0, 0.0), |(xx, xy), (x, y)| {
        let d = x - centre;
        (xx + d * d, xy + d * (y - mean))
    });
    (xx > 0.0).then(|| xy / xx)
}

impl Sums {
    fn std(&self) -> Option<f64> {
        (self.count >= 2.0).then(|| (self.squares / (self.count - 1.0)).sqrt())
    }

    fn volatility(&self) -> Option<f64> {
        self.std().map(|std| std / self.mean.abs())
    }
}

impl Window<'_> {
    /// Writes the cell's figures; `None` is missing.
    pub(super) fn figures(&self, cell: &Cell, scratch: &mut CellScratch, results: &mut [Option<f64>]) {
        let places = self.list.at.get(self.first..self.last).unwrap_or_default();
        let values = self.list.values.get(self.first..self.last).unwrap_or_default();
        let sums = self.sums(cell, values);
        let of_months = self.months(cell, places, values, &mut scratch.months);
        let mut taken = false;
        for &(kind, to) in &cell.figures {
            let some = |x: f64| (!places.is_empty()).then_some(x);
            let since = |place: Option<&u32>| {
                let &day = self.days.get(*place? as usize)?;
                Some((self.anchor.day - i64::from(day)) as f64)
            };
            let result = match kind {
                Kind::Count => Some(places.len() as f64),
                Kind::Sum => Some(sums.sum),
                Kind::Mean => some(sums.mean),
                Kind::Min => some(sums.least),
                Kind::Max => some(sums.most),
                Kind::Std => sums.std(),
                Kind::Volatility => sums.volatility(),
                Kind::Quantile(q) => {
                    if !taken {
                        scratch.selection.take(values);
                        taken = true;
                    }
                    scratch.selection.quantile(q)
                }
                Kind::Distinct => Some(scratch.distinct.count(self.first, self.last) as f64),
                Kind::First => values.first().copied(),
                Kind::Last => values.last().copied(),
                Kind::DaysSinceFirst => since(places.first()),
                Kind::DaysSinceLast => since(places.last()),
                Kind::LongestStreak => Some(longest_streak(places)),
                Kind::CurrentStreak => Some(current_streak(places, self.end)),
                Kind::Trend => {
                    let x = |&at: &u32| self.days.get(at as usize).copied().unwrap_or(0);
                    let points = places.iter().map(|at| f64::from(x(at))).zip(values.iter().copied());
                    slope(sums.mean, points).map(|slope| slope * MONTH_DAYS)
                }
                Kind::MonthlyStd => of_months.std().filter(|_| !places.is_empty()),
                Kind::MonthlyVolatility => of_months.volatility().filter(|_| !places.is_empty()),
                Kind::MonthlyTrend => {
                    let points = scratch.months.iter().enumerate().map(|(i, &y)| (i as f64, y));
                    slope(of_months.mean, points).filter(|_| !places.is_empty())
                }
                Kind::Ignored => Some(self.ignored as f64),
            };
            if let Some(slot) = results.get_mut(to) {
                *slot = result;
            }
        }
    }

    fn sums(&self, cell: &Cell, values: &[f64]) -> Sums {
        let mut sums = Sums { count: values.len() as f64, ..Sums::default() };
        if cell.needs.extremes {
            (sums.least, sums.most) = extremes(values);
        }
        if cell.needs.sum {
            sums.sum = sum(values);
            sums.mean = sums.sum / sums.count;
        }
        if cell.needs.squares {
            sums.squares = squares(values, sums.mean);
        }
        sums
    }

    /// The same of the sums of the window's months, which it leaves in `months`.
    fn months(&self, cell: &Cell, places: &[u32], values: &[f64], months: &mut Vec<f64>) -> Sums {
        if !cell.needs.months {
            return Sums::default();
        }
        bucket::sums(self.days, places, values, self.span.month_ends(self.anchor), months);
        let (count, sum) = (months.len() as f64, sum(months));
        let mean = sum / count;
        Sums { count, sum, mean, squares: squares(months, mean), ..Sums::default() }
    }
}

/// The longest run of places without a gap.
fn longest_streak(places: &[u32]) -> f64 {
    let (mut longest, mut run, mut next) = (0u32, 0, u32::MAX);
    for &place in places {
        run = if place == next { run + 1 } else { 1 };
        longest = longest.max(run);
        next = place + 1;
    }
    f64::from(longest)
}

/// The run of places without a gap that ends right before `end`.
fn current_streak(places: &[u32], end: u32) -> f64 {
    let run = places.iter().rev().zip(1..).take_while(|&(&place, back)| place + back == end);
    run.count() as f64
}
