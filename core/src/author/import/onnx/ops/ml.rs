//! Operators of `ai.onnx.ml`: scikit-learn's models and what stands before them.

mod encode;
mod linear;
mod post;
mod sum;
mod svm;
mod trees;

pub(super) use encode::codes;
pub(in crate::author::import::onnx) use trees::alone;

use super::Lowered;
use crate::author::import::onnx::lower::{Call, Lowering};

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    match call.node.op.as_str() {
        "LinearRegressor" | "LinearClassifier" => linear::lower(on, call),
        "SVMRegressor" | "SVMClassifier" => svm::lower(on, call),
        "TreeEnsembleRegressor" | "TreeEnsembleClassifier" | "TreeEnsemble" => trees::lower(on, call),
        _ => encode::lower(on, call),
    }
}
