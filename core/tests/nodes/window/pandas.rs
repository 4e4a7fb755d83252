//! Figures of random histories as pandas has them: `tests/golden/pandas-*/windows`, written by `tests/peers/windows.py`.

use std::path::Path;

use scorelet_core::column::State;
use scorelet_core::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use serde_json::Value;

use crate::events::{self, History};
use crate::harness::{Cell, MISSING};

fn case() -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut found = folders.map(|folder| folder.join("windows/case.json")).filter(|file| file.is_file());
    serde_json::from_str(&std::fs::read_to_string(found.next().unwrap()).unwrap()).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn index(value: &Value) -> Option<u32> {
    value.as_u64().map(|i| i as u32)
}

fn span(value: &Value) -> Span {
    let unit = match value[0].as_str().unwrap() {
        "days" => Unit::Days,
        "months" => Unit::Months,
        "calendar" => Unit::CalendarMonths,
        other => panic!("{other}"),
    };
    Span { unit, from: index(&value[1]), to: index(&value[2]).unwrap() }
}

fn test(value: &Value) -> Test {
    let column = index(&value[1]).unwrap();
    match value[0].as_str().unwrap() {
        "in" => {
            let bits = list(&value[2]).iter().map(|c| 1 << c.as_u64().unwrap());
            Test::In { column, set: vec![bits.sum()] }
        }
        _ => Test::Between {
            column,
            lo: value[2].as_f64().unwrap_or(f64::NEG_INFINITY),
            hi: value[3].as_f64().unwrap_or(f64::INFINITY),
            lo_in: value[4].as_bool().unwrap(),
            hi_in: value[5].as_bool().unwrap(),
        },
    }
}

/// How close an answer must be.
#[derive(Clone, Copy, PartialEq)]
enum Close {
    /// The same bits: taken in the same order of operations, or no sum at all.
    Bits,
    /// 1e-12 relative: the peer sums in another order (found: 4e-14).
    Sums,
}

fn kind(word: &str) -> (Kind, Close) {
    match word {
        "count" => (Kind::Count, Close::Bits),
        "sum" => (Kind::Sum, Close::Bits),
        "pandas_sum" => (Kind::Sum, Close::Sums),
        "mean" => (Kind::Mean, Close::Sums),
        "min" => (Kind::Min, Close::Bits),
        "max" => (Kind::Max, Close::Bits),
        "std" => (Kind::Std, Close::Sums),
        "median" => (Kind::Quantile(0.5), Close::Sums),
        "quantile" => (Kind::Quantile(0.9), Close::Sums),
        "distinct" => (Kind::Distinct, Close::Bits),
        "first" => (Kind::First, Close::Bits),
        "last" => (Kind::Last, Close::Bits),
        "days_since_first" => (Kind::DaysSinceFirst, Close::Bits),
        "days_since_last" => (Kind::DaysSinceLast, Close::Bits),
        "longest_streak" => (Kind::LongestStreak, Close::Bits),
        "current_streak" => (Kind::CurrentStreak, Close::Bits),
        "trend" => (Kind::Trend, Close::Sums),
        "volatility" => (Kind::Volatility, Close::Sums),
        "monthly_std" => (Kind::MonthlyStd, Close::Sums),
        "monthly_trend" => (Kind::MonthlyTrend, Close::Sums),
        "monthly_volatility" => (Kind::MonthlyVolatility, Close::Sums),
        other => panic!("{other}"),
    }
}

fn output(value: &Value, categories: u32) -> (Output, Close) {
    let (span, filter, column) = (index(&value[1]).unwrap(), index(&value[2]), index(&value[3]));
    if value[0] == "top" {
        let top = Top { span, filter, group: 0, categories, column: Some(1), k: 3, least: false };
        return (Output::Top(top), Close::Sums);
    }
    let (kind, close) = kind(value[0].as_str().unwrap());
    (Output::Figure(Figure { kind, span, filter, column }), close)
}

fn history(row: &Value) -> History {
    let cell = |x: &Value| x.as_f64().map_or(MISSING, Ok);
    let event = |e: &Value| {
        let cells: Vec<Cell> = list(e)[1..].iter().map(cell).chain([MISSING]).collect();
        (e[0].as_i64().unwrap() as i32, cells)
    };
    let events = list(&row["events"]).iter().map(event).collect();
    History { events, ignored: 0, reference: Ok(row["as_of"].as_f64().unwrap()) }
}

/// How far two answers are apart, relative to the greater. `None`: they are not both there.
fn apart(found: Cell, wanted: &Value) -> Option<f64> {
    match (found, wanted.as_f64()) {
        (Ok(a), Some(b)) if a == b => Some(0.0),
        (Ok(a), Some(b)) => Some((a - b).abs() / a.abs().max(b.abs())),
        (Err(State::MISSING), None) => Some(0.0),
        _ => None,
    }
}

#[test]
fn figures_are_those_of_pandas() {
    let case = case();
    let categories = index(&case["categories"]).unwrap();
    let filters = list(&case["filters"]).iter().map(|tests| list(tests).iter().map(test).collect());
    let (outputs, close): (Vec<Output>, Vec<Close>) =
        list(&case["figures"]).iter().map(|figure| output(figure, categories)).unzip();
    let spans = list(&case["spans"]).iter().map(span).collect();
    let window = Window::new(spans, filters.collect(), outputs.clone()).unwrap();
    let rows = list(&case["rows"]);
    let histories: Vec<History> = rows.iter().map(history).collect();
    let found = events::run(&window.into(), &histories, 4);
    let mut compared = 0;
    for (found, row) in found.iter().zip(rows) {
        let wanted = list(&row["expected"]).iter().flat_map(|x| match x {
            Value::Array(several) => several.clone(),
            one => vec![one.clone()],
        });
        let asked = outputs.iter().zip(&close).flat_map(|(o, c)| vec![(o, *c); o.width()]);
        for ((found, wanted), (output, close)) in found.iter().zip(wanted).zip(asked) {
            let far = apart(*found, &wanted);
            let allowed = if close == Close::Bits { 0.0 } else { 1e-12 };
            let far = far.unwrap_or_else(|| panic!("{output:?}: {found:?}, not {wanted}"));
            assert!(far <= allowed, "{output:?}: {found:?}, not {wanted}: {far:e}");
            compared += usize::from(found.is_ok());
        }
    }
    assert!(compared > 5_000, "{compared}");
}
