//! Windows over events, against their definitions.

pub(crate) mod naive;
mod pandas;
mod refused;

use scorelet_core::bundle::wire::{Reader, Wire as _};
use scorelet_core::column::State;
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use scorelet_core::graph::Op;

use crate::events::{self, CATEGORIES, COLUMNS, History, Lot, history};
use crate::harness::{Cell, assert_bits};

const KINDS: [Kind; 22] = [
    Kind::Count,
    Kind::Sum,
    Kind::Mean,
    Kind::Min,
    Kind::Max,
    Kind::Std,
    Kind::Quantile(0.5),
    Kind::Quantile(0.0),
    Kind::Quantile(0.9),
    Kind::Distinct,
    Kind::First,
    Kind::Last,
    Kind::DaysSinceFirst,
    Kind::DaysSinceLast,
    Kind::LongestStreak,
    Kind::CurrentStreak,
    Kind::Trend,
    Kind::Volatility,
    Kind::MonthlyStd,
    Kind::MonthlyTrend,
    Kind::MonthlyVolatility,
    Kind::Ignored,
];

pub(crate) fn filters(lot: &mut Lot) -> Vec<Vec<Test>> {
    let mut test = |_| {
        let column = lot.below(COLUMNS as u64) as u32;
        match lot.below(4) {
            0 => Test::In { column: 0, set: vec![lot.below(1 << 12) | 1] },
            1 => Test::Between { column, lo: 0.0, hi: f64::INFINITY, lo_in: false, hi_in: true },
            2 => Test::Between { column, lo: f64::NEG_INFINITY, hi: 0.0, lo_in: true, hi_in: false },
            _ => Test::Between { column, lo: -300.0, hi: 3.0, lo_in: true, hi_in: column.is_multiple_of(2) },
        }
    };
    (0..4).map(|n| (0..n).map(&mut test).collect()).collect()
}

fn figure(lot: &mut Lot, spans: &[Span]) -> Figure {
    let kind = lot.pick(&KINDS);
    let monthly = matches!(kind, Kind::MonthlyStd | Kind::MonthlyTrend | Kind::MonthlyVolatility);
    let span = loop {
        let span = lot.below(spans.len() as u64);
        if !monthly || spans[span as usize].months() >= Some(2) {
            break span as u32;
        }
    };
    let column = match kind {
        Kind::LongestStreak | Kind::CurrentStreak | Kind::Ignored => None,
        Kind::Count | Kind::DaysSinceFirst | Kind::DaysSinceLast if lot.below(2) == 0 => None,
        _ => Some(lot.below(COLUMNS as u64) as u32),
    };
    let filter = Some(lot.below(5) as u32).filter(|&f| f < 4 && kind != Kind::Ignored);
    Figure { kind, span, filter, column }
}

/// A node of some windows, filters and figures.
pub(crate) fn window(lot: &mut Lot, outputs: usize) -> Window {
    let units = [Unit::Days, Unit::Months, Unit::CalendarMonths];
    let mut spans = vec![Span::ALL, Span { unit: Unit::Months, from: Some(6), to: 0 }];
    for _ in 0..8 {
        let unit = lot.pick(&units);
        let (width, to) = if unit == Unit::Days { (400, 100) } else { (14, 4) };
        let to = if lot.below(2) == 0 { 0 } else { lot.below(to) as u32 };
        let from = Some(to + 1 + lot.below(width) as u32).filter(|_| lot.below(8) != 0);
        spans.push(Span { unit, from, to });
    }
    let filters = filters(lot);
    let output = |_| match lot.below(8) {
        0 => Output::Ratio(figure(lot, &spans), figure(lot, &spans)),
        1 => Output::Top(Top {
            span: lot.below(10) as u32,
            filter: Some(lot.below(5) as u32).filter(|&f| f < 4),
            group: lot.pick(&[0, 0, 0, 2]),
            categories: CATEGORIES,
            column: lot.pick(&[None, Some(1), Some(2)]),
            k: 1 + lot.below(5) as u32,
            least: lot.below(3) == 0,
        }),
        _ => Output::Figure(figure(lot, &spans)),
    };
    let outputs = (0..outputs).map(output).collect();
    Window::new(spans, filters, outputs).unwrap()
}

