//! Writes the corpus for the runtimes of JavaScript: `browser-corpus FOLDER`.
//!
//! `index.json` names the cases; each has `NAME.sclb`, `NAME.json` (records and what they come to; blocks of rows given as
//! columns and the SHA-256 of what they come to) and `NAME.f64` (the rows: f64, field-major). Everything is from the
//! native engine, which the other tests compare with wasmtime. `signed.sclb` and `signed.json` are for the consumers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Digest, Trust};
use scorelet_core::record::bucket;
use scorelet_core::schema::{Field, FieldType};
use scorelet_core::scorer::{Options, Scorer, Table};
use scorelet_tests::corpus::Case;
use scorelet_tests::generate;
use scorelet_tests::random::Random;
use serde_json::{Value, json};

/// Generated bundles, and rows of each, as records and as columns.
const GENERATED: u64 = 80;
/// Generated bundles with event lists.
const WITH_EVENTS: u64 = 40;
const ROWS: usize = 200;
/// Rows of each golden model.
const GOLDEN_ROWS: usize = 60;
/// Rows of each bundle whose contributions are compared.
const EXPLAINED: usize = 8;
/// Rows of a block.
const BLOCK: usize = 25;

fn main() {
    let folder = std::env::args().nth(1).map(PathBuf::from).expect("browser-corpus FOLDER");
    fs::create_dir_all(&folder).expect("the folder can be made");
    let mut names = Vec::new();
    let mut total = 0;
    let mut keep = |name: String, bytes: &[u8], records: Option<Vec<Value>>, rows: usize, seed: u64| {
        total += write(&folder, &name, bytes, records, rows, seed);
        names.push(name);
    };
    for case in Case::all() {
        keep(case.name.clone(), &case.bundle, Some(case.records), ROWS, 1);
    }
    for (index, (name, model)) in golden().into_iter().enumerate() {
        let parts = bundle_from_model("golden", &model).unwrap_or_else(|e| panic!("{name}: {e}"));
        let bytes = Bundle::encode(parts).unwrap_or_else(|e| panic!("{name}: {e}"));
        keep(name, &bytes, None, GOLDEN_ROWS, index as u64);
    }
    for seed in 0..GENERATED {
        let bytes = Bundle::encode(generate::bundle(3000 + seed)).expect("generated bundles are valid");
        keep(format!("generated-{seed}"), &bytes, None, ROWS, seed);
    }
    for seed in 0..WITH_EVENTS {
        let mut parts = generate::bundle(4000 + seed);
        generate::event_lists(&mut Random::new(seed), &mut parts);
        let bytes = Bundle::encode(parts).expect("generated bundles are valid");
        keep(format!("events-{seed}"), &bytes, None, ROWS, seed);
    }
    fs::write(folder.join("index.json"), json!({ "cases": names, "rows": total }).to_string())
        .expect("written");
    signed(&folder);
}

/// Every golden tree model.
fn golden() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let list = |path: &Path| {
        let entries = fs::read_dir(path).expect("the golden cases are there");
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    };
    for trainer in list(&scorelet_tests::data("golden")) {
        let of = trainer.file_name().expect("a name").to_string_lossy().into_owned();
        if !of.starts_with("xgboost") && !of.starts_with("lightgbm") {
            continue;
        }
        for case in list(&trainer) {
            let about = fs::read(case.join("case.json")).expect("case.json");
            let about: Value = serde_json::from_slice(&about).expect("JSON");
            let name = case.file_name().expect("a name").to_string_lossy().into_owned();
            for model in about["models"].as_array().expect("a list of models") {
                let model = model.as_str().expect("a file");
                let bytes = fs::read(case.join(model)).expect("a model");
                found.push((format!("{of}-{name}-{}", model.replace('.', "-")), bytes));
            }
        }
    }
    found
}

/// Writes a case; how many rows it has.
fn write(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    records: Option<Vec<Value>>,
    rows: usize,
    seed: u64,
) -> usize {
    let bundle = Bundle::open(bytes, Trust::Anyone).expect("it was just built");
    let fields = bundle.fields.clone();
    let records = records.unwrap_or_else(|| {
        generate::records(&fields, &generate::rows(&mut Random::new(seed), &fields, rows, true))
    });
    let digest = bundle.digest.to_string();
    let names: Vec<(String, u32)> = outputs(&bundle);
    let mut scorer = Scorer::new(bundle);
    let text = serde_json::to_vec(&records).expect("JSON");
    let answers = scorer.score_json(&text, Options { reasons: true, trace: true }).expect("records");
    let answers: Vec<Value> = answers
        .iter()
        .map(|answer| match answer {
            Ok(decision) => json!(decision.digest().to_string()),
            Err(e) => {
                json!({ "code": e.code(), "message": e.to_string(), "place": e.place(), "mend": e.mend() })
            }
        })
        .collect();

    let explained = explanations(&mut scorer, &fields, seed);
    let mut columns = generate::rows(&mut Random::new(seed + 1_000_000), &fields, rows, false);
    // The package's columns have no events.
    for (field, values) in fields.iter().zip(columns.values.chunks_exact_mut(rows)) {
        if field.events().is_some() {
            values.fill(f64::NAN);
        }
    }
    let ids: Vec<u32> = names.iter().map(|(_, id)| *id).collect();
    let blocks: Vec<Value> = (0..rows).step_by(BLOCK).map(|from| {
        let block = columns.slice(from, (from + BLOCK).min(rows));
        let mut out = vec![0.0; ids.len() * block.count];
        match scorer.score_columns(block.count, &block.values, &ids, &mut out) {
            Ok(()) => {
                let bytes: Vec<u8> = out.iter().flat_map(|x| x.to_le_bytes()).collect();
                json!(Digest::of(&bytes).to_string())
            }
            Err(e) => json!({ "code": e.code(), "message": e.to_string(), "place": e.place(), "mend": e.mend() }),
        }
    }).collect();
    let names: Vec<&String> = names.iter().map(|(name, _)| name).collect();
    let about = json!({
        "bundle": digest, "records": records, "answers": answers,
        "rows": rows, "block": BLOCK, "outputs": names, "blocks": blocks, "explained": explained,
    });
    let write = |extension: &str, bytes: &[u8]| {
        fs::write(folder.join(format!("{name}.{extension}")), bytes).expect("it can be written");
    };
    write("sclb", bytes);
    write("json", about.to_string().as_bytes());
    write("f64", &columns.values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>());
    records.len() + rows
}

