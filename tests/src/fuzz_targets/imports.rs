//! Importers of trainers' model files, started from the smaller golden cases.

use scorelet_core::Error;
use scorelet_core::author::import::{ImportedForest, lightgbm, sniff, xgboost};

use super::check_error;

/// XGBoost, JSON or UBJSON.
pub(super) fn xgboost(data: &[u8]) {
    try_out(data, xgboost::import(data));
}

/// LightGBM's text.
pub(super) fn lightgbm(data: &[u8]) {
    try_out(data, lightgbm::import(data));
}

/// A model that came in must evaluate, and compile or say why not.
fn try_out(data: &[u8], model: Result<ImportedForest, Error>) {
    let _ = sniff(data);
    match model {
        Err(error) => check_error(&error),
        Ok(model) => {
            for value in [f64::NAN, 0.0, -1.0, 1e300] {
                model.forest.margins(&vec![value; model.forest.features.len()]);
            }
            if let Err(error) = model.forest.compile() {
                check_error(&error.into());
            }
        }
    }
}

fn files(names: &[&str]) -> Vec<Vec<u8>> {
    let read = |name: &&str| std::fs::read(crate::data("golden").join(name)).expect("a golden case");
    names.iter().map(read).collect()
}

/// One file of each shape.
pub(super) fn xgboost_models() -> Vec<Vec<u8>> {
    files(&[
        "xgboost-1.7/cat-mixed/model.ubj",
        "xgboost-1.7/dart/model.json",
        "xgboost-2.1/multi-output-tree/model.ubj",
        "xgboost-3.2/cat-frame/model.json",
        "xgboost-3.2/cat-frame/model.ubj",
        "xgboost-3.2/multi-output-tree/model.json",
        "xgboost-3.2/single-leaf/model.json",
    ])
}

/// One file of each shape.
pub(super) fn lightgbm_models() -> Vec<Vec<u8>> {
    files(&[
        "lightgbm-3.3/linear/model.txt",
        "lightgbm-4.7/missing-zero/model.txt",
        "lightgbm-4.7/pandas-categorical/model.txt",
        "lightgbm-4.7/rf/model.txt",
        "lightgbm-4.7/single-leaf/model.txt",
    ])
}
