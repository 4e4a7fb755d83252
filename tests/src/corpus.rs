//! The corpus: cases of a bundle source, records, and the digests of the bundle and of each decision.
//!
//! `tests/corpus/NAME/` holds `expected.json` and
//! - the bundle source: `bundle.toml` with its files, or `case.json` with `source`, a folder relative to it; `files` of `case.json` names
//!   files that stand elsewhere, as they are called in the source → where they are;
//! - the records: `records.json` (an array), or in `case.json` `csv`, a table whose columns are fields (others are left out), or `ndjson`,
//!   a record a line.
//!
//! A runtime needs nothing but the bundle's bytes, JSON and SHA-256 to take part.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scorelet_core::author::csv;
use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::{Field, FieldType};
use serde_json::{Map, Value, json};

use crate::data;
use crate::hostile::refusal;
use crate::runtime::Runtime;

/// A case, ready to run.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of its folder.
    pub name: String,
    /// The bundle, built from its source.
    pub bundle: Vec<u8>,
    /// Records.
    pub records: Vec<Value>,
    folder: PathBuf,
}

impl Case {
    /// All cases, by name.
    ///
    /// # Panics
    /// If one cannot be read or built: the message says which and why.
    pub fn all() -> Vec<Self> {
        let folders = fs::read_dir(data("corpus")).expect("the corpus is there").flatten();
        let mut cases: Vec<Self> = folders.map(|entry| Self::read(&entry.path())).collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }

    fn read(folder: &Path) -> Self {
        let about = fs::read(folder.join("case.json")).map_or(Value::Null, |text| parse(folder, &text));
        let source = folder.join(about["source"].as_str().unwrap_or("."));
        let files = about["files"].as_object().into_iter().flatten();
        let elsewhere = files.map(|(name, path)| (name.clone(), folder.join(path.as_str().expect("a path"))));
        let bundle = build(&source, elsewhere.collect());
        let fields = Bundle::open(&bundle, Trust::Anyone).expect("it was just built").fields;
        let records = match (about["csv"].as_str(), about["ndjson"].as_str()) {
            (Some(table), _) => table_records(&folder.join(table), &fields),
            (None, Some(lines)) => {
                let text = fs::read(folder.join(lines)).expect("records");
                text.split(|&b| b == b'\n').filter(|l| !l.is_empty()).map(|l| parse(folder, l)).collect()
            }
            (None, None) => {
                let text = fs::read(folder.join("records.json")).expect("records.json");
                parse(folder, &text).as_array().expect("an array of records").clone()
            }
        };
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        Self { name, bundle, records, folder: folder.to_owned() }
    }

    /// What a runtime makes of the case, as `expected.json` writes it.
    ///
    /// # Panics
    /// If the runtime refuses the bundle or the records as a whole.
    pub fn run(&self, runtime: &mut dyn Runtime) -> Value {
        runtime.open(&self.bundle).unwrap_or_else(|e| panic!("{}: {e:?}", self.name));
        let json = serde_json::to_vec(&self.records).expect("records are JSON");
        let answers = runtime.score_json(&json, true).unwrap_or_else(|e| panic!("{}: {e:?}", self.name));
        let answers: Vec<Value> = answers
            .iter()
            .map(|answer| answer.as_ref().map_or_else(refusal, |digest| json!(digest.to_string())))
            .collect();
        let bundle = Bundle::open(&self.bundle, Trust::Anyone).expect("it was just built");
        json!({ "bundle": bundle.digest.to_string(), "answers": answers })
    }

    /// What it must come to; `None` before it was blessed for the first time.
    pub fn expected(&self) -> Option<Value> {
        Some(parse(&self.folder, &fs::read(self.folder.join("expected.json")).ok()?))
    }

    /// Writes what it must come to.
    ///
    /// # Panics
    /// If the file cannot be written.
    pub fn bless(&self, value: &Value) {
        let text = serde_json::to_string_pretty(value).expect("JSON") + "\n";
        fs::write(self.folder.join("expected.json"), text).expect("the corpus can be written");
    }
}

fn parse(folder: &Path, text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// Compiles a bundle source folder with its folders, and files from elsewhere by the names that they have in it.
fn build(folder: &Path, elsewhere: Vec<(String, PathBuf)>) -> Vec<u8> {
    let mut files = BTreeMap::new();
    gather(folder, "", &mut files);
    for (name, path) in elsewhere {
        files.insert(name, fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())));
    }
    let compiled = compile(&files).unwrap_or_else(|errors| {
        let all: Vec<String> = errors.iter().map(|e| format!("{}: {e}; {}", e.place(), e.mend())).collect();
        panic!("{}:\n{}", folder.display(), all.join("\n"))
    });
    Bundle::encode(compiled.parts).unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
}

/// The files under a folder by their names from there.
fn gather(folder: &Path, within: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())).flatten() {
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            gather(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read(entry.path()).expect("a readable file"));
        }
    }
}

/// The rows of a CSV file as records. An empty cell is null.
fn table_records(path: &Path, fields: &[Field]) -> Vec<Value> {
    let text = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let rows = csv::parse(&text).unwrap_or_else(|e| panic!("{}: {e:?}", path.display()));
    let (header, rows) = rows.split_first().expect("a header");
    rows.iter()
        .map(|row| {
            let mut record = Map::new();
            for (name, cell) in header.cells.iter().zip(&row.cells) {
                if let Some(field) = fields.iter().find(|field| field.name == *name) {
                    record.insert(field.name.clone(), value(field, cell));
                }
            }
            Value::Object(record)
        })
        .collect()
}

fn value(field: &Field, cell: &str) -> Value {
    match field.kind {
        _ if cell.is_empty() => Value::Null,
        FieldType::Number | FieldType::Integer => serde_json::from_str(cell).expect("a number"),
        FieldType::Boolean => json!(cell == "true" || cell == "1"),
        FieldType::EventList(_) => serde_json::from_str(cell).expect("a list of events"),
        _ => json!(cell),
    }
}
