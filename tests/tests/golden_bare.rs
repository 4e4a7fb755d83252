//! Bare models: every golden tree model through a bundle gives the trainer's own margins.

use std::path::Path;

use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::csv;
use scorelet_core::author::import::{Format, lightgbm, sniff};
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::schema::FieldType;
use scorelet_core::scorer::Scorer;
use serde_json::Value;

fn rows(path: &Path) -> Vec<Vec<String>> {
    csv::parse(&std::fs::read(path).unwrap()).unwrap().into_iter().map(|r| r.cells).collect()
}

fn value(kind: &FieldType, text: &str) -> f64 {
    match kind {
        _ if text.is_empty() => f64::NAN,
        FieldType::Category { values } => values.iter().position(|v| v == text).map_or(-1.0, |i| i as f64),
        _ => text.parse().unwrap(),
    }
}

#[test]
fn every_margin_is_the_trainers() {
    let (mut models, mut compared) = (0, 0);
    for folder in scorelet_tests::trainer_cases(&["xgboost", "lightgbm", "catboost"]) {
        let case: Value = serde_json::from_slice(&std::fs::read(folder.join("case.json")).unwrap()).unwrap();
        let input = rows(&folder.join("input.csv"));
        let expected = rows(&folder.join("expected.csv"));
        let margins = expected[0].iter().filter(|c| c.starts_with("margin_")).count();
        for model in case["models"].as_array().unwrap() {
            let model = model.as_str().unwrap();
            let at = format!("{} {model}", folder.display());
            let bytes = std::fs::read(folder.join(model)).unwrap();
            // LightGBM gives the sum of a random forest as its raw score; the margin here is what its link takes, the average.
            let divisor = lightgbm::import(&bytes).map_or(1.0, |m| m.forest.divisor);
            if sniff(&bytes) == Some(Format::CatboostJson)
                && case["special"].as_str().unwrap().contains("hashes only")
            {
                // Nothing says what its categories are: fields must.
                assert!(bundle_from_model("golden", &bytes).is_err(), "{at}");
                continue;
            }
            let parts =
                bundle_from_model("golden", &bytes).unwrap_or_else(|e| panic!("{at}: {e} ({})", e.place()));
            let scores = parts.scores.len();
            let bytes = Bundle::encode(parts).unwrap();
            let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
            assert_eq!(scores, margins, "{at}");
            let columns: Vec<u32> = scorer.bundle().scores.iter().map(|s| s.margin.unwrap()).collect();
            let fields = scorer.bundle().fields.clone();
            let named = |name: &str| {
                let features = case["features"].as_array().unwrap();
                features.iter().any(|f| f["name"] == name && f["type"] == "category-names")
            };
            if fields.iter().any(|f| named(&f.name) && !matches!(f.kind, FieldType::Category { .. })) {
                // XGBoost before 3.1 saves codes only: its rows with names cannot be told.
                continue;
            }
            models += 1;
            for (number, (cells, wanted)) in input.iter().zip(&expected).enumerate().skip(1) {
                let cell = |name: &str| &cells[input[0].iter().position(|c| c == name).unwrap()];
                let row: Vec<f64> = fields
                    .iter()
                    .map(|f| value(if named(&f.name) { &f.kind } else { &FieldType::Number }, cell(&f.name)))
                    .collect();
                let mut got = vec![0.0; margins];
                if let Err(e) = scorer.score_columns(1, &row, &columns, &mut got) {
                    panic!("{at} row {number}: {e}");
                }
                for (k, got) in got.iter().enumerate() {
                    let text = &wanted[expected[0].iter().position(|c| *c == format!("margin_{k}")).unwrap()];
                    let wanted = text.parse::<f64>().unwrap() / divisor;
                    let same = if folder.display().to_string().contains("xgboost") {
                        (*got as f32).to_bits() == (wanted as f32).to_bits()
                    } else {
                        got.to_bits() == wanted.to_bits()
                    };
                    assert!(
                        same || *got == wanted,
                        "{at} row {number} margin {k}: {got} is not {wanted}: {row:?}"
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(models > 100 && compared > 10_000, "{models} models, {compared} margins");
}