/// Every bit as the definitions have it, over random nodes and histories, in blocks of any size.
#[test]
fn random_windows_over_random_histories() {
    let (mut present, mut absent) = (0, 0);
    for seed in 0..300 {
        let mut lot = Lot::new(seed);
        let window = window(&mut lot, 30);
        let most = lot.pick(&[0, 3, 20, 150]);
        let histories: Vec<History> = (0..7).map(|_| history(&mut lot, most)).collect();
        let op = Op::from(window.clone());
        let together = events::run(&op, &histories, 5);
        assert_eq!(together, events::run(&op, &histories, 1));
        for (found, history) in together.iter().zip(&histories) {
            let wanted = naive::evaluate(&window, history);
            assert_eq!(found.len(), wanted.len());
            assert_bits(found, &wanted);
            present += found.iter().filter(|cell| cell.is_ok()).count();
            absent += found.iter().filter(|cell| cell.is_err()).count();
        }
    }
    assert!(present > 30_000 && absent > 10_000, "{present} {absent}");
}

#[test]
fn the_encoding_round_trips() {
    for seed in 0..100 {
        let window = window(&mut Lot::new(seed), 20);
        let mut bytes = Vec::new();
        window.put(&mut bytes);
        let mut reader = Reader::new(&bytes, "nodes");
        assert_eq!(Window::get(&mut reader).unwrap(), window);
        reader.end().unwrap();
    }
}

fn all(kind: Kind, column: Option<u32>) -> Op {
    let figure = Figure { kind, span: 0, filter: None, column };
    Window::new(vec![Span::ALL], vec![], vec![Output::Figure(figure)]).unwrap().into()
}

/// A history of amounts, all on one day, ten days before the reference date.
fn amounts(amounts: &[Cell]) -> History {
    let event = |&amount: &Cell| (90, vec![Ok(0.0), amount, Ok(0.0), Ok(0.0)]);
    History { events: amounts.iter().map(event).collect(), ignored: 0, reference: Ok(100.0) }
}

#[test]
fn nothing_in_a_window() {
    let empty = amounts(&[]);
    for kind in KINDS {
        let column = matches!(kind, Kind::LongestStreak | Kind::CurrentStreak | Kind::Ignored);
        let months = Span { unit: Unit::Months, from: Some(3), to: 0 };
        let figure = Figure { kind, span: 0, filter: None, column: Some(1).filter(|_| !column) };
        let op = Window::new(vec![months], vec![], vec![Output::Figure(figure)]).unwrap().into();
        let counts = [Kind::Count, Kind::Sum, Kind::Distinct, Kind::Ignored];
        let zero = column || counts.contains(&kind);
        let wanted = if zero { Ok(0.0) } else { Err(State::MISSING) };
        assert_eq!(events::run(&op, std::slice::from_ref(&empty), 1), [[wanted]], "{kind:?}");
    }
}

#[test]
fn values_that_are_not_finite() {
    let history = amounts(&[Ok(f64::MAX), Ok(f64::MAX)]);
    let run = |kind| events::run(&all(kind, Some(1)), std::slice::from_ref(&history), 1)[0][0];
    assert_eq!(run(Kind::Sum), Err(State::OUT_OF_RANGE));
    assert_eq!(run(Kind::Max), Ok(f64::MAX));
    assert_eq!(run(Kind::Std), Err(State::OUT_OF_RANGE));
    assert_eq!(run(Kind::Trend), Err(State::MISSING));
}

/// A reference date that is none.
#[test]
fn reference_dates_that_are_none() {
    let given = |reference| History { reference, ..amounts(&[Ok(1.0)]) };
    for (reference, wanted) in [
        (Err(State::MISSING), State::MISSING),
        (Err(State::special(2)), State::special(2)),
        (Ok(0.5), State::OUT_OF_RANGE),
        (Ok(1e300), State::OUT_OF_RANGE),
        (Ok(2_932_897.0), State::OUT_OF_RANGE),
        (Ok(-719_529.0), State::OUT_OF_RANGE),
    ] {
        let found = events::run(&all(Kind::Count, None), &[given(reference)], 1);
        assert_eq!(found, [[Err(wanted)]], "{reference:?}");
    }
    for day in [2_932_896.0, -719_528.0] {
        assert!(events::run(&all(Kind::Count, None), &[given(Ok(day))], 1)[0][0].is_ok());
    }
}

/// A column that the events do not have has no value.
#[test]
fn columns_that_are_not_there() {
    let history = amounts(&[Ok(1.0)]);
    for (kind, wanted) in [(Kind::Sum, Ok(0.0)), (Kind::Count, Ok(0.0)), (Kind::Last, Err(State::MISSING))] {
        assert_eq!(events::run(&all(kind, Some(63)), std::slice::from_ref(&history), 1), [[wanted]]);
    }
}
