//! Windows by their definitions, an event at a time, with the dates of jiff.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use scorelet_core::column::State;
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};

use crate::events::{Event, History};
use crate::harness::{Cell, MISSING};

fn date(day: i64) -> Date {
    Date::constant(1970, 1, 1).checked_add(day.days()).unwrap()
}

/// Whether a day is in a span before the reference date.
pub(crate) fn within(span: &Span, reference: i64, day: i64) -> bool {
    let (at, day) = (date(reference), date(day));
    let before = |units: u32| {
        let units = i64::from(units);
        match span.unit {
            Unit::Days => at.checked_sub(units.days()).unwrap(),
            Unit::Months => at.checked_sub(units.months()).unwrap(),
            Unit::CalendarMonths => at.first_of_month().checked_sub(units.months()).unwrap().last_of_month(),
        }
    };
    day <= at && day <= before(span.to) && span.from.is_none_or(|from| day > before(from))
}

pub(crate) fn passes(tests: &[Test], event: &Event) -> bool {
    tests.iter().all(|test| {
        let Ok(x) = event.1[test.column() as usize] else { return false };
        match test {
            Test::In { set, .. } => {
                let members = (0..set.len() * 64).filter(|c| (set[c / 64] >> (c % 64)) & 1 == 1);
                members.into_iter().any(|c| c as f64 == x)
            }
            Test::Between { lo, hi, lo_in, hi_in, .. } => {
                (if *lo_in { *lo <= x } else { *lo < x }) && (if *hi_in { x <= *hi } else { x < *hi })
            }
        }
    })
}

fn finite(x: f64) -> Cell {
    if x.is_finite() { Ok(x) } else { Err(State::OUT_OF_RANGE) }
}

fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + x)
}

fn std(values: &[f64]) -> Cell {
    if values.len() < 2 {
        return MISSING;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().fold(0.0, |sum, x| sum + (x - mean) * (x - mean));
    finite((squares / (values.len() as f64 - 1.0)).sqrt())
}

fn volatility(values: &[f64]) -> Cell {
    std(values).and_then(|std| finite(std / mean(values).abs()))
}

/// Least squares, from the normal equations of centred points.
fn slope(x: &[f64], y: &[f64]) -> Cell {
    if x.is_empty() || x.iter().all(|a| *a == x[0]) {
        return MISSING;
    }
    let (mx, my) = (mean(x), mean(y));
    let xx = x.iter().fold(0.0, |sum, x| sum + (x - mx) * (x - mx));
    let xy = x.iter().zip(y).fold(0.0, |sum, (x, y)| sum + (x - mx) * (y - my));
    finite(xy / xx)
}

fn quantile(values: &[f64], q: f64) -> Cell {
    let mut sorted: Vec<f64> = values.iter().map(|x| x + 0.0).collect();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        return MISSING;
    }
    let h = q * (sorted.len() as f64 - 1.0);
    let (a, b) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
    let t = h - h.floor();
    finite(if t < 0.5 { a + (b - a) * t } else { b - (b - a) * (1.0 - t) })
}

