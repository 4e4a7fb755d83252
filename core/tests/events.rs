//! Event lists from a bundle source to the decision.
#![cfg(feature = "author")]

use std::collections::BTreeMap;

use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, BundleParts, Trust};
use scorelet_core::decision::Decision;
use scorelet_core::error::RecordError;
use scorelet_core::schema::{After, Origin, RuleTest};
use scorelet_core::scorer::{Options, Scorer, Table};

const SOURCE: &str = r#"
[bundle]
name = "events"

[fields]
income = { type = "number", missing = { impute = 0 } }
as_of = "date"

[fields.transactions]
type = "events"
as_of = "as_of"
after = "AFTER"
date = "day"

[fields.transactions.columns]
amount = { type = "number", min = -1e6, max = 1e6, out_of_range = "refuse" }
kind = ["card", "transfer"]
cash = "boolean"
description = "text"
mcc = { type = "text" }
merchant = { type = "hash", buckets = 16, of = "description" }
city = { type = "hash", buckets = 4 }
purpose = { categories = ["salary", "rent", "food"], rules = [
  { text = "mcc", code = "5411", is = "food" },
  { text = "description", prefix = "Gehalt", is = "salary" },
  { text = "description", word = "RENT", is = "rent" },
] }

[nodes.model]
kind = "linear"
intercept = 0.5
coefficients = { income = 2.0 }

[scores.credit]
model = "model"
"#;

fn parts(source: &str) -> Result<BundleParts, Vec<String>> {
    let files = BTreeMap::from([("bundle.toml".to_owned(), source.as_bytes().to_vec())]);
    let words = |error: scorelet_core::error::SourceError| format!("{} {}: {error}", error.code, error.line);
    compile(&files).map(|c| c.parts).map_err(|errors| errors.into_iter().map(words).collect())
}

fn open(parts: BundleParts) -> Scorer {
    Scorer::new(Bundle::open(&Bundle::encode(parts).unwrap(), Trust::Anyone).unwrap())
}

fn scorer(after: &str) -> Scorer {
    open(parts(&SOURCE.replace("AFTER", after)).unwrap())
}

fn score(scorer: &mut Scorer, json: &str) -> Vec<Result<Decision, RecordError>> {
    scorer.score_json(json.as_bytes(), Options::default()).unwrap()
}

/// The error of one record, as its code and place.
fn refused(json: &str, after: &str) -> String {
    let answers = score(&mut scorer(after), json);
    let error = answers.into_iter().next().unwrap().unwrap_err();
    format!("{} {}", error.code(), error.field().unwrap_or_default())
}

#[test]
fn the_source_says_what_the_schema_holds() {
    let parts = parts(&SOURCE.replace("AFTER", "ignore")).unwrap();
    let list = parts.fields[2].events().unwrap();
    assert_eq!((list.date.as_str(), list.as_of, list.after), ("day", 1, After::Ignore));
    assert_eq!(list.texts, ["description", "mcc"]);
    let names: Vec<&str> = list.columns.iter().map(|c| c.field.name.as_str()).collect();
    assert_eq!(names, ["amount", "kind", "cash", "merchant", "city", "purpose"]);
    assert_eq!(list.columns[3].origin, Origin::Text(0));
    let Origin::Rules(rules) = &list.columns[5].origin else { panic!() };
    assert_eq!((rules[0].text, rules[0].test, rules[0].category), (1, RuleTest::Code, 2));
    assert_eq!(rules[2].pattern, "rent");
    // Written and read back.
    let again = Bundle::open(&Bundle::encode(parts.clone()).unwrap(), Trust::Anyone).unwrap();
    assert_eq!(again.fields, parts.fields);
}

