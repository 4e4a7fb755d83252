//! What the importer reads of CatBoost's JSON. Keys that are not here (training history, parameters) do not change an
//! answer.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Error;
use crate::error::ImportError;

/// The document.
#[derive(Deserialize)]
pub(super) struct File {
    pub(super) features_info: Features,
    #[serde(default)]
    pub(super) model_info: Info,
    pub(super) oblivious_trees: Option<Vec<Oblivious>>,
    pub(super) trees: Option<Vec<Node>>,
    /// Scale of the sum, then one bias an output.
    pub(super) scale_and_bias: Option<(f64, Bias)>,
}

/// Biases of the outputs; a plain number in files of older versions.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Bias {
    One(f64),
    Several(Vec<f64>),
}

#[derive(Deserialize, Default)]
pub(super) struct Info {
    pub(super) params: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct Features {
    #[serde(default, deserialize_with = "or_null")]
    pub(super) float_features: Vec<FloatFeature>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) categorical_features: Vec<CategoricalFeature>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) text_features: Vec<OtherFeature>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) embedding_features: Vec<OtherFeature>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) ctrs: Vec<Ctr>,
    /// Texts of categories, where the model was saved with its pool.
    #[serde(default, deserialize_with = "or_null")]
    pub(super) cat_features_hash: Vec<Hash>,
}

#[derive(Deserialize)]
pub(super) struct FloatFeature {
    pub(super) feature_index: usize,
    pub(super) flat_feature_index: usize,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) feature_id: String,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) feature_name: String,
    pub(super) nan_value_treatment: Option<String>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) borders: Vec<f64>,
}

#[derive(Deserialize)]
pub(super) struct CategoricalFeature {
    pub(super) feature_index: usize,
    pub(super) flat_feature_index: usize,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) feature_id: String,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) feature_name: String,
    /// Hashes of the categories that splits ask for, as signed numbers.
    #[serde(default, deserialize_with = "or_null")]
    pub(super) values: Vec<i64>,
}

#[derive(Deserialize)]
pub(super) struct OtherFeature {
    pub(super) flat_feature_index: Option<usize>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) feature_id: String,
}

#[derive(Deserialize)]
pub(super) struct Ctr {
    #[serde(default, deserialize_with = "or_null")]
    pub(super) borders: Vec<f64>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) ctr_type: String,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) elements: Vec<CtrElement>,
}

#[derive(Deserialize)]
pub(super) struct CtrElement {
    pub(super) cat_feature_index: Option<usize>,
}

#[derive(Deserialize)]
pub(super) struct Hash {
    pub(super) hash: i64,
    pub(super) value: String,
}

/// A symmetric tree: split `i` gives bit `i` of the leaf's number.
#[derive(Deserialize)]
pub(super) struct Oblivious {
    #[serde(default, deserialize_with = "or_null")]
    pub(super) splits: Vec<Split>,
    pub(super) leaf_values: Vec<f64>,
    #[serde(default, deserialize_with = "or_null")]
    pub(super) leaf_weights: Vec<f64>,
}

/// A node of a tree of any shape.
#[derive(Deserialize)]
pub(super) struct Node {
    pub(super) split: Option<Split>,
    pub(super) left: Option<Box<Node>>,
    pub(super) right: Option<Box<Node>>,
    pub(super) value: Option<LeafValue>,
    pub(super) weight: Option<f64>,
}

/// One number, or one an output.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum LeafValue {
    One(f64),
    Several(Vec<f64>),
}

#[derive(Deserialize)]
pub(super) struct Split {
    #[serde(default, deserialize_with = "or_null")]
    pub(super) split_type: String,
    pub(super) border: Option<f64>,
    pub(super) float_feature_index: Option<usize>,
    pub(super) cat_feature_index: Option<usize>,
    pub(super) value: Option<i64>,
    pub(super) split_index: Option<usize>,
}

/// Versions differ in whether they leave out what is empty or write `null`.
fn or_null<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(input: D) -> Result<T, D::Error> {
    Option::deserialize(input).map(Option::unwrap_or_default)
}

/// Not the format.
pub(super) fn malformed(what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Format { format: "a CatBoost model in JSON", what: what.into(), at: at.into() }.into()
}

/// Reads the document.
pub(super) fn parse(bytes: &[u8]) -> Result<File, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes)
        .map_err(|e| malformed(e.to_string(), format!("line {}, column {}", e.line(), e.column())))
}
