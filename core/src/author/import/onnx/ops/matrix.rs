//! Products of matrices: dense layers where one is known.

use super::Lowered;
use super::elementwise::{map, number, zip};
use super::wiring::{pick, transpose};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::{self, Data, Type};
use crate::author::import::onnx::value::{Home, Value};
use crate::model::network::step::{Binary, Function, Step};

use super::fold::spread;

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let (a, b) = (number(call, 0)?, number(call, 1)?);
    if node.op == "MatMul" {
        return Ok(vec![product(on, call, &a, &b)?]);
    }
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    let (trans_a, trans_b) = (node.int("transA", 0) != 0, node.int("transB", 0) != 0);
    if a.shape.rank() != 2 || b.shape.rank() != 2 {
        return Err(node.wrong("not two matrices"));
    }
    let a = if trans_a { transpose(on, &a, &[1, 0])? } else { a };
    let b = if trans_b { transpose(on, &b, &[1, 0])? } else { b };
    let b = if alpha == 1.0 { b } else { map(on, (Function::Affine, alpha, 0.0), &b, b.kind)? };
    let sum = product(on, call, &a, &b)?;
    let Some(c) = call.optional(2) else { return Ok(vec![sum]) };
    let c = if beta == 1.0 { c.clone() } else { map(on, (Function::Affine, beta, 0.0), c, c.kind)? };
    match bias_of_last(on, &sum, &c)? {
        Some(value) => Ok(vec![value]),
        None => Ok(vec![zip(on, call, Binary::Add, &sum, &c)?]),
    }
}

/// Rows of a value times a known matrix (`[inputs][outputs]`), and a bias.
pub(super) fn dense(
    on: &mut Lowering<'_>,
    x: &Value,
    weights: &[f32],
    bias: Option<&[f32]>,
    outputs: usize,
) -> Result<Value, Error> {
    let mut shape = x.shape.clone();
    let inputs = shape.dims.pop().unwrap_or(1);
    let rows = shape.len();
    shape.dims.push(outputs);
    let input = on.memory(x)?;
    let weights = on.net.figures(weights)?;
    let bias = bias.map(|b| on.net.figures(b)).transpose()?;
    let (output, value) = on.take(shape, Type::Float)?;
    on.push(Step::Dense {
        rows: rows as u32,
        inputs: inputs as u32,
        outputs: outputs as u32,
        input,
        output,
        weights,
        bias,
    })?;
    Ok(value)
}

/// `MatMul`, as numpy's.
pub(super) fn product(on: &mut Lowering<'_>, call: &Call<'_>, a: &Value, b: &Value) -> Result<Value, Error> {
    let node = call.node;
    if a.shape.rank() == 0 || b.shape.rank() == 0 {
        return Err(node.wrong("a product of a scalar"));
    }
    // A vector is a matrix of one row or column for a while.
    let (row, column) = (a.shape.rank() == 1, b.shape.rank() == 1);
    let a = if row { a.shaped(a.shape.padded(2)) } else { a.clone() };
    let b = if column {
        let mut shape = b.shape.clone();
        shape.dims.push(1);
        b.shaped(shape)
    } else {
        b.clone()
    };
    let (ra, rb) = (a.shape.rank(), b.shape.rank());
    let (m, k, n) = (a.shape.dim(ra - 2), a.shape.dim(ra - 1), b.shape.dim(rb - 1));
    if b.shape.dim(rb - 2) != k || a.shape.len() == 0 || b.shape.len() == 0 {
        return Err(node.wrong(format!("{:?} times {:?}", a.shape.dims, b.shape.dims)));
    }
    call.apart(&a.shape, ra - 1)?;
    call.apart(&b.shape, rb - 2)?;
    let records_below = |s: &Shape, axis: usize| s.is_records(axis);
    let (rows_are, columns_are) = (records_below(&a.shape, ra - 2), records_below(&b.shape, rb - 1));
    if (rows_are && b.shape.records.is_some()) || (columns_are && a.shape.records.is_some()) {
        return Err(node.refuse("of records by records: it mixes them"));
    }
    let value = match b.reals() {
        Some(weights) if rb == 2 && a.data().is_none() => dense(on, &a, &weights, None, n)?,
        _ => {
            let leading = |s: &Shape| {
                let rank = s.rank() - 2;
                let dims = s.dims.iter().take(rank).copied().collect();
                Shape { dims, records: s.records.filter(|r| r.axis < rank) }
            };
            let batch = call.broadcast(&leading(&a.shape), &leading(&b.shape))?;
            let (a, a_stride) = factor(on, &a, &leading(&a.shape), &batch, m * k)?;
            let (b, b_stride) = factor(on, &b, &leading(&b.shape), &batch, k * n)?;
            let mut shape = batch.clone();
            let rank = batch.rank();
            shape.dims.extend([m, n]);
            if rows_are {
                shape.records = a.shape.records.map(|r| Records { axis: rank, ..r });
            } else if columns_are {
                shape.records = b.shape.records.map(|r| Records { axis: rank + 1, ..r });
            }
            let (a, b) = (on.source(&a)?, on.source(&b)?);
            let (output, value) = on.take(shape, Type::Float)?;
            let count = batch.len() as u32;
            let (rows, inner, columns) = (m as u32, k as u32, n as u32);
            on.push(Step::MatMul { batch: count, rows, inner, columns, a, a_stride, b, b_stride, output })?;
            value
        }
    };
    // Without the rows and columns that were added.
    let mut shape = value.shape.clone();
    let rank = shape.rank();
    if column {
        shape.dims.pop();
    }
    if row {
        shape.dims.remove(rank - 2);
        shape.records =
            shape.records.map(|r| Records { axis: r.axis.min(shape.dims.len().saturating_sub(1)), ..r });
    }
    Ok(value.shaped(shape))
}

