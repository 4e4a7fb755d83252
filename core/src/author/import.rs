//! Importers: a trainer's own saved file in, a checked editable model out.
//!
//! Each importer takes bytes and does no I/O. What it does not support it refuses by name; what it leaves out without
//! harm (training statistics, a stopped-early marker that the trainer's own predict ignores) it says in the notes.

pub mod catboost;
pub mod dmn;
pub mod lightgbm;
pub mod onnx;
pub mod pmml;
mod sniff;
pub mod xgboost;

use super::forest::{ForestDraft, Test, Tree, TreeNode};
use crate::Error;
use crate::error::ImportError;

pub use sniff::{Format, sniff};

/// Bytes of a model file.
const MODEL_BYTES: usize = 256 << 20;
/// Words of 32 bits of all category sets of a model: as much as a bundle can hold.
const SET_WORDS: usize = crate::limits::BUNDLE_BYTES / 4;
/// Input features of a model.
const FEATURES: usize = crate::limits::COLUMNS;

/// How the trainer turns margins into its predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum ImportedLink {
    /// The margin itself.
    Identity,
    /// `1 / (1 + exp(-factor · margin))`.
    Logit {
        /// LightGBM's `sigmoid` parameter; 1 for XGBoost.
        factor: f64,
    },
    /// `exp(margin)`.
    Exp,
    /// `ln(1 + exp(margin))` (LightGBM `cross_entropy_lambda`).
    Softplus,
    /// `sign(margin) · margin²` (LightGBM `reg_sqrt`).
    SignedSquare,
    /// 1 if the margin is over 0, else 0 (XGBoost `binary:hinge`).
    Step,
    /// Softmax over the outputs.
    Softmax,
    /// The place of the largest output (XGBoost `multi:softmax`); the first of equals.
    Argmax,
    /// A logistic of each output, not normalised (LightGBM `multiclassova`).
    OneVsRest {
        /// LightGBM's `sigmoid` parameter.
        factor: f64,
    },
}

/// A tree model read from its trainer's file.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedForest {
    /// The trees.
    pub forest: ForestDraft,
    /// From margins to predictions.
    pub link: ImportedLink,
    /// The trainer's objective, as the file names it (`custom` where the file has none).
    pub objective: String,
    /// Number of classes of a multiclass model; 2 of a binary classifier; 0 otherwise.
    pub classes: usize,
    /// What the reader of the model should know: in whole sentences.
    pub notes: Vec<String>,
}

fn inconsistent(what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Inconsistent { what: what.into(), at: at.into() }.into()
}

fn unsupported(feature: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Unsupported { feature: feature.into(), at: at.into() }.into()
}

fn check_limit(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit {
        return Err(ImportError::Limit { what, found: found as u64, limit: limit as u64 }.into());
    }
    Ok(())
}

/// A large code makes a large bit set of a short line in the file: what all sets of a model take is bounded.
fn check_sets(trees: &[Tree]) -> Result<(), Error> {
    let mut words = 0usize;
    for node in trees.iter().flat_map(|tree| &tree.nodes) {
        if let TreeNode::Split { test: Test::InSet { categories, .. }, .. } = node {
            words += categories.last().map_or(0, |&code| code as usize / 32 + 1);
            check_limit("words of category sets", words, SET_WORDS)?;
        }
    }
    Ok(())
}

/// Names must be distinct: fields are found by them.
fn check_names<'a>(names: impl Iterator<Item = &'a str>, at: &str) -> Result<(), Error> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        check_limit("bytes in a feature name", name.len(), crate::limits::TEXT_BYTES)?;
        if !seen.insert(name) {
            return Err(inconsistent(format!("two features are named `{name}`"), at));
        }
    }
    Ok(())
}
