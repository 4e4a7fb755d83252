//! What the parameters of windows must satisfy.

use super::{Figure, Kind, Output, Span, Test, Top, Unit};
use crate::limits;

type Checked = Result<(), &'static str>;

fn ensure(holds: bool, what: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(what) }
}

/// Every part, and every index of one into another.
pub(super) fn window(spans: &[Span], filters: &[Vec<Test>], outputs: &[Output]) -> Checked {
    ensure(spans.len() <= limits::WINDOWS, "there are more windows of time than the limit")?;
    ensure(outputs.len() <= limits::WINDOW_OUTPUTS, "there are more figures than the limit")?;
    spans.iter().try_for_each(span)?;
    self::filters(filters)?;
    let figure = |f: &Figure| figure(f, spans, filters.len());
    for output in outputs {
        match output {
            Output::Figure(f) => figure(f)?,
            Output::Ratio(a, b) => figure(a).and_then(|()| figure(b))?,
            Output::Top(top) => self::top(top, spans, filters.len())?,
        }
    }
    let width: usize = outputs.iter().map(Output::width).sum();
    ensure(width <= limits::COLUMNS, "the figures have more columns than the limit")
}

/// One window of time.
pub(in crate::feature) fn span(span: &Span) -> Checked {
    let ordered = span.from.is_none_or(|from| from > span.to);
    ensure(ordered, "a window ends before it begins")?;
    let far = span.from.unwrap_or(0).max(span.to) as usize;
    ensure(far <= limits::WINDOW_UNITS, "a window reaches further back than the limit")?;
    let months = span.unit != Unit::Days && span.from.is_some();
    ensure(!months || far <= limits::WINDOW_MONTHS, "a window has more months than the limit")
}

/// Filters and their tests.
pub(in crate::feature) fn filters(filters: &[Vec<Test>]) -> Checked {
    ensure(filters.len() <= limits::WINDOWS, "there are more filters than the limit")?;
    for tests in filters {
        ensure(tests.len() <= limits::FILTER_TESTS, "a filter has more tests than the limit")?;
        tests.iter().try_for_each(test)?;
    }
    Ok(())
}

fn test(test: &Test) -> Checked {
    column(test.column())?;
    match *test {
        Test::In { ref set, .. } => {
            let last = set.last().is_none_or(|&word| word != 0);
            let fits = set.len() <= limits::CATEGORIES / 64;
            ensure(fits && last, "a set of categories is not as it is written")
        }
        Test::Between { lo, hi, lo_in, hi_in, .. } => {
            ensure(lo <= hi, "a range's least value must not be over its greatest")?;
            let open = |bound: f64, included: bool| included || bound.is_finite();
            ensure(open(lo, lo_in) && open(hi, hi_in), "a bound that a range leaves out is not finite")
        }
    }
}

fn column(column: u32) -> Checked {
    ensure((column as usize) < limits::EVENT_COLUMNS, "a column of the events is beyond the limit")
}

fn place(span: u32, filter: Option<u32>, spans: &[Span], filters: usize) -> Result<Span, &'static str> {
    ensure(filter.is_none_or(|f| (f as usize) < filters), "a figure has a filter that is not there")?;
    spans.get(span as usize).copied().ok_or("a figure has a window of time that is not there")
}

fn figure(figure: &Figure, spans: &[Span], filters: usize) -> Checked {
    let span = place(figure.span, figure.filter, spans, filters)?;
    figure.column.map_or(Ok(()), column)?;
    match figure.kind {
        Kind::Count | Kind::DaysSinceFirst | Kind::DaysSinceLast => Ok(()),
        Kind::LongestStreak | Kind::CurrentStreak => {
            ensure(figure.column.is_none(), "a streak is of events, not of a column")
        }
        Kind::Ignored => {
            let plain = figure.column.is_none() && figure.filter.is_none();
            ensure(plain, "the number of ignored events has neither column nor filter")
        }
        kind => {
            ensure(figure.column.is_some(), "a figure of values has no column")?;
            if let Kind::Quantile(q) = kind {
                ensure((0.0..=1.0).contains(&q), "a quantile is not from 0 to 1")?;
            }
            let monthly = matches!(kind, Kind::MonthlyStd | Kind::MonthlyTrend | Kind::MonthlyVolatility);
            let months = span.months().is_some_and(|months| months >= 2);
            ensure(!monthly || months, "a figure of months has a window that is not of two months or more")
        }
    }
}

fn top(top: &Top, spans: &[Span], filters: usize) -> Checked {
    place(top.span, top.filter, spans, filters)?;
    column(top.group)?;
    top.column.map_or(Ok(()), column)?;
    let categories = 1..=limits::CATEGORIES;
    ensure(categories.contains(&(top.categories as usize)), "groups have no category, or too many")?;
    ensure((1..=limits::TOP_GROUPS).contains(&(top.k as usize)), "no group is asked for, or too many")
}

/// How many columns the events must have for the tests.
pub(in crate::feature) fn needs(filters: &[Vec<Test>]) -> u32 {
    filters.iter().flatten().map(|test| test.column().saturating_add(1)).max().unwrap_or(0)
}

/// How many columns the events must have.
pub(super) fn columns(filters: &[Vec<Test>], outputs: &[Output]) -> u32 {
    let of = |output: &Output| match output {
        Output::Figure(f) => [f.column, None],
        Output::Ratio(a, b) => [a.column, b.column],
        Output::Top(top) => [Some(top.group), top.column],
    };
    let figures = outputs.iter().flat_map(of).flatten().map(|column| column.saturating_add(1));
    figures.chain([needs(filters)]).max().unwrap_or(0)
}
