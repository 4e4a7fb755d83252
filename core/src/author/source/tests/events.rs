//! Nodes over events: what is written becomes, and every mistake.

use super::*;
use crate::feature::series::{Feature, Sequence, Steps, Take};
use crate::feature::window::{Figure, Kind, Output, Span, Test, Top, Unit, Window};
use crate::graph::Op;
use crate::scorer::Options;

/// Two fields and a list: lines 3 to 13.
const FIELDS: &str = r#"[fields]
as_of = "date"
income = { type = "number", unit = "EUR", missing = { impute = 0 } }
[fields.transactions]
type = "events"
as_of = "as_of"
after = "ignore"
[fields.transactions.columns]
amount = { type = "number", unit = "EUR" }
category = ["food", "rent", "salary"]
cash = "boolean"
due = "date"
"#;

/// A source with a node `w` from line 15 on, and a model that reads outputs of it.
fn source(node: &str, coefficients: &str) -> String {
    format!(
        "{FIELDS}[nodes.w]\n{node}\n[nodes.model]\nkind = \"linear\"\ncoefficients = {{ {coefficients} }}\n\
         [scores.credit]\nmodel = \"model\"\n"
    )
}

fn window(outputs: &str) -> String {
    source(
        &format!("kind = \"window\"\nevents = \"transactions\"\noutputs.a = {{ count = true }}\n{outputs}"),
        "\"w.a\" = 1",
    )
}

fn ops(toml: &str) -> Vec<(String, Vec<u32>, Op)> {
    let nodes = compiled(&format!("{HEAD}{toml}"), &[]).parts.nodes;
    nodes.into_iter().map(|node| (node.name, node.inputs, node.op)).collect()
}

fn figure(kind: Kind, span: u32, filter: Option<u32>, column: Option<u32>) -> Figure {
    Figure { kind, span, filter, column }
}

#[test]
fn a_window_is_what_is_written() {
    let node = r#"kind = "window"
events = "transactions"
[nodes.w.filters]
income = { amount = "positive" }
bills = { amount = { min = -500, below = 0 }, category = ["rent", "food"], cash = false }
[nodes.w.outputs]
income = { sum = "amount", in = ["30 days", "3 months"], where = "income" }
n = { count = true }
high = { quantile = "amount", q = 0.9, where = { amount = { above = 10 } } }
growth = { sum = "amount", in = "3 months", over = "6 to 3 months", where = "bills" }
share = { share = "amount", in = "3 months", where = "bills" }
often = { share = true, where = "bills" }
trend = { trend = "amount", monthly = true, in = "12 calendar months" }
late = { last = "category", in = "all to 90 days" }
most = { top = "category", k = 2, by = "amount", least = true, in = "30 days" }
gone = { ignored = true }"#;
    let found = ops(&source(node, "\"w.income_3_months\" = 1, \"w.most_1_value\" = 1, \"w.n\" = 2"));
    let (_, inputs, Op::Window(window)) = &found[0] else { panic!("{found:?}") };
    assert_eq!(inputs, &[2, 0]);
    let span = |unit, from, to| Span { unit, from, to };
    let spans = [
        span(Unit::Days, Some(30), 0),
        span(Unit::Months, Some(3), 0),
        Span::ALL,
        span(Unit::Months, Some(6), 3),
        span(Unit::CalendarMonths, Some(12), 0),
        span(Unit::Days, None, 90),
    ];
    assert_eq!(window.spans(), spans);
    let between = |lo, hi, lo_in, hi_in| Test::Between { column: 0, lo, hi, lo_in, hi_in };
    let filters = [
        vec![between(0.0, f64::INFINITY, false, true)],
        vec![
            between(-500.0, 0.0, true, false),
            Test::In { column: 1, set: vec![0b11] },
            Test::In { column: 2, set: vec![0b01] },
        ],
        vec![between(10.0, f64::INFINITY, false, true)],
    ];
    assert_eq!(window.filters(), filters);
    let sum = |span, filter| figure(Kind::Sum, span, filter, Some(0));
    let count = |filter| figure(Kind::Count, 2, filter, None);
    let top = Top { span: 0, filter: None, group: 1, categories: 3, column: Some(0), k: 2, least: true };
    let outputs = [
        Output::Figure(sum(0, Some(0))),
        Output::Figure(sum(1, Some(0))),
        Output::Figure(count(None)),
        Output::Figure(figure(Kind::Quantile(0.9), 2, Some(2), Some(0))),
        Output::Ratio(sum(1, Some(1)), sum(3, Some(1))),
        Output::Ratio(sum(1, Some(1)), sum(1, None)),
        Output::Ratio(count(Some(1)), count(None)),
        Output::Figure(figure(Kind::MonthlyTrend, 4, None, Some(0))),
        Output::Figure(figure(Kind::Last, 5, None, Some(1))),
        Output::Top(top),
        Output::Figure(figure(Kind::Ignored, 2, None, None)),
    ];
    assert_eq!(window.outputs(), outputs);
    // Fields are 3 columns, then the window's.
    assert_eq!(found[1].1, [4, 13, 5]);
}

