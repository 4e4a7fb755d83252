//! Time of 200 aggregates over 1,000 events of one row: `cargo bench -p scorelet-core --bench window`.
//!
//! Minimum and median of many runs.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use std::hint::black_box;
use std::time::Instant;

use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::events::Events;
use scorelet_core::feature::series::{Feature, Sequence, Series, Steps, Take};
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use scorelet_core::graph::{Op, Scratch};

const REFERENCE: i32 = 20_000;
const CATEGORIES: u32 = 24;

fn spans() -> Vec<Span> {
    let span = |unit, from, to| Span { unit, from: Some(from), to };
    vec![
        span(Unit::Days, 30, 0),
        span(Unit::Days, 90, 0),
        span(Unit::Months, 6, 0),
        span(Unit::Months, 12, 0),
        Span::ALL,
        span(Unit::Months, 12, 6),
    ]
}

fn filters() -> Vec<Vec<Test>> {
    let sign = |lo: f64, hi: f64| Test::Between { column: 1, lo, hi, lo_in: lo < 0.0, hi_in: lo == 0.0 };
    vec![
        vec![sign(0.0, f64::INFINITY)],
        vec![sign(f64::NEG_INFINITY, 0.0)],
        vec![Test::In { column: 0, set: vec![0b1101_0110] }],
        vec![Test::In { column: 0, set: vec![0b10_0000_1000] }, sign(f64::NEG_INFINITY, 0.0)],
    ]
}

/// 200 aggregates: for each of 5 lists (all events, and 4 filters) in 6 windows six figures of the amount; 20 others.
fn two_hundred() -> Op {
    let figure = |kind, span, filter, column| Figure { kind, span, filter, column };
    let mut outputs = Vec::new();
    for filter in [None, Some(0), Some(1), Some(2), Some(3)] {
        for span in 0..6 {
            for kind in [Kind::Count, Kind::Sum, Kind::Mean, Kind::Min, Kind::Max, Kind::Std] {
                outputs.push(Output::Figure(figure(kind, span, filter, Some(1))));
            }
        }
    }
    for span in [1, 3] {
        for q in [0.5, 0.9] {
            outputs.push(Output::Figure(figure(Kind::Quantile(q), span, Some(1), Some(1))));
        }
        outputs.push(Output::Figure(figure(Kind::Distinct, span, None, Some(0))));
        outputs.push(Output::Figure(figure(Kind::Distinct, span, None, Some(1))));
        outputs.push(Output::Figure(figure(Kind::LongestStreak, span, Some(0), None)));
        outputs.push(Output::Figure(figure(Kind::DaysSinceLast, span, Some(3), None)));
        outputs.push(Output::Figure(figure(Kind::Trend, span, None, Some(2))));
    }
    for kind in [Kind::MonthlyTrend, Kind::MonthlyVolatility] {
        outputs.push(Output::Figure(figure(kind, 3, Some(0), Some(1))));
    }
    let sum = |span, filter| figure(Kind::Sum, span, filter, Some(1));
    outputs.push(Output::Ratio(sum(2, None), sum(5, None)));
    outputs.push(Output::Ratio(sum(3, Some(2)), sum(3, Some(1))));
    let top =
        Top { span: 3, filter: None, group: 0, categories: CATEGORIES, column: Some(1), k: 3, least: true };
    outputs.truncate(194);
    outputs.push(Output::Top(top));
    Window::new(spans(), filters(), outputs).unwrap().into()
}

/// One list, every span: count, sum, mean, least, greatest.
fn plain() -> Op {
    let kinds = [Kind::Count, Kind::Sum, Kind::Mean, Kind::Min, Kind::Max];
    let of = |span| kinds.map(|kind| Output::Figure(Figure { kind, span, filter: None, column: Some(1) }));
    Window::new(spans(), vec![], (0..6).flat_map(of).collect()).unwrap().into()
}

/// 24 months of 8 features.
fn months() -> Op {
    let feature = |take, filter, column| Feature { take, filter, column, empty: Some(0.0) };
    let features = vec![
        feature(Take::Count, None, None),
        feature(Take::Sum, None, Some(1)),
        feature(Take::Sum, Some(0), Some(1)),
        feature(Take::Sum, Some(1), Some(1)),
        feature(Take::Sum, Some(2), Some(1)),
        feature(Take::Mean, None, Some(2)),
        feature(Take::Min, None, Some(2)),
        feature(Take::Last, None, Some(2)),
    ];
    let steps = Steps::Months { unit: Unit::CalendarMonths, skip: 0 };
    Series::new(Sequence { steps, length: 24, filters: filters(), features }).unwrap().into()
}

fn nodes() -> [(&'static str, Op); 3] {
    [
        ("200 aggregates", two_hundred()),
        ("one list, six windows", plain()),
        ("24 months, 8 features", months()),
    ]
}

/// A row of so many events over two years: category, amount in cents, balance; one value in twenty is missing.
fn block(op: &Op, events: usize) -> Block {
    let mut block = Block::with_events(2 + op.width(2), 1, Events::new([(0, 3)]));
    block.set_rows(1);
    let mut seed = 1u64;
    let mut next = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let list = block.events_mut().list_mut(0).unwrap();
    for i in 0..events {
        let day = REFERENCE - 729 + (i * 730 / events) as i32;
        let mut cell = |value: f64| match next(20) {
            0 => (f64::NAN, State::MISSING),
            _ => (value, State::PRESENT),
        };
        let amount = |x: u64| (x as f64 - 120_000.0) / 100.0;
        let (category, paid) =
            ((i * 7919 % CATEGORIES as usize) as f64, amount((i * i * 7919 % 200_000) as u64));
        list.push(day, &[cell(category), cell(paid), cell(1000.0 + paid / 7.0)]);
    }
    list.end_row(0);
    block.column_mut(0).set(0, events as f64);
    block.column_mut(1).set(0, f64::from(REFERENCE));
    block
}

fn evaluate(op: &Op, block: &mut Block, scratch: &mut Scratch) {
    let (columns, mut outputs) = block.split(2);
    op.eval(&Inputs::new(columns, &[0, 1]), &mut outputs, scratch);
}

fn main() {
    println!("{:<34} {:>7} {:>8} {:>11} {:>11}", "what", "events", "outputs", "least, µs", "median, µs");
    for (what, op) in nodes() {
        for events in [10, 100, 1_000, 10_000] {
            let mut block = block(&op, events);
            let mut scratch = Scratch::default();
            let mut times: Vec<f64> = (0..2_000_000 / (events + 500))
                .map(|_| {
                    let start = Instant::now();
                    evaluate(black_box(&op), &mut block, &mut scratch);
                    start.elapsed().as_nanos() as f64 / 1e3
                })
                .collect();
            times.sort_by(f64::total_cmp);
            let (least, median) = (times.first().unwrap(), times.get(times.len() / 2).unwrap());
            println!("{what:<34} {events:>7} {:>8} {least:>11.2} {median:>11.2}", op.width(2));
        }
    }
}
