//! Old bundles: files that an earlier engine wrote, with what it made of some records. They are never made anew.

use std::fs;
use std::path::PathBuf;

use scorelet_core::bundle::{Bundle, Trust};
use serde_json::{Value, json};

use crate::data;
use crate::hostile::refusal;
use crate::runtime::Runtime;

/// A bundle of an earlier version.
#[derive(Clone, Debug)]
pub struct OldBundle {
    /// Name of its files.
    pub name: String,
    /// The bundle file.
    pub bytes: Vec<u8>,
    /// An array of records.
    pub records: Vec<u8>,
    /// `{bundle, answers}`: its digest, and a result digest or an error's code for each record.
    pub expected: Value,
}

/// The bundles of a container version, by name.
///
/// # Panics
/// If a file is missing.
pub fn bundles(version: &str) -> Vec<OldBundle> {
    let folder = data("compat").join(version);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&folder).expect("old bundles").flatten().map(|e| e.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sclb"));
    paths.sort();
    paths
        .into_iter()
        .map(|path| OldBundle {
            name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
            bytes: fs::read(&path).expect("a bundle"),
            records: fs::read(path.with_extension("records.json")).expect("its records"),
            expected: serde_json::from_slice(
                &fs::read(path.with_extension("expected.json")).expect("its answers"),
            )
            .expect("JSON"),
        })
        .collect()
}

/// What a runtime makes of a bundle and records.
///
/// # Panics
/// If it refuses the bundle, or the records as a whole.
pub fn answers(runtime: &mut dyn Runtime, bytes: &[u8], records: &[u8]) -> Value {
    runtime.open(bytes).expect("an old bundle opens for ever");
    let answers = runtime.score_json(records, true).expect("records");
    // Messages may be worded better; codes never change.
    let answer = |refused| refusal(refused)["code"].clone();
    let answers: Vec<Value> =
        answers.iter().map(|a| a.as_ref().map_or_else(answer, |digest| json!(digest.to_string()))).collect();
    let digest = Bundle::open(bytes, Trust::Anyone).expect("it opened").digest.to_string();
    json!({ "bundle": digest, "answers": answers })
}