/// Records with what moved each explained score of theirs: the contributions in the inputs' order, then the baseline, as hexadecimal
/// digits of their bits; null where the output is absent or another model of a fallback gave the score. Records that are refused are left out.
fn explanations(scorer: &mut Scorer, fields: &[Field], seed: u64) -> Vec<Value> {
    let rows = generate::rows(&mut Random::new(seed + 2_000_000), fields, EXPLAINED, true);
    let records = generate::records(fields, &rows);
    let names: Vec<String> = scorer.bundle().scores.iter().map(|score| score.name.clone()).collect();
    let mut found = Vec::new();
    for (row, record) in records.into_iter().enumerate() {
        let mut values = rows.slice(row, row + 1).values;
        // What the record says in other words than the row: the bucket of a text, the number of events.
        for (field, value) in fields.iter().zip(&mut values) {
            if let (FieldType::Hash { buckets }, Some(text)) = (&field.kind, record[&field.name].as_str()) {
                *value = f64::from(bucket(text, *buckets));
            }
        }
        let mut lists = serde_json::Map::new();
        for (field, value) in fields.iter().zip(&mut values).filter(|(field, _)| field.events().is_some()) {
            let list = record.get(&field.name).and_then(Value::as_array);
            *value = list.map_or(f64::NAN, |list| list.len() as f64);
            lists.extend(list.map(|list| (field.name.clone(), json!(list))));
        }
        let events = if lists.is_empty() { String::new() } else { json!([lists]).to_string() };
        let table = Table { rows: 1, values: &values, events: events.as_bytes() };
        for (index, name) in names.iter().enumerate() {
            let Ok(Some(mut moved)) = scorer.explain_table(&table, index) else { continue };
            // The errors of estimates come after the baseline.
            moved.truncate(scorer.bundle().scores[index].reasons.as_ref().map_or(0, |r| r.groups.len()) + 1);
            let bits: Vec<String> = moved.iter().map(|x| format!("{:016x}", x.to_bits())).collect();
            let told = !moved.iter().any(|x| x.is_nan()) && own_model(scorer, &record, index);
            let bits = if !told { Value::Null } else { json!(bits) };
            found.push(json!({ "record": record, "score": name, "bits": bits }));
        }
    }
    found
}

/// Whether a score of a record is of its own model, and not of one of its fallback.
fn own_model(scorer: &mut Scorer, record: &Value, score: usize) -> bool {
    let policy = scorer.bundle().policy.as_ref();
    let Some((at, _)) = policy.and_then(|policy| policy.fallback_of(score as u32)) else { return true };
    let text = json!([record]).to_string();
    let decisions = scorer.score_json(text.as_bytes(), Options { reasons: false, trace: false });
    let decision = decisions.expect("a record").pop().expect("a decision").expect("it was explained");
    decision.policy.expect("the bundle has one").fallbacks[at].step == Some(0)
}

/// Every node's outputs, by the names that the npm package has for them.
fn outputs(bundle: &Bundle) -> Vec<(String, u32)> {
    let mut found = Vec::new();
    for (index, node) in bundle.graph.nodes().iter().enumerate() {
        let first = bundle.graph.first_column(index).expect("it is a node");
        for k in 0..node.op.width(node.inputs.len()) {
            found.push((format!("{}.{k}", node.name), (first + k) as u32));
        }
    }
    found
}

/// The scorecard of the German credit example, signed, with its key, a record and what that comes to.
fn signed(folder: &Path) {
    let case = Case::all().into_iter().find(|case| case.name == "german-credit-scorecard").expect("the case");
    let content = Bundle::open(&case.bundle, Trust::Anyone).expect("it was just built");
    let expected = case.expected().expect("it was blessed");
    let source = scorelet_tests::data("../host/examples/german-credit/scorecard");
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(source).expect("the example is there").flatten().filter(|e| e.path().is_file())
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        files.insert(name, fs::read(entry.path()).expect("a readable file"));
    }
    let compiled = compile(&files).unwrap_or_else(|errors| panic!("{errors:?}"));
    let bytes = Bundle::encode_signed(compiled.parts, &[7; 32]).expect("a bundle can be signed");
    let signer = Bundle::open(&bytes, Trust::Anyone).expect("it was just signed").signer.expect("signed");
    assert_eq!(expected["bundle"], content.digest.to_string());
    let about = json!({
        "publicKey": Digest(signer).to_string(),
        "name": content.meta.name, "version": content.meta.version, "bundle": expected["bundle"],
        "record": case.records[0], "digest": expected["answers"][0],
    });
    fs::write(folder.join("signed.sclb"), bytes).expect("it can be written");
    fs::write(folder.join("signed.json"), about.to_string()).expect("it can be written");
}
