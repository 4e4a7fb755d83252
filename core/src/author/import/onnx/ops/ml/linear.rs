//! `LinearRegressor` and `LinearClassifier`.

use super::super::Lowered;
use super::super::elementwise::number;
use super::super::fold::picked;
use super::super::matrix::dense;
use super::super::wiring::places;
use super::post::{PostTransform, classes, label, two};
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::Shape;

/// Lowers one of them.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let x = number(call, 0)?;
    // A list is one row.
    let x = if x.shape.rank() == 1 { x.shaped(Shape::padded(&x.shape, 2)) } else { x };
    let features = x.shape.dims.last().copied().unwrap_or(1);
    call.apart(&x.shape, x.shape.rank().saturating_sub(1))?;
    let coefficients = node.floats("coefficients").to_vec();
    let mut intercepts = node.floats("intercepts").to_vec();
    let outputs = coefficients.len().checked_div(features).unwrap_or(0);
    if outputs == 0 || outputs * features != coefficients.len() || outputs > crate::limits::OUTPUTS {
        let what = format!("{} coefficients of {features} features", coefficients.len());
        return Err(node.wrong(what));
    }
    if intercepts.is_empty() {
        intercepts = vec![0.0; outputs];
    }
    if intercepts.len() != outputs {
        return Err(node.wrong("not an intercept for each output"));
    }
    // [outputs][features] in the file.
    let weights = picked(&coefficients, &places(0, &[features, outputs], &[1, features as i64]));
    let scores = dense(on, &x, &weights, Some(&intercepts), outputs)?;
    let post = PostTransform::of(call)?;
    if node.op == "LinearRegressor" {
        let _ = node.int("targets", 1);
        return Ok(vec![post.apply(on, &scores)?]);
    }
    let _ = node.int("multi_class", 0);
    let scores = match (outputs, classes(call)) {
        (1, 2) => match post {
            PostTransform::None => two(on, call, &scores, [-1.0, 1.0], [1.0, 0.0])?,
            _ => {
                let both = two(on, call, &scores, [-1.0, 1.0], [0.0, 0.0])?;
                post.apply(on, &both)?
            }
        },
        (n, m) if n == m => post.apply(on, &scores)?,
        (n, m) => return Err(node.wrong(format!("{n} scores of {m} classes"))),
    };
    Ok(vec![label(on, call, &scores)?, scores])
}
