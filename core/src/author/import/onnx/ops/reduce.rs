//! Operators that make one value of many, or work along an axis.

use super::Lowered;
use super::elementwise::{map, number};
use super::wiring::{along, join, transpose};
use crate::Error;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::{Data, Type};
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Function, Reduction, Step};

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let value = match node.op.as_str() {
        "Softmax" => softmax(on, call, false)?,
        "LogSoftmax" => softmax(on, call, true)?,
        "ArgMax" => arg(on, call, Reduction::ArgMax)?,
        "ArgMin" => arg(on, call, Reduction::ArgMin)?,
        "CumSum" => cumulative(on, call)?,
        "ReduceSum" => reduce(on, call, Reduction::Sum, 13)?,
        "ReduceMean" => reduce(on, call, Reduction::Mean, 18)?,
        "ReduceMax" => reduce(on, call, Reduction::Max, 18)?,
        "ReduceMin" => reduce(on, call, Reduction::Min, 18)?,
        "ReduceProd" => reduce(on, call, Reduction::Product, 18)?,
        "ReduceL1" => reduce(on, call, Reduction::L1, 18)?,
        "ReduceL2" => reduce(on, call, Reduction::L2, 18)?,
        "ReduceSumSquare" => reduce(on, call, Reduction::SumSquare, 18)?,
        "ReduceLogSum" => reduce(on, call, Reduction::LogSum, 18)?,
        "ReduceLogSumExp" => reduce(on, call, Reduction::LogSumExp, 18)?,
        _ => return Err(node.refuse("")),
    };
    Ok(vec![value])
}

/// `input_since`: the operator set from which the axes are an input.
fn reduce(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    reduction: Reduction,
    input_since: i64,
) -> Result<Value, Error> {
    let node = call.node;
    let x = number(call, 0)?;
    let axes = match on.opset < input_since {
        true => node.ints("axes").map(<[i64]>::to_vec),
        false => call.whole(1)?,
    };
    let axes = axes.unwrap_or_default();
    let keep = node.int("keepdims", 1) != 0;
    if axes.is_empty() && node.int("noop_with_empty_axes", 0) != 0 {
        return Ok(x);
    }
    let mut axes: Vec<usize> = match axes.is_empty() {
        true => (0..x.shape.rank()).collect(),
        false => axes.iter().map(|&a| call.axis(&x, a)).collect::<Result<_, _>>()?,
    };
    axes.sort_unstable();
    axes.dedup();
    if let Some(Data::Integer(values)) = x.data() {
        return whole(call, &x, values, reduction, &axes, keep);
    }
    over(on, call, &x, reduction, &axes, keep)
}

/// Whole numbers that are known: shapes are computed with them.
fn whole(
    call: &Call<'_>,
    x: &Value,
    values: &[i64],
    reduction: Reduction,
    axes: &[usize],
    keep: bool,
) -> Result<Value, Error> {
    if axes.len() != x.shape.rank() || values.is_empty() {
        return Err(call.node.refuse("of known whole numbers along some axes"));
    }
    let fold = |f: fn(i64, i64) -> Option<i64>| {
        values.iter().skip(1).try_fold(values.first().copied().unwrap_or(0), |a, &b| f(a, b))
    };
    let result = match reduction {
        Reduction::Sum => fold(i64::checked_add),
        Reduction::Product => fold(i64::checked_mul),
        Reduction::Max => fold(|a, b| Some(a.max(b))),
        Reduction::Min => fold(|a, b| Some(a.min(b))),
        _ => None,
    };
    let result = result.ok_or_else(|| call.node.refuse("of known whole numbers"))?;
    let dims = if keep { vec![1; x.shape.rank()] } else { Vec::new() };
    Ok(Value::constant(Shape::fixed(&dims), x.kind, Data::Integer(vec![result])))
}

/// Reduces some axes (ascending).
pub(super) fn over(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    x: &Value,
    reduction: Reduction,
    axes: &[usize],
    keep: bool,
) -> Result<Value, Error> {
    for &axis in axes {
        call.apart(&x.shape, axis)?;
    }
    let rank = x.shape.rank();
    let (first, last) = (axes.first().copied().unwrap_or(0), axes.last().copied().unwrap_or(0));
    let side_by_side = axes.is_empty() || last + 1 - first == axes.len();
    let (from, outer, len, inner) = if side_by_side {
        let end = if axes.is_empty() { first } else { last + 1 };
        (x.clone(), x.shape.product(..first), x.shape.product(first..end), x.shape.product(end..))
    } else {
        let mut order: Vec<usize> = (0..rank).filter(|a| !axes.contains(a)).collect();
        order.extend(axes);
        let len = axes.iter().map(|&a| x.shape.dim(a)).product::<usize>();
        (transpose(on, x, &order)?, x.shape.len() / len.max(1), len, 1)
    };
    let shape = without(&x.shape, axes, keep);
    let input = on.memory(&from)?;
    let (output, value) = on.take(shape, x.kind)?;
    on.push(Step::Reduce {
        reduction,
        input,
        output,
        outer: outer as u32,
        len: len as u32,
        inner: inner as u32,
    })?;
    Ok(value)
}

