//! Test cases that other projects publish, from a folder beside the workspace (`SCORELET_PEERS`, else `../shared/peers`);
//! skipped with a message where it is absent.

use std::path::PathBuf;

use scorelet_core::author::import::{ImportedForest, ImportedLink, lightgbm};

use crate::golden::predict;

fn folder(name: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/peers"));
    let folder = std::env::var_os("SCORELET_PEERS").map_or_else(beside, PathBuf::from).join(name);
    if !folder.is_dir() {
        eprintln!("skipped: there is no {}", folder.display());
        return None;
    }
    Some(folder)
}

fn read(folder: &std::path::Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Rows of numbers; an empty cell is NaN.
fn table(text: &str) -> Vec<Vec<f64>> {
    let split = |line: &str| -> Vec<f64> {
        let cells = line.split(['\t', ' ']);
        cells.map(|c| if c.is_empty() { f64::NAN } else { c.parse().unwrap() }).collect()
    };
    text.lines().filter(|l| !l.trim().is_empty()).map(split).collect()
}

/// Rows of `index:value`, indices from 0; what a row does not name is `absent`.
fn libsvm(text: &str, features: usize, absent: f64) -> Vec<Vec<f64>> {
    let row = |line: &str| {
        let mut row = vec![absent; features];
        for cell in line.split_whitespace().skip(1) {
            let (index, value) = cell.split_once(':').unwrap();
            row[index.parse::<usize>().unwrap()] = value.parse().unwrap();
        }
        row
    };
    text.lines().map(row).collect()
}

/// The files have predictions with 17 digits at least; their makers' sums and links may differ in the last bits.
fn check(
    model: &ImportedForest,
    rows: &[Vec<f64>],
    expected: &[Vec<f64>],
    link: ImportedLink,
    tolerance: f64,
) {
    assert_eq!(rows.len(), expected.len());
    for (i, (row, expected)) in rows.iter().zip(expected).enumerate() {
        let ours = predict(link, &model.forest.margins(row));
        assert_eq!(ours.len(), expected.len(), "row {i}");
        for (a, b) in ours.iter().zip(expected) {
            assert!(
                (a - b).abs() <= tolerance * b.abs().max(1.0),
                "row {i}: {ours:?}, expected {expected:?}"
            );
        }
    }
    assert!(model.forest.compile().is_ok());
}

#[test]
fn leaves_cases() {
    let Some(folder) = folder("lightgbm") else { return };
    let import = |name: &str| lightgbm::import(&std::fs::read(folder.join(name)).unwrap()).unwrap();
    let cases = [
        (
            "lg_dart_breast_cancer.model",
            "breast_cancer_test.tsv",
            "lg_dart_breast_cancer_true_predictions.txt",
            false,
        ),
        ("lg_kddcup99.model", "kddcup99_test.tsv", "lg_kddcup99_true_predictions.txt", true),
        ("lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_predictions.txt", false),
        ("lgmulticlass.model", "multiclass_test.tsv", "lgmulticlass_true_raw_predictions.txt", true),
    ];
    for (name, rows, expected, raw) in cases {
        let model = import(name);
        let width = model.forest.features.len();
        let mut rows = table(&read(&folder, rows));
        // Some tables begin with the label.
        rows.iter_mut().for_each(|row| {
            let label = row.len() - width;
            row.drain(..label);
        });
        let link = if raw { ImportedLink::Identity } else { model.link };
        check(&model, &rows, &table(&read(&folder, expected)), link, 1e-14);
    }
    let model = import("lg_rf_iris.model");
    assert_eq!(model.link, ImportedLink::Identity);
    let rows = libsvm(&read(&folder, "iris_test.libsvm"), model.forest.features.len(), 0.0);
    let expected = table(&read(&folder, "lg_rf_iris_true_predictions.txt"));
    check(&model, &rows, &expected, model.link, 1e-14);
    for name in ["lg_breast_cancer.txt", "model_simple.txt"] {
        assert!(!import(name).forest.trees.is_empty());
    }
}

#[test]
fn treelite_cases() {
    let Some(folder) = folder("treelite") else { return };
    for (name, expected, absent) in [
        ("toy_categorical", "toy_categorical.test.pred", f64::NAN),
        ("sparse_categorical", "sparse_categorical.test.margin", f64::NAN),
    ] {
        let bytes = std::fs::read(folder.join(format!("{name}_model.txt"))).unwrap();
        let model = lightgbm::import(&bytes).unwrap();
        let rows = libsvm(&read(&folder, &format!("{name}.test")), model.forest.features.len(), absent);
        check(&model, &rows, &table(&read(&folder, expected)), ImportedLink::Identity, 1e-14);
    }
}
