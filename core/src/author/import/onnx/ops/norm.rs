//! Normalisations.

use super::Lowered;
use super::elementwise::{map, number, zip};
use super::matrix::{scalar, scale_last};
use super::reduce::over;
use crate::Error;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::Shape;
use crate::author::import::onnx::tensor::{Data, Type};
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Binary, Function, Reduction, Step};

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    match call.node.op.as_str() {
        "BatchNormalization" => batch(on, call),
        "LayerNormalization" => layer(on, call),
        "LpNormalization" => {
            let node = call.node;
            let x = number(call, 0)?;
            let axis = call.axis(&x, node.int("axis", -1))?;
            let reduction = match node.int("p", 2) {
                1 => Reduction::L1,
                2 => Reduction::L2,
                _ => return Err(node.refuse("of another order than 1 or 2")),
            };
            let size = over(on, call, &x, reduction, &[axis], true)?;
            Ok(vec![zip(on, call, Binary::Divide, &x, &size)?])
        }
        _ => Err(call.node.refuse("")),
    }
}

/// By known means and variances: (x − mean)/√(variance + epsilon)·scale + shift, one each a channel (axis 1).
fn batch(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let x = number(call, 0)?;
    let epsilon = node.float("epsilon", 1e-5);
    let _ = node.float("momentum", 0.9);
    if node.int("spatial", 1) == 0 {
        return Err(node.refuse("spatial = 0"));
    }
    if node.int("training_mode", 0) != 0 {
        return Err(node.refuse("training mode"));
    }
    let list = |i: usize| call.reals(i).map(Option::unwrap_or_default);
    let (scale, shift, mean, variance) = (list(1)?, list(2)?, list(3)?, list(4)?);
    let channels = x.shape.dim(1);
    if [&scale, &shift, &mean, &variance].iter().any(|l| l.len() != channels) {
        return Err(node.wrong(format!("not a figure for each of {channels} channels")));
    }
    // In f64, so that what is folded loses nothing before it is rounded once.
    let factor: Vec<f64> = scale
        .iter()
        .zip(&variance)
        .map(|(&s, &v)| f64::from(s) / (f64::from(v) + f64::from(epsilon)).sqrt())
        .collect();
    let rest: Vec<f32> = factor
        .iter()
        .zip(&mean)
        .zip(&shift)
        .map(|((f, &m), &b)| (f64::from(b) - f64::from(m) * f) as f32)
        .collect();
    let factor: Vec<f32> = factor.into_iter().map(|f| f as f32).collect();
    if x.shape.rank() == 2
        && let Some(folded) = scale_last(on, node.inputs.first(), &x, &factor, &rest)?
    {
        return Ok(vec![folded]);
    }
    let mut dims = vec![channels];
    dims.resize(x.shape.rank().saturating_sub(1).max(1), 1);
    let row = |list: Vec<f32>| Value::constant(Shape::fixed(&dims), Type::Float, Data::Real(list));
    let product = zip(on, call, Binary::Multiply, &x, &row(factor))?;
    Ok(vec![zip(on, call, Binary::Add, &product, &row(rest))?])
}

fn layer(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let x = number(call, 0)?;
    let axis = call.axis(&x, node.int("axis", -1))?;
    let epsilon = node.float("epsilon", 1e-5);
    let _ = node.int("stash_type", 1);
    let rank = x.shape.rank();
    for a in axis..rank {
        call.apart(&x.shape, a)?;
    }
    let (outer, len) = (x.shape.product(..axis), x.shape.product(axis..));
    let figures = |i: usize| match call.optional(i) {
        None => Some(None),
        Some(v) => v.reals().filter(|r| r.len() == len).map(Some),
    };
    let more = on.is_read(node, 1) || on.is_read(node, 2);
    if let (Some(scale), Some(shift), false) = (figures(1), figures(2), more) {
        let input = on.memory(&x)?;
        let scale = scale.map(|s| on.net.figures(&s)).transpose()?;
        let shift = shift.map(|s| on.net.figures(&s)).transpose()?;
        let (output, value) = on.take(x.shape.clone(), Type::Float)?;
        let (outer, len) = (outer as u32, len as u32);
        on.push(Step::Normalise { epsilon, input, output, outer, len, scale, shift })?;
        return Ok(vec![value]);
    }
    let axes: Vec<usize> = (axis..rank).collect();
    let (mean, inverse, normal) = standard(on, call, &x, &axes, epsilon)?;
    let mut y = zip(on, call, Binary::Multiply, &normal, call.input(1)?)?;
    if let Some(shift) = call.optional(2) {
        y = zip(on, call, Binary::Add, &y, shift)?;
    }
    Ok(vec![y, mean, inverse])
}

/// Mean, 1/√(variance + epsilon), and (x − mean) times that.
fn standard(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    x: &Value,
    axes: &[usize],
    epsilon: f32,
) -> Result<(Value, Value, Value), Error> {
    let mean = over(on, call, x, Reduction::Mean, axes, true)?;
    let centred = zip(on, call, Binary::Subtract, x, &mean)?;
    let square = zip(on, call, Binary::Multiply, &centred, &centred)?;
    let variance = over(on, call, &square, Reduction::Mean, axes, true)?;
    let sum = zip(on, call, Binary::Add, &variance, &scalar(epsilon))?;
    let root = map(on, (Function::Sqrt, 0.0, 0.0), &sum, Type::Float)?;
    let inverse = map(on, (Function::Reciprocal, 0.0, 0.0), &root, Type::Float)?;
    let normal = zip(on, call, Binary::Multiply, &centred, &inverse)?;
    Ok((mean, inverse, normal))
}
