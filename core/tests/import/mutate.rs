//! Mutated model files end in a typed error or in a model that evaluates; never in a panic.

use std::path::Path;

use proptest::prelude::*;
use scorelet_core::author::import::{ImportedForest, catboost, lightgbm, sniff, xgboost};
use scorelet_core::error::Error;

type Import = fn(&[u8]) -> Result<ImportedForest, Error>;

const FILES: [&str; 17] = [
    "xgboost-1.7/cat-mixed/model.json",
    "xgboost-1.7/dart/model.json",
    "xgboost-2.1/multi-output-tree/model.json",
    "xgboost-3.2/cat-frame/model.json",
    "xgboost-3.2/cat-frame/model.ubj",
    "xgboost-3.2/multi-output-tree/model.json",
    "xgboost-3.2/multi-softprob/model.ubj",
    "lightgbm-3.3/linear/model.txt",
    "lightgbm-4.7/pandas-categorical/model.txt",
    "lightgbm-4.7/rf/model.txt",
    "lightgbm-4.7/multiclass/model.txt",
    "lightgbm-4.7/missing-zero/model.txt",
    "catboost-1.2/one-hot/model.json",
    "catboost-1.2/one-hot-hashes/model.json",
    "catboost-1.2/multiclass/model.json",
    "catboost-1.2/lossguide-one-hot/model.json",
    "catboost-1.2/depthwise-multiclass/model.json",
];

fn read(file: &str) -> (Vec<u8>, Import) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(file);
    let import = match file.split('-').next() {
        Some("xgboost") => xgboost::import as Import,
        Some("catboost") => catboost::import,
        _ => lightgbm::import,
    };
    (std::fs::read(path).unwrap(), import)
}

/// Imports, and if that works evaluates.
fn survives(bytes: &[u8], import: Import) {
    let _ = sniff(bytes);
    match import(bytes) {
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.place().is_empty() && !error.mend().is_empty())
        }
        Ok(model) => {
            let width = model.forest.features.len();
            for value in [f64::NAN, 0.0, -1.0, 1e300] {
                model.forest.margins(&vec![value; width]);
            }
            let _ = model.forest.compile();
        }
    }
}

/// Tokens of a text file: numbers, words, single signs.
fn tokens(text: &str) -> Vec<&str> {
    let class = |c: char| match c {
        '0'..='9' | 'a'..='z' | 'A'..='Z' | '.' | '-' | '_' => 0,
        _ => 1,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if last.is_some_and(|l| l != class(c) || l == 1) {
            out.push(&text[start..at]);
            start = at;
        }
        last = Some(class(c));
    }
    out.push(&text[start..]);
    out
}

const ODD: [&str; 20] = [
    "-1",
    "0",
    "1",
    "2147483647",
    "-2147483648",
    "4294967295",
    "9223372036854775807",
    "18446744073709551616",
    "1e308",
    "1e39",
    "-0.0",
    "NaN",
    "inf",
    "Infinity",
    "0.5",
    "\"\"",
    "[",
    "{",
    "]",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn bytes_changed(
        file in 0..FILES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let (mut bytes, import) = read(FILES[file]);
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes[at] ^= 1 << (byte % 8),
                2 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        survives(&bytes, import);
    }

    #[test]
    fn tokens_changed(
        file in 0..FILES.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5u8), 1..4),
    ) {
        let (bytes, import) = read(FILES[file]);
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let mut tokens = tokens(&text);
        for (at, other, how) in changes {
            let at = at.index(tokens.len());
            match how {
                0 | 1 => tokens[at] = ODD[other.index(ODD.len())],
                2 => tokens[at] = tokens[other.index(tokens.len())],
                3 => tokens.swap(at, other.index(at + 1)),
                _ => { tokens.remove(at); }
            }
        }
        survives(tokens.concat().as_bytes(), import);
    }

    #[test]
    fn lines_changed(
        // LightGBM's files: the others are one line.
        file in 7..12_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3u8), 1..4),
    ) {
        let (bytes, import) = read(FILES[file]);
        let text = String::from_utf8(bytes).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        for (at, other, how) in changes {
            let (at, other) = (at.index(lines.len()), other.index(lines.len()));
            match how {
                0 => { lines.remove(at); }
                1 => lines.insert(at, lines[other]),
                _ => lines.swap(at, other),
            }
        }
        survives(lines.join("\n").as_bytes(), import);
    }
}
