//! The hostile corpus: broken bundles, models and records, each with the error that it must end in.

use std::collections::BTreeMap;
use std::fs;

use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::bundle::Bundle;
use serde_json::{Value, json};

use crate::data;
use crate::runtime::{Answer, Refusal};

/// A file with the error that it must end in.
#[derive(Clone, Debug)]
pub struct FileCase {
    /// Name of the file.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// `{code, place, message}`.
    pub expected: Value,
}

impl FileCase {
    /// Every file of a folder under `tests/hostile`.
    ///
    /// # Panics
    /// If the folder and its `expected.json` do not name the same files.
    pub fn all(folder: &str) -> Vec<Self> {
        let folder = data("hostile").join(folder);
        let mut expected = read_map(&folder.join("expected.json"));
        let mut cases = Vec::new();
        for entry in fs::read_dir(&folder).expect("the corpus is there") {
            let path = entry.expect("a readable folder").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if name == "expected.json" {
                continue;
            }
            let expected = expected.remove(&name).unwrap_or_else(|| panic!("{name} is not in expected.json"));
            cases.push(Self { bytes: fs::read(&path).expect("a readable file"), name, expected });
        }
        assert!(expected.is_empty(), "expected.json names files that are not there: {expected:?}");
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }
}

/// JSON that no bundle should take as it is, or not in every row.
#[derive(Clone, Debug)]
pub struct RecordCase {
    /// Name.
    pub name: String,
    /// The input.
    pub json: String,
}

impl RecordCase {
    /// All of `tests/hostile/records/cases.json`.
    ///
    /// # Panics
    /// If the file is not as it should be.
    pub fn all() -> Vec<Self> {
        let text = fs::read(data("hostile/records/cases.json")).expect("the corpus is there");
        let cases: Vec<Value> = serde_json::from_slice(&text).expect("an array");
        let text = |case: &Value, key: &str| case[key].as_str().expect("a text").to_owned();
        cases.iter().map(|case| Self { name: text(case, "name"), json: text(case, "json") }).collect()
    }

    /// What each must come to, by name.
    ///
    /// # Panics
    /// If the file is not as it should be.
    pub fn expected() -> BTreeMap<String, Value> {
        read_map(&data("hostile/records/expected.json"))
    }
}

fn read_map(path: &std::path::Path) -> BTreeMap<String, Value> {
    let text = fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A refusal as the corpus writes it.
pub fn refusal(refusal: &Refusal) -> Value {
    json!({ "code": refusal.code, "place": refusal.place, "message": refusal.message })
}

/// What records came to, as the corpus writes it: the error of the whole input, or a list of `"ok"` and errors of rows.
pub fn outcome(result: &Result<Vec<Answer>, Refusal>) -> Value {
    match result {
        Err(whole) => refusal(whole),
        Ok(rows) => rows.iter().map(|row| row.as_ref().map_or_else(refusal, |_| json!("ok"))).collect(),
    }
}

/// Why a bare model file is refused: by its importer, or as a bundle.
pub fn model_refusal(bytes: &[u8]) -> Option<Refusal> {
    bundle_from_model("hostile", bytes).and_then(Bundle::encode).err().map(Refusal::from)
}
