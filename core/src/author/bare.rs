//! Bare models: a trainer's file without a bundle source. Fields are derived from its features; its margin and prediction
//! are the results.

use std::collections::BTreeMap;

use super::card;
use super::import::{Format, ImportedForest, ImportedLink, catboost, lightgbm, onnx, pmml, sniff, xgboost};
use super::source;
use crate::Error;
use crate::bundle::BundleParts;
use crate::error::ImportError;
use crate::model::link::Link;

/// A tree model of any trainer. `rounds` is for XGBoost: LightGBM saves the rounds up to the best one only.
pub(super) fn trees(bytes: &[u8], rounds: xgboost::Rounds) -> Result<ImportedForest, Error> {
    match sniff(bytes) {
        Some(Format::XgboostJson | Format::XgboostUbjson) => xgboost::import_rounds(bytes, rounds),
        Some(Format::LightgbmText) => lightgbm::import(bytes),
        Some(Format::CatboostJson) => catboost::import(bytes),
        Some(Format::Onnx) => onnx::import_forest(bytes),
        _ => {
            let what = "it begins like no model file that can be imported".to_owned();
            let format = "a tree model of XGBoost, LightGBM or CatBoost, or an ONNX model";
            Err(ImportError::Format { format, what, at: "line 1".to_owned() }.into())
        }
    }
}

/// A tree model and its trainer's numbers of the leaves; none where its leaves have no numbers of their own.
pub(super) fn leaves(bytes: &[u8], rounds: xgboost::Rounds) -> Result<(ImportedForest, Vec<u32>), Error> {
    match sniff(bytes) {
        Some(Format::XgboostJson | Format::XgboostUbjson) => xgboost::import_leaves(bytes, rounds),
        Some(Format::LightgbmText) => lightgbm::import_leaves(bytes),
        Some(Format::CatboostJson) => catboost::import_leaves(bytes),
        _ => trees(bytes, rounds).map(|model| (model, Vec::new())),
    }
}

/// The link as a node has it.
pub(super) fn link(model: &ImportedForest) -> Link {
    match model.link {
        ImportedLink::Logit { factor } => Link::Logit { sigmoid: factor },
        ImportedLink::Exp => Link::Exp,
        ImportedLink::Softplus => Link::LogOnePlusExp,
        ImportedLink::SignedSquare => Link::SquareSign,
        ImportedLink::Step => Link::Hinge,
        ImportedLink::Softmax => Link::Softmax,
        ImportedLink::Argmax => Link::ArgMax,
        ImportedLink::OneVsRest { factor } => Link::OneVsRest { sigmoid: factor },
        ImportedLink::Identity => Link::Identity,
    }
}

/// The kind of source node that reads the file.
pub(super) fn kind(bytes: &[u8]) -> &'static str {
    if card::sniff(bytes).is_some() {
        return "scorecard";
    }
    if sniff(bytes) == Some(Format::Pmml) {
        return "pmml";
    }
    // An ONNX file may be a tree ensemble or anything else.
    match sniff(bytes) == Some(Format::Onnx) && onnx::import_forest(bytes).is_err() {
        true => "network",
        false => "trees",
    }
}

/// Parts of a bundle made from an imported model file alone: fields without bounds, of the model's own names and types,
/// absent values taking the trainer's branch or bin; the margin as it is, and the prediction by the model's link.
///
/// # Errors
/// [`ImportError`] if the file is no model, or not one that can be imported.
pub fn bundle_from_model(name: &str, bytes: &[u8]) -> Result<BundleParts, Error> {
    let kind = kind(bytes);
    if let Ok(parts) = source::bare(name, kind, &[], bytes) {
        return Ok(parts);
    }
    // Either the file is refused, and then the importer's own error says most, with its place in the file; or a feature
    // has the node's name.
    if kind == "scorecard" {
        let found = card::import(bytes, None, &BTreeMap::new())?;
        let features: Vec<&str> = found.characteristics.iter().map(|c| c.name.as_str()).collect();
        return source::bare(name, kind, &features, bytes);
    }
    if kind == "pmml" {
        let found = pmml::import(bytes)?;
        let features: Vec<&str> = found.fields.iter().map(|f| f.name.as_str()).collect();
        return source::bare(name, kind, &features, bytes);
    }
    if kind == "network" {
        let found = onnx::import(bytes)?;
        let features: Vec<&str> = found.fields.iter().map(|f| f.name.as_str()).collect();
        return source::bare(name, kind, &features, bytes);
    }
    let found = trees(bytes, xgboost::Rounds::All)?;
    let features: Vec<&str> = found.forest.features.iter().map(|f| f.name.as_str()).collect();
    source::bare(name, kind, &features, bytes)
}