#[test]
fn mistakes_of_the_source_are_told() {
    let wrong = |from: &str, to: &str| {
        let source = SOURCE.replace("AFTER", "refuse");
        assert!(source.contains(from), "{from}");
        parts(&source.replacen(from, to, 1)).unwrap_err().remove(0)
    };
    let cases = [
        ("as_of = \"as_of\"", "as_of = \"asof\"", "SCL-0605", "there is no field `asof`"),
        ("as_of = \"as_of\"", "as_of = \"income\"", "SCL-0614", "`income` is no date"),
        ("as_of = \"as_of\"\n", "", "SCL-0604", "has no `as_of`"),
        ("after = \"refuse\"", "after = \"drop\"", "SCL-0608", "cannot be `drop`"),
        ("buckets = 16", "buckets = 0", "SCL-0608", "whole number from 1"),
        ("of = \"description\"", "of = \"descr\"", "SCL-0605", "there is no text `descr`"),
        ("is = \"food\"", "is = \"foods\"", "SCL-0610", "none of the categories"),
        ("word = \"RENT\"", "word = \"rent.\"", "SCL-0608", "no text can hold"),
        ("prefix = \"Gehalt\", ", "", "SCL-0604", "looks for nothing"),
        ("cash = \"boolean\"", "day = \"boolean\"", "SCL-0606", "is the date of the events"),
        ("cash = \"boolean\"", "cash = \"events\"", "SCL-0608", "cannot be `events`"),
        ("income = 2.0", "transactions = 2.0", "SCL-0614", "is an event list"),
        ("as_of = \"date\"", "as_of = { type = \"date\", stage = \"device\" }", "SCL-0613", "other stage"),
        (
            "type = \"events\"",
            "type = \"events\"\nstage = \"device\"\nleaves_device = true",
            "SCL-0613",
            "cannot leave the device",
        ),
    ];
    for (from, to, code, words) in cases {
        let error = wrong(from, to);
        assert!(error.starts_with(code) && error.contains(words), "{to}: {error}");
    }
}