fn streaks(history: &History, window: &[&Event], tests: &[Test]) -> (usize, usize) {
    let (mut longest, mut run) = (0, 0);
    for event in window {
        run = if passes(tests, event) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    assert!(longest <= history.events.len());
    (longest, run)
}

fn figure(window: &Window, history: &History, reference: i64, figure: &Figure) -> Cell {
    let tests = figure.filter.map_or(&[][..], |f| &window.filters()[f as usize]);
    let span = &window.spans()[figure.span as usize];
    let inside: Vec<&Event> =
        history.events.iter().filter(|e| within(span, reference, i64::from(e.0))).collect();
    let present = |e: &&&Event| passes(tests, e) && figure.column.is_none_or(|c| e.1[c as usize].is_ok());
    let taken: Vec<&Event> = inside.iter().filter(present).copied().collect();
    let values: Vec<f64> =
        figure.column.map_or(vec![], |c| taken.iter().map(|e| e.1[c as usize].unwrap()).collect());
    let one = |x: Option<f64>| x.map_or(MISSING, finite);
    let since = |e: Option<&&Event>| one(e.map(|e| (reference - i64::from(e.0)) as f64));
    let fold =
        |f: fn(f64, f64) -> bool| values.iter().copied().reduce(|best, x| if f(x, best) { x } else { best });
    let months = || -> Vec<f64> {
        let month = |back: u32| Span { unit: span.unit, from: Some(back + 1), to: back };
        let of = |back: u32| {
            let inside =
                taken.iter().zip(&values).filter(|(e, _)| within(&month(back), reference, i64::from(e.0)));
            sum(&inside.map(|(_, x)| *x).collect::<Vec<_>>())
        };
        (span.to..span.from.unwrap()).rev().map(of).collect()
    };
    let monthly = |f: &dyn Fn(&[f64]) -> Cell| if taken.is_empty() { MISSING } else { f(&months()) };
    match figure.kind {
        Kind::Count => Ok(taken.len() as f64),
        Kind::Sum => finite(sum(&values)),
        Kind::Mean if values.is_empty() => MISSING,
        Kind::Mean => finite(mean(&values)),
        Kind::Min => one(fold(|x, best| x < best)),
        Kind::Max => one(fold(|x, best| x > best)),
        Kind::Std => std(&values),
        Kind::Quantile(q) => quantile(&values, q),
        Kind::Distinct => {
            let mut all = values.clone();
            all.sort_by(f64::total_cmp);
            all.dedup();
            Ok(all.len() as f64)
        }
        Kind::First => one(values.first().copied()),
        Kind::Last => one(values.last().copied()),
        Kind::DaysSinceFirst => since(taken.first()),
        Kind::DaysSinceLast => since(taken.last()),
        Kind::LongestStreak => Ok(streaks(history, &inside, tests).0 as f64),
        Kind::CurrentStreak => Ok(streaks(history, &inside, tests).1 as f64),
        Kind::Trend => {
            let x: Vec<f64> = taken.iter().map(|e| f64::from(e.0)).collect();
            slope(&x, &values).and_then(|slope| finite(slope * 30.4375))
        }
        Kind::Volatility => volatility(&values),
        Kind::MonthlyStd => monthly(&std),
        Kind::MonthlyVolatility => monthly(&volatility),
        Kind::MonthlyTrend => monthly(&|y| slope(&(0..y.len()).map(|i| i as f64).collect::<Vec<_>>(), y)),
        Kind::Ignored => {
            let after = history.events.iter().filter(|e| i64::from(e.0) > reference).count();
            Ok(after as f64 + f64::from(history.ignored))
        }
    }
}

fn top(window: &Window, history: &History, reference: i64, top: &Top) -> Vec<Cell> {
    let tests = top.filter.map_or(&[][..], |f| &window.filters()[f as usize]);
    let span = &window.spans()[top.span as usize];
    let mut totals: BTreeMap<u64, f64> = BTreeMap::new();
    for event in history.events.iter().filter(|e| within(span, reference, i64::from(e.0))) {
        let amount = top.column.map_or(Ok(1.0), |c| event.1[c as usize]);
        if let (true, Ok(group), Ok(amount)) = (passes(tests, event), event.1[top.group as usize], amount)
            && (0..top.categories).any(|c| f64::from(c) == group)
        {
            *totals.entry(group as u64).or_insert(0.0) += amount;
        }
    }
    let mut ranked: Vec<(u64, f64)> = totals.into_iter().collect();
    ranked.sort_by(|a, b| if top.least { a.1.total_cmp(&b.1) } else { b.1.total_cmp(&a.1) });
    let cells = ranked.iter().flat_map(|&(group, total)| [Ok(group as f64), finite(total)]);
    cells.chain(std::iter::repeat(MISSING)).take(2 * top.k as usize).collect()
}

/// All outputs of a history.
pub(crate) fn evaluate(window: &Window, history: &History) -> Vec<Cell> {
    let reference = match history.reference {
        Ok(day) => day as i64,
        Err(state) => return vec![Err(state); window.outputs().iter().map(Output::width).sum()],
    };
    let one = |f: &Figure| figure(window, history, reference, f);
    let mut out = Vec::new();
    for output in window.outputs() {
        match output {
            Output::Figure(f) => out.push(one(f)),
            Output::Ratio(a, b) => out.push(one(a).and_then(|a| {
                let b = one(b)?;
                if a == 0.0 && b == 0.0 { MISSING } else { finite(a / b) }
            })),
            Output::Top(t) => out.extend(top(window, history, reference, t)),
        }
    }
    out
}
