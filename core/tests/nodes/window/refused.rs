//! Parameters that a window node does not take.

use scorelet_core::bundle::wire::{Put as _, Reader, Wire as _};
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use scorelet_core::graph::Op;
use scorelet_core::limits;

const FIGURE: Figure = Figure { kind: Kind::Sum, span: 0, filter: None, column: Some(0) };
const TOP: Top = Top { span: 0, filter: None, group: 0, categories: 3, column: None, k: 2, least: false };

fn refused(spans: Vec<Span>, filters: Vec<Vec<Test>>, outputs: Vec<Output>, what: &str) {
    let found = Window::new(spans, filters, outputs).unwrap_err();
    assert!(found.contains(what), "{found}");
}

fn figure(figure: Figure, what: &str) {
    refused(vec![Span::ALL], vec![], vec![Output::Figure(figure)], what);
    refused(vec![Span::ALL], vec![], vec![Output::Ratio(FIGURE, figure)], what);
    refused(vec![Span::ALL], vec![], vec![Output::Ratio(figure, FIGURE)], what);
}

#[test]
fn figures() {
    figure(Figure { span: 1, ..FIGURE }, "window of time that is not there");
    figure(Figure { filter: Some(0), ..FIGURE }, "filter that is not there");
    figure(Figure { column: Some(64), ..FIGURE }, "beyond the limit");
    figure(Figure { column: None, ..FIGURE }, "no column");
    figure(Figure { kind: Kind::LongestStreak, ..FIGURE }, "streak");
    figure(Figure { kind: Kind::Ignored, ..FIGURE }, "ignored");
    figure(Figure { kind: Kind::MonthlyStd, ..FIGURE }, "two months");
    for q in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        figure(Figure { kind: Kind::Quantile(q), ..FIGURE }, "quantile");
    }
}

#[test]
fn spans() {
    let span = |unit, from, to| Span { unit, from: Some(from), to };
    for (span, what) in [
        (span(Unit::Days, 3, 3), "before it begins"),
        (span(Unit::Months, 1, 2), "before it begins"),
        (span(Unit::Days, 0, 0), "before it begins"),
        (span(Unit::Days, 100_001, 0), "further back"),
        (Span { unit: Unit::Days, from: None, to: u32::MAX }, "further back"),
        (span(Unit::Months, 1201, 1200), "more months"),
    ] {
        refused(vec![span], vec![], vec![], what);
    }
    refused(vec![Span::ALL; limits::WINDOWS + 1], vec![], vec![], "more windows");
}

#[test]
fn filters() {
    let between = |lo, hi, included| Test::Between { column: 0, lo, hi, lo_in: included, hi_in: included };
    for (test, what) in [
        (between(1.0, 0.0, true), "over its greatest"),
        (between(f64::NAN, 0.0, true), "over its greatest"),
        (between(f64::NEG_INFINITY, 0.0, false), "not finite"),
        (Test::In { column: 0, set: vec![1, 0] }, "not as it is written"),
        (Test::In { column: 0, set: vec![1; limits::CATEGORIES / 64 + 1] }, "not as it is written"),
        (Test::In { column: 64, set: vec![1] }, "beyond the limit"),
    ] {
        refused(vec![], vec![vec![test]], vec![], what);
    }
    let any = between(0.0, 1.0, true);
    refused(vec![], vec![vec![any; limits::FILTER_TESTS + 1]], vec![], "more tests");
    refused(vec![], vec![vec![]; limits::WINDOWS + 1], vec![], "more filters");
}

#[test]
fn groups() {
    for (top, what) in [
        (Top { k: 0, ..TOP }, "no group"),
        (Top { k: u32::MAX, ..TOP }, "too many"),
        (Top { categories: 0, ..TOP }, "no category"),
        (Top { categories: u32::MAX, ..TOP }, "too many"),
        (Top { group: u32::MAX, ..TOP }, "beyond the limit"),
        (Top { column: Some(u32::MAX), ..TOP }, "beyond the limit"),
        (Top { span: 7, ..TOP }, "not there"),
        (Top { filter: Some(7), ..TOP }, "not there"),
    ] {
        refused(vec![Span::ALL], vec![], vec![Output::Top(top)], what);
    }
    let wide = vec![Output::Top(Top { k: 256, ..TOP }); 65];
    refused(vec![Span::ALL], vec![], wide, "more columns");
    refused(
        vec![Span::ALL],
        vec![],
        vec![Output::Figure(FIGURE); limits::WINDOW_OUTPUTS + 1],
        "more figures",
    );
}

#[test]
fn other_numbers_of_inputs() {
    let op: Op = Window::new(vec![], vec![], vec![]).unwrap().into();
    for inputs in [0, 1, 3] {
        assert!(op.check(inputs).is_err());
    }
}

/// Every prefix is cut off, and every change of a byte is refused or another node that still can be written.
#[test]
fn bytes_that_lie() {
    let window = super::window(&mut crate::events::Lot::new(5), 12);
    let mut bytes = Vec::new();
    window.put(&mut bytes);
    for n in 0..bytes.len() {
        assert!(Window::get(&mut Reader::new(&bytes[..n], "nodes")).is_err(), "{n}");
        for value in [0, 1, 2, 0x7f, 0xff] {
            let mut changed = bytes.clone();
            changed[n] = value;
            let mut reader = Reader::new(&changed, "nodes");
            if let Ok(read) = Window::get(&mut reader) {
                let mut again = Vec::new();
                read.put(&mut again);
                assert_eq!(again, changed[..changed.len() - reader.left()]);
            }
        }
    }
    let mut many = Vec::new();
    many.u32(u32::MAX);
    assert!(Window::get(&mut Reader::new(&many, "nodes")).is_err());
}
