//! Trainers' own files as MODEL: margins equal to theirs, to the bit.

use std::path::{Path, PathBuf};

use super::sandbox::Sandbox;

fn golden(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden").join(case)
}

fn column(text: &str, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let at = reader.headers().unwrap().iter().position(|header| header == name);
    let at = at.unwrap_or_else(|| panic!("no {name} in {:?}", reader.headers()));
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

fn margins(case: &str, model: &str) -> (Vec<String>, Vec<String>) {
    let sandbox = Sandbox::new();
    let path = |name: &str| golden(case).join(name).display().to_string();
    let out = sandbox.run(&["score", &path(model), &path("input.csv"), "--raw"]).ok();
    let expected = std::fs::read_to_string(golden(case).join("expected.csv")).unwrap();
    (column(&out, "standard_margin"), column(&expected, "margin_0"))
}

#[test]
fn xgboost_margins_are_equal_as_f32() {
    for (case, model) in [
        ("xgboost-3.2/names", "model.json"),
        ("xgboost-3.2/names", "model.ubj"),
        ("xgboost-3.2/cat-frame", "model.json"),
        ("xgboost-1.7/dart", "model.json"),
    ] {
        let (found, expected) = margins(case, model);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            let (found, expected): (f64, f32) = (found.parse().unwrap(), expected.parse().unwrap());
            assert_eq!(found.to_bits(), f64::from(expected).to_bits(), "{case}");
        }
    }
}

#[test]
fn lightgbm_margins_are_equal_as_f64() {
    for case in ["lightgbm-4.7/binary", "lightgbm-4.7/categorical", "lightgbm-4.7/binary-sigmoid"] {
        let (found, expected) = margins(case, "model.txt");
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(&expected) {
            let (found, expected): (f64, f64) = (found.parse().unwrap(), expected.parse().unwrap());
            assert_eq!(found.to_bits(), expected.to_bits(), "{case}");
        }
    }
}