#[test]
fn a_series_is_what_is_written() {
    let node = r#"kind = "series"
events = "transactions"
months = 2
skip = 1
[nodes.w.filters]
in = { amount = "positive" }
[nodes.w.features]
income = { sum = "amount", where = "in" }
level = { last = "amount", empty = 0 }"#;
    let found = ops(&source(node, "\"w.income_0\" = 1, \"w.mask_1\" = 1"));
    let (_, _, Op::Series(series)) = &found[0] else { panic!("{found:?}") };
    let feature = |take, filter, empty| Feature { take, filter, column: Some(0), empty };
    let wanted = Sequence {
        steps: Steps::Months { unit: Unit::CalendarMonths, skip: 1 },
        length: 2,
        filters: vec![vec![Test::Between {
            column: 0,
            lo: 0.0,
            hi: f64::INFINITY,
            lo_in: false,
            hi_in: true,
        }]],
        features: vec![feature(Take::Sum, Some(0), None), feature(Take::Last, None, Some(0.0))],
    };
    assert_eq!(*series.sequence(), wanted);
    // income_1, level_1, income_0, level_0, mask_1, mask_0.
    assert_eq!(found[1].1, [5, 7]);

    let node = "kind = \"series\"\nevents = \"transactions\"\nlast = 5\nwhere = { cash = true }\n\
                features = { amount = { value = \"amount\" }, gap = { days_between = true, empty = -1 } }";
    let found = ops(&source(node, "\"w.gap_4\" = 1"));
    let (_, _, Op::Series(series)) = &found[0] else { panic!("{found:?}") };
    assert_eq!((series.sequence().steps, series.sequence().length), (Steps::Events { filter: Some(0) }, 5));
    assert_eq!(found[1].1, [4]);
}

/// From the record to the decision.
#[test]
fn a_record_with_events() {
    let node = r#"kind = "window"
events = "transactions"
[nodes.w.outputs]
spent = { sum = "amount", in = "1 month", where = { amount = "negative" } }
late = { ignored = true }
first = { top = "category", k = 1 }
[nodes.food]
kind = "one_hot"
input = "w.first_1""#;
    let toml = source(node, "\"w.spent\" = 1, \"w.late\" = 1000, \"food.rent\" = 10000");
    let mut scorer = scorer(&format!("{HEAD}{toml}"), &[]);
    let record = r#"[{"as_of": "2024-03-31", "income": 1, "transactions": [
        {"date": "2024-02-29", "amount": -1, "category": "rent", "cash": true},
        {"date": "2024-03-01", "amount": -20, "category": "rent", "cash": true},
        {"date": "2024-03-31", "amount": -300, "category": "food", "cash": true},
        {"date": "2024-03-30", "amount": 77, "category": "salary", "cash": false},
        {"date": "2024-04-01", "amount": -5, "category": "food", "cash": false}]}]"#;
    let answers = scorer.score_json(record.as_bytes(), Options::default()).unwrap();
    assert_eq!(answers[0].as_ref().unwrap().scores[0].margin, Some(10_680.0));
}

