//! The operators, by what they do.

mod elementwise;
mod fold;
mod gather;
mod matrix;
mod ml;
mod norm;
mod recurrent;
mod reduce;
mod shapes;
mod wiring;

pub(super) use ml::alone;

use super::lower::{Call, Lowering};
use super::value::Value;
use crate::Error;

/// What an operator gives.
type Lowered = Result<Vec<Value>, Error>;

/// Lowers one node.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    match node.domain.as_str() {
        "" => {}
        "ai.onnx.ml" => return ml::lower(on, call),
        "com.microsoft" if node.op == "Gelu" => return elementwise::lower(on, call, "Gelu"),
        other => {
            let what = format!("domain {}", super::refuse::shorten(other));
            return Err(node.refuse(&what));
        }
    }
    let op = node.op.as_str();
    match op {
        "Constant" | "ConstantOfShape" | "Shape" | "Size" | "Range" | "Reshape" | "Flatten" | "Squeeze"
        | "Unsqueeze" | "Identity" | "Dropout" | "Cast" | "CastLike" => shapes::lower(on, call),
        "Transpose" | "Slice" | "Concat" | "Split" | "Expand" | "Tile" | "Pad" | "Trilu" => {
            wiring::lower(on, call)
        }
        "Gather" | "GatherElements" | "GatherND" => gather::lower(on, call),
        "MatMul" | "Gemm" => matrix::lower(on, call),
        "RNN" | "GRU" | "LSTM" => recurrent::lower(on, call),
        "BatchNormalization" | "LayerNormalization" | "LpNormalization" => norm::lower(on, call),
        "Softmax" | "LogSoftmax" | "ArgMax" | "ArgMin" | "CumSum" => reduce::lower(on, call),
        _ if op.starts_with("Reduce") => reduce::lower(on, call),
        _ => elementwise::lower(on, call, op),
    }
}