/// A shape without some axes, or with 1 there.
fn without(shape: &Shape, axes: &[usize], keep: bool) -> Shape {
    if keep {
        let dims = shape.dims.iter().enumerate().map(|(i, &d)| if axes.contains(&i) { 1 } else { d });
        return Shape { dims: dims.collect(), records: shape.records };
    }
    let dims = shape.dims.iter().enumerate().filter(|(i, _)| !axes.contains(i)).map(|(_, &d)| d).collect();
    let records = shape.records.map(|r| {
        let before = axes.iter().filter(|&&a| a < r.axis).count();
        Records { axis: r.axis - before, ..r }
    });
    Shape { dims, records }
}

fn arg(on: &mut Lowering<'_>, call: &Call<'_>, reduction: Reduction) -> Result<Value, Error> {
    let node = call.node;
    let x = number(call, 0)?;
    let axis = call.axis(&x, node.int("axis", 0))?;
    let keep = node.int("keepdims", 1) != 0;
    let last = node.int("select_last_index", 0) != 0;
    call.apart(&x.shape, axis)?;
    let len = x.shape.dim(axis);
    if !last {
        return Ok(over(on, call, &x, reduction, &[axis], keep)?.typed(Type::Integer));
    }
    // The last of equals is the first from the other end.
    let backward: Vec<usize> = (0..len).rev().collect();
    let flipped = along(on, &x, axis, &backward)?;
    let found = over(on, call, &flipped, reduction, &[axis], keep)?;
    map(on, (Function::Affine, -1.0, len.saturating_sub(1) as f32), &found, Type::Integer)
}

fn softmax(on: &mut Lowering<'_>, call: &Call<'_>, log: bool) -> Result<Value, Error> {
    let x = number(call, 0)?;
    // Up to operator set 12 over all axes from one on.
    let all = on.opset < 13;
    let axis = call.axis(&x, call.node.int("axis", if all { 1 } else { -1 }))?;
    let end = if all { x.shape.rank() } else { axis + 1 };
    for a in axis..end {
        call.apart(&x.shape, a)?;
    }
    let (outer, len, inner) = (x.shape.product(..axis), x.shape.product(axis..end), x.shape.product(end..));
    let input = on.memory(&x)?;
    let (output, value) = on.take(x.shape.clone(), x.kind)?;
    let (outer, len, inner) = (outer as u32, len as u32, inner as u32);
    on.push(Step::Softmax { log, input, output, outer, len, inner })?;
    Ok(value)
}

fn cumulative(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let x = number(call, 0)?;
    let axis = call.whole(1)?.and_then(|a| a.first().copied()).unwrap_or(0);
    let axis = call.axis(&x, axis)?;
    call.apart(&x.shape, axis)?;
    let (exclusive, reverse) = (node.int("exclusive", 0) != 0, node.int("reverse", 0) != 0);
    let len = x.shape.dim(axis);
    let backward: Vec<usize> = (0..len).rev().collect();
    let from = if reverse { along(on, &x, axis, &backward)? } else { x.clone() };
    let input = on.memory(&from)?;
    let (output, mut value) = on.take(x.shape.clone(), x.kind)?;
    let (outer, inner) = (x.shape.product(..axis) as u32, x.shape.product(axis + 1..) as u32);
    on.push(Step::CumulativeSum { input, output, outer, len: len as u32, inner })?;
    if exclusive {
        let mut shape = Shape::fixed(&x.shape.dims);
        if let Some(dim) = shape.dims.get_mut(axis) {
            *dim = 1;
        }
        let zeros = Value::constant(shape.clone(), x.kind, Data::Real(vec![0.0; shape.len()]));
        let before: Vec<usize> = (0..len.saturating_sub(1)).collect();
        value = match before.is_empty() {
            true => zeros.shaped(x.shape.clone()),
            false => {
                let sums = along(on, &value, axis, &before)?;
                join(on, call, &[zeros, sums], axis)?
            }
        };
    }
    if reverse { along(on, &value, axis, &backward) } else { Ok(value) }
}
