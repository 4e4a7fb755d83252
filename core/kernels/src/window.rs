//! Windows over the events of a row: spans of time before a reference date, filters, and the figures that are taken of the events
//! that pass.
//!
//! What is asked for is a list of [`Output`]s; [`Plan`] sorts it once, so that the events are walked once for each pair of filter
//! and column (a list), and each window of that list (a run of it, since events are sorted by date) is summed once
//! for all figures. Every sum goes over the events in their order, starting from 0.

mod bucket;
mod cell;
mod distinct;
mod filter;
mod plan;
mod run;
mod select;
mod span;
mod top;

pub(crate) use cell::List;
pub use filter::Test;
pub(crate) use filter::{Mask, day_count};
pub use plan::Plan;
pub(crate) use run::rows;
pub use run::{WindowScratch, run};
pub use span::{Span, Unit};

/// Days of a mean month: 365.2425 / 12 is 30.436875; this is the customary 365.25 / 12.
pub const MONTH_DAYS: f64 = 30.4375;

/// What is taken of a list of events. "Values" are those of the figure's column at the events that pass its filter and in whose column
/// a value is present; a figure without a column takes the events that pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// How many. 0 if there is none.
    Count,
    /// Their sum, in order. 0 if there is none.
    Sum,
    /// Sum / count.
    Mean,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// Sample standard deviation: √(Σ(v − mean)² / (n − 1)); missing below two values.
    Std,
    /// The value at this share of the sorted values, 0 to 1, linear between neighbours: with h = q·(n − 1), a = the value at ⌊h⌋,
    /// b = the next, t = h − ⌊h⌋: a + (b − a)·t, or b − (b − a)·(1 − t) from t = 0.5 on (numpy's `method="linear"`).
    Quantile(f64),
    /// How many different values. 0 if there is none. −0 is 0.
    Distinct,
    /// The earliest.
    First,
    /// The latest.
    Last,
    /// Days from the earliest event to the reference date.
    DaysSinceFirst,
    /// Days from the latest event to the reference date.
    DaysSinceLast,
    /// Length of the longest run of events of the window that all pass the filter. 0 if none does. Without a column.
    LongestStreak,
    /// Length of the run that ends with the window's last event. 0 if that does not pass. Without a column.
    CurrentStreak,
    /// Slope a month (of [`MONTH_DAYS`]) of the least-squares line through (day, value); missing if all are on one day.
    Trend,
    /// Standard deviation / |mean|.
    Volatility,
    /// [`Self::Std`] of the sums of the window's months. Missing if there is no value in the window.
    MonthlyStd,
    /// Slope a month of the least-squares line through the sums of the window's months.
    MonthlyTrend,
    /// Standard deviation / |mean| of the sums of the window's months.
    MonthlyVolatility,
    /// Events after the reference date, which no figure counts: those that the record's reader left out, and those after this node's.
    Ignored,
}

/// A figure: what is taken, of which window, filter (none: every event) and column (none: the events themselves).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// What is taken.
    pub kind: Kind,
    /// Index of its span.
    pub span: u32,
    /// Index of its filter.
    pub filter: Option<u32>,
    /// Its column of the events.
    pub column: Option<u32>,
}

/// The greatest or least groups of the events of a window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Top {
    /// Index of its span.
    pub span: u32,
    /// Index of its filter.
    pub filter: Option<u32>,
    /// Column whose category makes the group.
    pub group: u32,
    /// How many categories that column has; any other value is in no group.
    pub categories: u32,
    /// Column that is summed; none: events are counted.
    pub column: Option<u32>,
    /// How many groups are given.
    pub k: u32,
    /// Least first.
    pub least: bool,
}

/// One output, or for [`Top`] 2·k.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// A figure.
    Figure(Figure),
    /// The first figure divided by the second. In the state of the first that is absent; 0 / 0 is missing; any other division by 0 is
    /// out of range.
    Ratio(Figure, Figure),
    /// Category and figure of the first group, of the second, …; missing where there are fewer groups.
    Top(Top),
}

impl Output {
    /// How many columns it has.
    pub fn width(&self) -> usize {
        match self {
            Self::Top(top) => 2 * top.k as usize,
            _ => 1,
        }
    }
}