#[test]
fn mistakes_of_outputs() {
    let n = 18;
    for (output, code, mend) in [
        ("outputs.b = { sum = \"amuont\" }", code::UNKNOWN_NAME, "did you mean `amount`?"),
        ("outputs.b = { summe = \"amount\" }", code::MISSING_KEY, "`sum`"),
        ("outputs.b = { sum = \"amount\", mean = \"amount\" }", code::MISSING_KEY, "write one of"),
        ("outputs.b = { sum = true }", code::INPUT, "name of a column"),
        ("outputs.b = { count = false }", code::VALUE, "`true`"),
        ("outputs.b = { sum = \"category\" }", code::INPUT, "of a number"),
        ("outputs.b = { longest_streak = \"amount\" }", code::INPUT, "`true`"),
        ("outputs.b = { ignored = true, where = { cash = true } }", code::INPUT, "take `where`"),
        ("outputs.b = { sum = \"amount\", in = \"3 weeks\" }", code::VALUE, "\"30 days\""),
        ("outputs.b = { sum = \"amount\", in = \"3 to 6 months\" }", code::VALUE, "earlier bound first"),
        ("outputs.b = { sum = \"amount\", in = \"9999 months\" }", code::VALUE, "earlier bound first"),
        ("outputs.b = { sum = \"amount\", in = [] }", code::VALUE, "at least one"),
        ("outputs.b = { quantile = \"amount\", q = 2 }", code::VALUE, "from 0 to 1"),
        ("outputs.b = { quantile = \"amount\" }", code::MISSING_KEY, "q = 0.9"),
        ("outputs.b = { median = \"amount\", q = 0.3 }", code::UNKNOWN_KEY, "from `count` on"),
        ("outputs.b = { std = \"amount\", monthly = true, in = \"90 days\" }", code::INPUT, "12 months"),
        ("outputs.b = { top = \"category\", k = 1e9 }", code::VALUE, "from 1 to 256"),
        ("outputs.b = { top = \"amount\", k = 1 }", code::INPUT, "category"),
        ("outputs.b = { top = \"category\", k = 1, by = \"due\" }", code::INPUT, "number"),
        ("outputs.b = { count = true, where = \"big\" }", code::UNKNOWN_NAME, "where = {"),
        ("outputs.b = { count = true, where = {} }", code::VALUE, "write 1 to"),
        ("outputs.b = { count = true, where = { amount = \"positiv\" } }", code::VALUE, "`positive`"),
        ("outputs.b = { count = true, where = { amount = [\"food\"] } }", code::INPUT, "a category"),
        ("outputs.b = { count = true, where = { category = [\"foot\"] } }", code::CATEGORIES, "`food`"),
        ("outputs.b = { count = true, where = { category = \"zero\" } }", code::INPUT, "a number"),
        ("outputs.b = { count = true, where = { amount = true } }", code::INPUT, "true or false"),
        ("outputs.b = { count = true, where = { amount = { min = 3, max = 1 } } }", code::VALUE, "lesser"),
        (
            "outputs.b = { count = true, where = { amount = { min = 3, above = 1 } } }",
            code::VALUE,
            "keep one",
        ),
        ("outputs.b = { count = true, where = { amount = {} } }", code::VALUE, "lesser"),
    ] {
        let toml = window(output);
        let found = mistakes_in(&format!("{HEAD}{toml}"), &[]);
        let fits = |e: &SourceError| e.code == code && e.line == n + 1 && e.mend.contains(mend);
        assert!(found.iter().any(fits), "{output}: {found:#?}");
    }
}

#[test]
fn mistakes_of_nodes() {
    for (node, code, mend) in [
        (
            "kind = \"window\"\nevents = \"transactoins\"\noutputs.a = { count = true }",
            code::UNKNOWN_NAME,
            "transactions",
        ),
        ("kind = \"window\"\nevents = \"income\"\noutputs.a = { count = true }", code::INPUT, "events"),
        (
            "kind = \"window\"\nevents = \"transactions\"\nas_of = \"income\"\noutputs.a = { count = true }",
            code::INPUT,
            "date",
        ),
        ("kind = \"window\"\nevents = \"transactions\"", code::MISSING_KEY, "outputs ="),
        ("kind = \"window\"\noutputs.a = { count = true }", code::MISSING_KEY, "events ="),
        (
            "kind = \"window\"\nevents = \"transactions\"\noutputs = { a_all = { count = true }, a = { count = true, in = [\"all\"] } }",
            code::NAME,
            "another name",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nfeatures.a = { count = true }",
            code::MISSING_KEY,
            "months = 24",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nmonths = 3\nlast = 3\nfeatures.a = { count = true }",
            code::MISSING_KEY,
            "either",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nmonths = 0\nfeatures.a = { count = true }",
            code::VALUE,
            "from 1",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nlast = 32768\nfeatures.a = { days_before = true }",
            code::VALUE,
            "accordingly",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nmonths = 3\nfeatures.a = { value = \"amount\" }",
            code::MISSING_KEY,
            "`sum`",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nmonths = 3\nfeatures.a = { sum = true }",
            code::INPUT,
            "name of a column",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nmonths = 3\nfeatures.a = { sum = \"due\" }",
            code::INPUT,
            "of a number",
        ),
        (
            "kind = \"series\"\nevents = \"transactions\"\nlast = 3\nfeatures.a = { days_before = \"due\" }",
            code::INPUT,
            "`true`",
        ),
    ] {
        let found = mistakes_in(&format!("{HEAD}{}", source(node, "\"w.a\" = 1")), &[]);
        assert!(found.iter().any(|e| e.code == code && e.mend.contains(mend)), "{node}: {found:#?}");
    }
}

/// A bundle whose node reads events that are not there is not opened.
#[test]
fn nodes_over_events_that_lie() {
    let parts = compiled(&format!("{HEAD}{}", window("")), &[]).parts;
    let mut none = parts.clone();
    none.nodes[0].inputs[0] = 1;
    let mut node = parts.clone();
    node.nodes[1].inputs.clone_from(&none.nodes[1].inputs);
    node.nodes.insert(1, parts.nodes[0].clone());
    node.nodes[1].name = "on a node".to_owned();
    node.nodes[1].inputs[0] = 3;
    node.scores[0].reasons = None;
    let mut beyond = parts;
    let sum = Output::Figure(figure(Kind::Sum, 0, None, Some(4)));
    beyond.nodes[0].op = Window::new(vec![Span::ALL], vec![], vec![sum]).unwrap().into();
    for (parts, what) in [(none, "no event list"), (node, "no event list"), (beyond, "do not have")] {
        let error = Bundle::encode(parts).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
}
