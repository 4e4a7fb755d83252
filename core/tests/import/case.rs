//! A golden case as `tests/peers/README.md` describes it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) json: Value,
    /// A row a record, a value a feature.
    pub(crate) input: Vec<Vec<f64>>,
    pub(crate) expected: Expected,
}

/// Margins and predictions, a row an input row.
pub(crate) struct Expected {
    pub(crate) margins: Vec<Vec<f64>>,
    pub(crate) predictions: Vec<Vec<f64>>,
}

/// Cases of a trainer under a folder, by name.
pub(crate) fn folders(root: &Path, trainer: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for version in std::fs::read_dir(root).into_iter().flatten().flatten() {
        if !version.file_name().to_string_lossy().starts_with(trainer) {
            continue;
        }
        for case in std::fs::read_dir(version.path()).into_iter().flatten().flatten() {
            if case.path().join("case.json").exists() {
                out.push(case.path());
            }
        }
    }
    out.sort();
    out
}

impl Case {
    pub(crate) fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("case.json")).unwrap();
        let json: Value = serde_json::from_str(&text).unwrap();
        let names: Vec<HashMap<&str, f64>> = json["features"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| {
                let names = f["categories"].as_array().into_iter().flatten().enumerate();
                names.filter_map(|(i, name)| Some((name.as_str()?, i as f64))).collect()
            })
            .collect();
        let input = records(&folder.join("input.csv"))
            .iter()
            .map(|row| {
                let cell = |(i, text): (usize, &String)| match text.as_str() {
                    "" => f64::NAN,
                    text => match names[i].get(text) {
                        Some(&code) => code,
                        // A name that the model does not know may look like a number.
                        None if !names[i].is_empty() => f64::NAN,
                        None => text.parse().unwrap_or(f64::NAN),
                    },
                };
                row.iter().enumerate().map(cell).collect()
            })
            .collect();
        let expected = Expected::read(&folder.join("expected.csv"));
        Self { folder: folder.to_owned(), json, input, expected }
    }

    pub(crate) fn models(&self) -> Vec<(String, Vec<u8>)> {
        let names = self.json["models"].as_array().unwrap().iter();
        let read = |name: &Value| {
            let name = name.as_str().unwrap().to_owned();
            let bytes = std::fs::read(self.folder.join(&name)).unwrap();
            (name, bytes)
        };
        names.map(read).collect()
    }
}

impl Expected {
    pub(crate) fn read(path: &Path) -> Self {
        let header = std::fs::read_to_string(path).unwrap();
        let margins = header.lines().next().unwrap().split(',').filter(|h| h.starts_with("margin")).count();
        let (mut all, mut predictions) = (Vec::new(), Vec::new());
        for row in records(path) {
            let mut row: Vec<f64> = row.iter().map(|t| t.parse().unwrap()).collect();
            predictions.push(row.split_off(margins));
            all.push(row);
        }
        Self { margins: all, predictions }
    }
}

/// Records of a CSV file after its header.
pub(crate) fn records(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut out = Vec::new();
    let (mut record, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut cell));
                out.push(std::mem::take(&mut record));
            }
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        out.push(record);
    }
    out.remove(0);
    out
}