/// A factor whose leading axes are those of all, or which is the same for all; and its distance from one product to the next.
fn factor(
    on: &mut Lowering<'_>,
    x: &Value,
    own: &Shape,
    batch: &Shape,
    size: usize,
) -> Result<(Value, u32), Error> {
    if own.len() == 1 {
        return Ok((x.clone(), 0));
    }
    if own.len() == batch.len() {
        return Ok((x.clone(), size as u32));
    }
    check_limit("values in a tensor", batch.len().saturating_mul(size), tensor::VALUES)?;
    let matrices = spread(own, batch);
    let picks: Vec<u32> =
        matrices.iter().flat_map(|m| (0..size as u32).map(move |i| m * size as u32 + i)).collect();
    let mut shape = Shape { dims: batch.dims.clone(), records: x.shape.records };
    let rank = x.shape.rank();
    shape.dims.extend([x.shape.dim(rank - 2), x.shape.dim(rank - 1)]);
    Ok((pick(on, x, shape, &picks)?, size as u32))
}

/// Makes `sum + bias` of one dense layer, if `sum` comes from one that has no bias yet, and nothing else reads it.
pub(super) fn add_bias(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    a: &Value,
    b: &Value,
) -> Result<Option<Value>, Error> {
    if call.inputs.len() != 2 {
        return Ok(None);
    }
    let (layer, bias, name) = match (a.data(), b.data()) {
        (None, Some(_)) => (a, b, call.node.inputs.first()),
        (Some(_), None) => (b, a, call.node.inputs.get(1)),
        _ => return Ok(None),
    };
    if !name.is_some_and(|name| on.is_read_once(name)) {
        return Ok(None);
    }
    bias_of_last(on, layer, bias)
}

fn bias_of_last(on: &mut Lowering<'_>, layer: &Value, bias: &Value) -> Result<Option<Value>, Error> {
    let width = layer.shape.dims.last().copied().unwrap_or(1);
    let own = Shape::fixed(&[width]);
    // One figure for each output, the same for all rows.
    let is_row = bias.shape.len() == bias.shape.dims.last().copied().unwrap_or(1)
        && bias.shape.rank() <= layer.shape.rank()
        && bias.shape.records.is_none()
        && bias.shape.broadcast(&own).is_some_and(|s| s.len() == width);
    let (Some(figures), true, Home::Memory { part, at }) = (bias.reals(), is_row, &layer.home) else {
        return Ok(None);
    };
    if *part != on.parts.len() {
        return Ok(None);
    }
    let figures: Vec<f32> = figures.iter().copied().cycle().take(width).collect();
    match on.net.steps.last() {
        Some(Step::Dense { output, bias: None, .. }) if output == at => {}
        _ => return Ok(None),
    }
    let place = on.net.figures(&figures)?;
    if let Some(Step::Dense { bias, .. }) = on.net.steps.last_mut() {
        *bias = Some(place);
    }
    Ok(Some(layer.clone()))
}

/// Folds `x·scale + shift` (one each a column) into the dense layer that `x` comes from, if nothing else reads it.
pub(super) fn scale_last(
    on: &mut Lowering<'_>,
    name: Option<&String>,
    x: &Value,
    scale: &[f32],
    shift: &[f32],
) -> Result<Option<Value>, Error> {
    let Home::Memory { part, at } = &x.home else { return Ok(None) };
    if *part != on.parts.len() || !name.is_some_and(|name| on.is_read_once(name)) {
        return Ok(None);
    }
    let Some(&Step::Dense { inputs, outputs, output, weights, bias, .. }) = on.net.steps.last() else {
        return Ok(None);
    };
    if output != *at || outputs as usize != scale.len() {
        return Ok(None);
    }
    let size = inputs as usize * scale.len();
    let first = weights as usize;
    let old = match bias {
        Some(b) => on.net.figures.get(b as usize..b as usize + scale.len()).unwrap_or_default().to_vec(),
        None => vec![0.0; scale.len()],
    };
    for (weight, s) in
        on.net.figures.get_mut(first..first + size).unwrap_or_default().iter_mut().zip(scale.iter().cycle())
    {
        *weight *= s;
    }
    let new: Vec<f32> = old.iter().zip(scale).zip(shift).map(|((b, s), t)| b * s + t).collect();
    let place = on.net.figures(&new)?;
    if let Some(Step::Dense { bias, .. }) = on.net.steps.last_mut() {
        *bias = Some(place);
    }
    Ok(Some(x.clone()))
}

/// A vector of figures as a constant.
pub(super) fn row(figures: &[f32]) -> Value {
    Value::constant(Shape::fixed(&[figures.len()]), Type::Float, Data::Real(figures.to_vec()))
}

/// Source of a scalar.
pub(super) fn scalar(x: f32) -> Value {
    Value::constant(Shape::fixed(&[]), Type::Float, Data::Real(vec![x]))
}