#[test]
fn mistakes_in_events_have_their_place() {
    let cases = [
        (r#"{"transactions": 5}"#, "SCL-0205 transactions"),
        (r#"{"transactions": [5]}"#, "SCL-0205 transactions[0]"),
        (r#"{"transactions": [{"day": "2024-01-01"}, null]}"#, "SCL-0205 transactions[1]"),
        (r#"{"transactions": [{"amount": 1}]}"#, "SCL-0213 transactions[0]"),
        (r#"{"transactions": [{"day": "2024-02-30"}]}"#, "SCL-0205 transactions[0].day"),
        (r#"{"transactions": [{"day": 5, "amount": "x"}]}"#, "SCL-0205 transactions[0].day"),
        (r#"{"transactions": [{"amount": "x", "day": "2024-01-01"}]}"#, "SCL-0205 transactions[0].amount"),
        (r#"{"transactions": [{"amount": 2e6, "day": "2024-01-01"}]}"#, "SCL-0206 transactions[0].amount"),
        (r#"{"transactions": [{"mcc": 5411, "day": "2024-01-01"}]}"#, "SCL-0205 transactions[0].mcc"),
        (
            r#"{"transactions": [{"amount": 1, "day": "2024-01-01", "amount": 1}]}"#,
            "SCL-0204 transactions[0].amount",
        ),
        (r#"{"transactions": [{"amount": [], "x": 1, "purpose": 2}]}"#, "SCL-0203 transactions[0].x"),
        (r#"{"transactions": [{"purpose": "rent"}]}"#, "SCL-0203 transactions[0].purpose"),
        (r#"{"transactions": [{"day": "2024-01-01"}]}"#, "SCL-0215 transactions"),
        (
            r#"{"as_of": "2024-01-01", "transactions": [{"day": "2024-01-01"}, {"day": "2024-01-02"}]}"#,
            "SCL-0214 transactions[1]",
        ),
        (r#"{"transactions": [{"day": 1}], "income": "x", "y": 1}"#, "SCL-0203 y"),
        (r#"{"transactions": [{"day": 1}], "income": "x"}"#, "SCL-0205 income"),
        (r#"{"transactions": [], "transactions": []}"#, "SCL-0204 transactions"),
    ];
    for (json, expected) in cases {
        assert_eq!(refused(json, "refuse"), expected, "{json}");
    }
    let cut = r#"{"as_of": "2024-01-01", "transactions": [{"day": "2024-01-01", "amount": 1"#;
    for length in 1..cut.len() {
        let error = scorer("refuse").score_json(&cut.as_bytes()[..length], Options::default()).unwrap_err();
        assert_eq!(error.code(), "SCL-0201");
    }
}

#[test]
fn late_events_are_counted_and_others_rows_are_left_alone() {
    let json = r#"[
        {"income": 1, "as_of": "2024-01-31", "transactions": [
            {"day": "2024-02-01"}, {"day": "2024-01-31"}, {"day": "2025-01-01"}]},
        {"income": "x"},
        {"as_of": "2024-01-31", "transactions": [{"day": "2024-01-01"}]},
        {"transactions": []}]"#;
    let mut scorer = scorer("ignore");
    let answers = score(&mut scorer, json);
    let decision = answers[0].as_ref().unwrap();
    assert_eq!(decision.ignored, [(2, 2)]);
    assert_eq!(answers[1].as_ref().unwrap_err().row(), Some(1));
    assert_eq!(answers[2].as_ref().unwrap().ignored, []);
    let mut out = Vec::new();
    decision.write_json(scorer.bundle(), "en", &mut out);
    let told: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(told["ignored_events"], serde_json::json!([{ "field": "transactions", "events": 2 }]));
    assert_eq!(told["absent"], serde_json::json!([]));
    out.clear();
    answers[2].as_ref().unwrap().write_json(scorer.bundle(), "en", &mut out);
    assert!(!String::from_utf8(out).unwrap().contains("ignored_events"));
}

#[test]
fn too_many_events_are_refused() {
    let event = r#"{"day":"2024-01-01"}"#;
    let list = |n: usize| {
        format!(r#"{{"as_of":"2024-01-01","transactions":[{}{event}]}}"#, format!("{event},").repeat(n))
    };
    let mut scorer = scorer("refuse");
    assert!(score(&mut scorer, &list(99_999))[0].is_ok());
    assert_eq!(score(&mut scorer, &list(100_000))[0].as_ref().unwrap_err().code(), "SCL-0216");
    // Seven values an event: the call may have four million.
    let error = scorer.score_json(list(620_000).as_bytes(), Options::default()).unwrap_err();
    assert_eq!(error.code(), "SCL-0207");
}

#[test]
fn columns_with_events_beside_them_are_the_same_record() {
    let record = r#"{"income": 3, "as_of": "2024-01-31", "transactions": [{"day": "2024-01-02"}, {"day": "2024-02-01"}]}"#;
    let mut scorer = scorer("ignore");
    let json = score(&mut scorer, record).remove(0).unwrap();
    let values = [3.0, 19_753.0, 2.0];
    let events = br#"[{"transactions": [{"day": "2024-01-02"}, {"day": "2024-02-01"}]}]"#;
    let table = Table { rows: 1, values: &values, events };
    let columns = scorer.decide_table(&table, Options::default()).unwrap().remove(0);
    assert_eq!(columns, json);
    // Missing and empty lists need no events; others do, and exactly theirs.
    for (count, events, code) in [
        (f64::NAN, &b""[..], None),
        (0.0, b"", None),
        (0.0, br#"[{"transactions": []}]"#, None),
        (1.0, b"", Some("SCL-0208")),
        (1.0, events, Some("SCL-0208")),
        (f64::NAN, events, Some("SCL-0208")),
        (2.0, b"[]", Some("SCL-0208")),
        (2.0, br#"[{"income": 1}]"#, Some("SCL-0203")),
        (2.0, b"{}", Some("SCL-0202")),
        (0.5, b"", Some("SCL-0205")),
    ] {
        let values = [3.0, 19_753.0, count];
        let found = scorer.score_table(&Table { rows: 1, values: &values, events }, &[3], &mut [0.0]);
        assert_eq!(found.err().map(|e| e.code()), code, "{count} {}", String::from_utf8_lossy(events));
    }
}

#[test]
fn self_checks_carry_events() {
    let check = r#"
[[check]]
record = { income = 1, as_of = "2024-01-31", transactions = [{ day = "2024-01-02", amount = 1.5 }] }
expect = { "credit.margin" = 2.5 }
"#;
    let source = SOURCE.replace("AFTER", "refuse");
    let built = parts(&format!("{source}{check}")).unwrap();
    assert_eq!(built.checks[0].row[2], 1.0);
    let mut scorer = open(built.clone());
    assert_eq!(scorer.bundle().checks, built.checks);
    let check_row = &built.checks[0];
    let events = check_row.events_json(&built.fields);
    assert_eq!(events, br#"[{"transactions":[{"amount":1.5,"day":"2024-01-02"}]}]"#);
    let mut out = [0.0];
    let table = Table { rows: 1, values: &check_row.row, events: &events };
    scorer.score_table(&table, &[check_row.expected[0].0], &mut out).unwrap();
    assert_eq!(out, [2.5]);
    let late = check.replace("2024-01-02", "2024-02-02");
    let errors = parts(&format!("{source}{late}")).unwrap_err();
    assert!(errors[0].starts_with("SCL-0618") && errors[0].contains("transactions[0]"), "{errors:?}");
    // In a table: the list is a cell of JSON.
    let mut files = BTreeMap::from([(
        "bundle.toml".to_owned(),
        format!("{source}\n[checks]\nfile = \"rows.csv\"\n").into_bytes(),
    )]);
    let rows =
        "income,as_of,transactions,credit.margin\n1,2024-01-31,\"[{\"\"day\"\":\"\"2024-01-02\"\"}]\",2.5\n";
    files.insert("rows.csv".to_owned(), rows.as_bytes().to_vec());
    let built = compile(&files).unwrap().parts;
    assert_eq!(built.checks[0].events, [(2, r#"[{"day":"2024-01-02"}]"#.to_owned())]);
}
