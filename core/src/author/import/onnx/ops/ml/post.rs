//! What classifiers do with their scores.

use super::super::elementwise::{map, zip};
use super::super::gather::rows_of;
use super::super::matrix::row;
use crate::Error;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::tensor::Type;
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Binary, Function, Reduction, Step};

/// `post_transform`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::author::import::onnx) enum PostTransform {
    None,
    Logistic,
    Softmax,
}

impl PostTransform {
    /// Reads the attribute.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Error> {
        Self::named(call, call.node.text("post_transform", "NONE"))
    }

    pub(super) fn named(call: &Call<'_>, name: &str) -> Result<Self, Error> {
        match name {
            "NONE" => Ok(Self::None),
            "LOGISTIC" => Ok(Self::Logistic),
            "SOFTMAX" => Ok(Self::Softmax),
            other => {
                let other = super::super::super::refuse::shorten(other);
                Err(call.node.refuse(&format!("post_transform {other}")))
            }
        }
    }

    /// Applies it to scores `[…, classes]`.
    pub(super) fn apply(self, on: &mut Lowering<'_>, scores: &Value) -> Result<Value, Error> {
        match self {
            Self::None => Ok(scores.clone()),
            Self::Logistic => map(on, (Function::Sigmoid, 0.0, 0.0), scores, Type::Float),
            Self::Softmax => {
                let len = scores.shape.dims.last().copied().unwrap_or(1);
                let outer = (scores.shape.len() / len.max(1)) as u32;
                let input = on.memory(scores)?;
                let (output, value) = on.take(scores.shape.clone(), Type::Float)?;
                on.push(Step::Softmax { log: false, input, output, outer, len: len as u32, inner: 1 })?;
                Ok(value)
            }
        }
    }
}

/// Two scores of one, `[…, 1]`: `factor·s + shift` of each.
pub(super) fn two(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    score: &Value,
    factors: [f32; 2],
    shifts: [f32; 2],
) -> Result<Value, Error> {
    let both = zip(on, call, Binary::Multiply, score, &row(&factors))?;
    if shifts == [0.0; 2] { Ok(both) } else { zip(on, call, Binary::Add, &both, &row(&shifts)) }
}

/// The label of the greatest score: a number by its place in the classes. Nothing if nobody reads it.
pub(super) fn label(on: &mut Lowering<'_>, call: &Call<'_>, scores: &Value) -> Result<Value, Error> {
    let node = call.node;
    let labels: Vec<i64> = ["classlabels_ints", "classlabels_int64s"]
        .iter()
        .find_map(|name| node.ints(name).filter(|l| !l.is_empty()).map(<[i64]>::to_vec))
        .unwrap_or_default();
    let _ = node.strings("classlabels_strings");
    if !on.is_read(node, 0) {
        return Ok(Value::integers(Vec::new()));
    }
    let classes = scores.shape.dims.last().copied().unwrap_or(1);
    if labels.len() != classes {
        return Err(node.refuse("a label of texts, read by another node or the only output"));
    }
    let axis = scores.shape.rank().saturating_sub(1);
    let place = super::super::reduce::over(on, call, scores, Reduction::ArgMax, &[axis], false)?;
    if labels.iter().zip(0..).all(|(&l, i)| l == i) {
        return Ok(place.typed(Type::Integer));
    }
    let table: Option<Vec<f32>> =
        labels.iter().map(|&l| crate::author::import::onnx::tensor::real(l)).collect();
    let table = table.ok_or_else(|| node.refuse("labels beyond 2^24"))?;
    let found = rows_of(on, &place, &table, classes, 1, None)?;
    Ok(found.shaped(place.shape.clone()).typed(Type::Integer))
}

/// How many classes the node names.
pub(super) fn classes(call: &Call<'_>) -> usize {
    let texts = call.node.strings("classlabels_strings").len();
    let ints = ["classlabels_ints", "classlabels_int64s"].iter().filter_map(|n| call.node.ints(n));
    ints.map(<[i64]>::len).max().unwrap_or(0).max(texts)
}
