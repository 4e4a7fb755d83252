//! The Taiwan default example: its statements stay on the device, and every client gets what the trainers computed.

use std::collections::BTreeMap;
use std::fs;

use scorelet::performance::Performance;
use scorelet_core::author::csv;
use scorelet_core::author::cut::cut;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::record::date;
use scorelet_core::schema::FieldType;
use scorelet_core::scorer::{Scorer, Table};
use scorelet_tests::corpus::Case;
use scorelet_tests::data;
use serde_json::{Value, json};

const EXAMPLE: &str = "../host/examples/taiwan-default";
/// The models' nodes, and how far from the trainer's answer each may be.
const MODELS: [(&str, f64); 5] =
    [("boosted", 0.0), ("recurrent", 1e-5), ("points", 0.0), ("card", 1e-12), ("stack", 2e-6)];

fn case() -> Case {
    Case::all().into_iter().find(|case| case.name == "taiwan-default").expect("the case")
}

/// A column of `data/expected.csv`.
fn expected() -> BTreeMap<String, Vec<f64>> {
    let rows = csv::parse(&fs::read(data(EXAMPLE).join("data/expected.csv")).unwrap()).unwrap();
    let (header, rows) = rows.split_first().unwrap();
    let column = |i: usize| rows.iter().map(|row| row.cells[i].parse().unwrap()).collect();
    header.cells.iter().enumerate().map(|(i, name)| (name.clone(), column(i))).collect()
}

/// The models' outputs for all records, by name.
fn outputs(case: &Case) -> BTreeMap<&'static str, Vec<f64>> {
    let bundle = Bundle::open(&case.bundle, Trust::Anyone).unwrap();
    let mut values = Vec::new();
    for field in &bundle.fields {
        values.extend(case.records.iter().map(|record| match (&field.kind, &record[&field.name]) {
            (FieldType::Date, Value::String(day)) => date::parse(day).unwrap(),
            (FieldType::Category { values }, value) => values.iter().position(|v| v == value).unwrap() as f64,
            (FieldType::EventList(_), Value::Array(events)) => events.len() as f64,
            (_, value) => value.as_f64().unwrap(),
        }));
    }
    let place = |name: &str| {
        let node = bundle.graph.nodes().iter().position(|node| node.name == name).unwrap();
        bundle.graph.first_column(node).unwrap() as u32
    };
    let columns = MODELS.map(|(name, _)| place(name));
    let rows = case.records.len();
    let lists: Vec<Value> =
        case.records.iter().map(|record| json!({ "statements": record["statements"] })).collect();
    let events = serde_json::to_vec(&lists).unwrap();
    let mut out = vec![0.0; columns.len() * rows];
    let table = Table { rows, values: &values, events: &events };
    Scorer::new(bundle).score_table(&table, &columns, &mut out).unwrap();
    MODELS.iter().zip(out.chunks_exact(rows)).map(|(&(name, _), column)| (name, column.to_vec())).collect()
}

#[test]
fn every_client_gets_what_the_trainers_computed() {
    let (case, expected) = (case(), expected());
    assert_eq!(case.records.len(), 500);
    let found = outputs(&case);
    for (name, tolerance) in MODELS {
        assert_eq!(found[name].len(), expected[name].len());
        for (row, (found, wanted)) in found[name].iter().zip(&expected[name]).enumerate() {
            assert!((found - wanted).abs() <= tolerance, "{name}, row {row}: {found} is not {wanted}");
        }
    }
}

#[test]
fn the_host_prints_the_trainers_auc_and_ks() {
    let metrics = fs::read(data(EXAMPLE).join("models/metrics.json")).unwrap();
    let metrics: Value = serde_json::from_slice(&metrics).unwrap();
    let bad = &expected()["default"];
    for (name, figures) in outputs(&case()).into_iter().filter(|(name, _)| *name != "points") {
        let rows: Vec<(f64, bool)> = figures.into_iter().zip(bad.iter().map(|&bad| bad == 1.0)).collect();
        let found = Performance::of(&rows).unwrap();
        let wanted = &metrics[name]["sample"];
        assert_eq!((found.rows, found.bads), (500, 120));
        for (found, wanted) in [(found.auc, &wanted["auc"]), (found.ks, &wanted["ks"])] {
            assert!((found - wanted.as_f64().unwrap()).abs() < 5e-7, "{name}: {found} is not {wanted}");
        }
    }
}

#[test]
fn no_statement_leaves_the_device() {
    let parts = Bundle::open(&case().bundle, Trust::Anyone).unwrap().into_parts();
    let edge = cut(&parts).unwrap().expect("it has two stages").edge;
    let edge = Bundle::open(&Bundle::encode(edge).unwrap(), Trust::Anyone).unwrap();
    let crossing = &edge.cut.as_ref().expect("it is a stage").crossing;
    let leaves: Vec<String> = crossing.iter().map(|value| edge.column_name(value.column)).collect();
    assert!(leaves.iter().any(|n| n == "recurrent") && leaves.iter().any(|n| n == "limit"), "{leaves:?}");
    for stays in ["statements", "education", "history"] {
        assert!(leaves.iter().all(|name| !name.starts_with(stays)), "{leaves:?}");
    }
}
