//! Operators that make constants, look at shapes or give the same values in another shape or type.

use super::Lowered;
use super::elementwise::{map, truncate};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{RECORDS, Records, Shape};
use crate::author::import::onnx::tensor::{self, Data, Type};
use crate::author::import::onnx::value::{Home, Value};
use crate::model::network::step::Function;

/// Entries of a list that `Range` makes.
const RANGE: i64 = 1 << 16;

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let value = match node.op.as_str() {
        "Constant" => constant(call)?,
        "ConstantOfShape" => constant_of_shape(call)?,
        "Shape" => {
            let sizes = call.input(0)?.shape.sizes();
            let rank = sizes.len() as i64;
            let end = |name: &str, default: i64| {
                let at = node.int(name, default);
                (if at < 0 { at + rank } else { at }).clamp(0, rank) as usize
            };
            let (start, stop) = (end("start", 0), end("end", rank));
            Value::integers(sizes.get(start..stop.max(start)).unwrap_or_default().to_vec())
        }
        "Size" => {
            let size = call.input(0)?.shape.sizes().iter().try_fold(1i64, |p, &d| p.checked_mul(d));
            let size = size.ok_or_else(|| node.wrong("the size overflows"))?;
            Value::constant(Shape::fixed(&[]), Type::Integer, Data::Integer(vec![size]))
        }
        "Range" => range(call)?,
        "Reshape" => reshape(on, call)?,
        "Flatten" => flatten(call)?,
        "Squeeze" => squeeze(on, call)?,
        "Unsqueeze" => unsqueeze(on, call)?,
        "Identity" => call.input(0)?.clone(),
        "Dropout" => {
            // Inference: the identity. `training_mode` must not be set.
            let _ = (node.float("ratio", 0.5), node.int("seed", 0));
            if call.whole(2)?.is_some_and(|t| t != [0]) {
                return Err(node.refuse("training mode"));
            }
            let x = call.input(0)?.clone();
            let all = Data::Integer(vec![1; x.shape.len()]);
            let mask = Value::constant(x.shape.clone(), Type::Boolean, all);
            return Ok(vec![x, mask]);
        }
        "Cast" => {
            let _ = node.int("saturate", 1);
            let kind = Type::new(node.int("to", 0) as i32, &node.place())?;
            cast(on, call, call.input(0)?, kind)?
        }
        "CastLike" => {
            let _ = node.int("saturate", 1);
            cast(on, call, call.input(0)?, call.input(1)?.kind)?
        }
        _ => return Err(node.refuse("")),
    };
    Ok(vec![value])
}

fn constant(call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    if let Some(tensor) = node.tensor("value") {
        return Ok(Value::tensor(&tensor));
    }
    let make = |dims: &[usize], kind, data| Ok(Value::constant(Shape::fixed(dims), kind, data));
    if let Some(x) = node.attribute("value_float").and_then(|a| a.f) {
        return make(&[], Type::Float, Data::Real(vec![x]));
    }
    if let Some(i) = node.attribute("value_int").and_then(|a| a.i) {
        return make(&[], Type::Integer, Data::Integer(vec![i]));
    }
    if let Some(s) = node.attribute("value_string").and_then(|a| a.s.clone()) {
        return make(&[], Type::Text, Data::Text(vec![s]));
    }
    if let Some(a) = node.attribute("value_floats") {
        return make(&[a.floats.len()], Type::Float, Data::Real(a.floats.clone()));
    }
    if let Some(a) = node.attribute("value_ints") {
        return make(&[a.ints.len()], Type::Integer, Data::Integer(a.ints.clone()));
    }
    if let Some(a) = node.attribute("value_strings") {
        return make(&[a.strings.len()], Type::Text, Data::Text(a.strings.clone()));
    }
    Err(node.refuse("a constant of another kind"))
}

fn constant_of_shape(call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let sizes = call.whole(0)?.unwrap_or_default();
    let fixed = sizes.iter().take_while(|&&s| s == 0 || s % RECORDS != 0);
    let outside = fixed.fold(1i64, |p, &s| p.saturating_mul(s));
    let shape = Shape::from_sizes(&sizes, outside.max(1) as usize);
    let shape = shape.ok_or_else(|| node.wrong(format!("no shape: {sizes:?}")))?;
    let (kind, data) = match node.tensor("value") {
        None => (Type::Float, Data::Real(vec![0.0; shape.len()])),
        Some(tensor) => (
            tensor.kind,
            match &tensor.data {
                Data::Real(v) => Data::Real(vec![v.first().copied().unwrap_or(0.0); shape.len()]),
                Data::Integer(v) => Data::Integer(vec![v.first().copied().unwrap_or(0); shape.len()]),
                Data::Text(_) => return Err(node.refuse("of texts")),
            },
        ),
    };
    Ok(Value::constant(shape, kind, data))
}

fn range(call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let scalar = |i: usize| call.input(i).map(|v| v.data().cloned());
    match (scalar(0)?, scalar(1)?, scalar(2)?) {
        (Some(Data::Integer(start)), Some(Data::Integer(limit)), Some(Data::Integer(step))) => {
            let (&[start], &[limit], &[step]) = (start.as_slice(), limit.as_slice(), step.as_slice()) else {
                return Err(node.wrong("not three numbers"));
            };
            let span = i128::from(limit) - i128::from(start);
            let step_wide = i128::from(step);
            if step == 0 || span / step_wide > i128::from(RANGE) {
                return Err(node.refuse("more than 65,536 numbers, or over the records"));
            }
            let count = ((span + step_wide - step_wide.signum()) / step_wide).max(0) as i64;
            let list = (0..count).map(|i| start.saturating_add(i.saturating_mul(step))).collect();
            Ok(Value::integers(list))
        }
        (Some(Data::Real(start)), Some(Data::Real(limit)), Some(Data::Real(step))) => {
            let (&[start], &[limit], &[step]) = (start.as_slice(), limit.as_slice(), step.as_slice()) else {
                return Err(node.wrong("not three numbers"));
            };
            let count = ((limit - start) / step).ceil();
            if !(count.is_finite() && count <= RANGE as f32) {
                return Err(node.refuse("more than 65,536 numbers"));
            }
            let list: Vec<f32> = (0..count.max(0.0) as i64).map(|i| start + i as f32 * step).collect();
            Ok(Value::constant(Shape::fixed(&[list.len()]), Type::Float, Data::Real(list)))
        }
        _ => Err(node.refuse("of computed numbers")),
    }
}

fn reshape(on: &Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x) = (call.node, call.input(0)?);
    let mut sizes =
        if on.opset < 5 { None } else { call.whole(1)? }.ok_or_else(|| node.wrong("it has no shape"))?;
    let own = x.shape.sizes();
    if node.int("allowzero", 0) == 0 {
        for (size, own) in sizes.iter_mut().zip(own.iter().copied().chain(core::iter::repeat(0))) {
            if *size == 0 {
                *size = own;
            }
        }
    }
    let product = |list: &[i64]| list.iter().try_fold(1i64, |p, &d| p.checked_mul(d));
    let bad = || node.wrong(format!("{:?} as {:?}", x.shape.dims, sizes));
    let total = product(&own).ok_or_else(bad)?;
    if sizes.iter().filter(|&&s| s == -1).count() == 1 {
        let rest: Vec<i64> = sizes.iter().copied().filter(|&s| s != -1).collect();
        let rest = product(&rest).ok_or_else(bad)?;
        let free = total.checked_div(rest).filter(|f| f * rest == total);
        let Some(free) = free else {
            // The file fixes the number of records (it was exported with one): `[1, -1]`.
            return fixed_records(call, x, &sizes);
        };
        let free_at = sizes.iter().position(|&s| s == -1);
        if let Some(slot) = free_at.and_then(|i| sizes.get_mut(i)) {
            *slot = free;
        }
    }
    let shape = Shape::from_sizes(&sizes, x.shape.outside());
    match shape {
        Some(shape)
            if product(&sizes) == Some(total) && shape.records.is_some() == x.shape.records.is_some() =>
        {
            Ok(x.shaped(shape))
        }
        _ => fixed_records(call, x, &sizes),
    }
}

/// A shape that was written for one record: its first dimension of 1 stands for the records.
fn fixed_records(call: &Call<'_>, x: &Value, sizes: &[i64]) -> Result<Value, Error> {
    let bad = || call.node.wrong(format!("{:?} as {sizes:?}, or it mixes records", x.shape.dims));
    let records = x.shape.records.ok_or_else(bad)?;
    let (Some(1), 0) = (sizes.first(), records.axis) else { return Err(bad()) };
    let known = sizes.iter().filter(|&&s| s > 0).fold(1i64, |p, &s| p.saturating_mul(s));
    let free = (x.shape.len() as i64).checked_div(known).ok_or_else(bad)?;
    let dims: Vec<usize> = sizes.iter().map(|&s| if s == -1 { free } else { s } as usize).collect();
    let shape = Shape { dims, records: Some(Records { axis: 0, before: 1 }) };
    if shape.len() == x.shape.len() && records.before == 1 { Ok(x.shaped(shape)) } else { Err(bad()) }
}

fn flatten(call: &Call<'_>) -> Result<Value, Error> {
    let (node, x) = (call.node, call.input(0)?);
    let axis = node.int("axis", 1);
    let axis = if axis < 0 { axis + x.shape.rank() as i64 } else { axis };
    let sizes = x.shape.sizes();
    let axis = usize::try_from(axis).ok().filter(|&a| a <= sizes.len());
    let (outer, inner) =
        axis.and_then(|a| sizes.split_at_checked(a)).ok_or_else(|| node.wrong("no such axis"))?;
    let sizes = [outer.iter().product(), inner.iter().product()];
    let shape = Shape::from_sizes(&sizes, x.shape.outside()).ok_or_else(|| node.wrong("it mixes records"))?;
    Ok(x.shaped(shape))
}

/// Axes from an attribute (before operator set 13) or from input 1.
fn axes(on: &Lowering<'_>, call: &Call<'_>) -> Result<Option<Vec<i64>>, Error> {
    if on.opset < 13 { Ok(call.node.ints("axes").map(<[i64]>::to_vec)) } else { call.whole(1) }
}

fn squeeze(on: &Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x) = (call.node, call.input(0)?);
    let sizes = x.shape.sizes();
    let drop: Vec<usize> = match axes(on, call)? {
        Some(axes) => axes.iter().map(|&a| call.axis(x, a)).collect::<Result<_, _>>()?,
        None => (0..sizes.len()).filter(|&i| sizes.get(i) == Some(&1)).collect(),
    };
    if drop.iter().any(|&i| x.shape.is_records(i) || x.shape.dim(i) != 1) {
        return Err(node.wrong("an axis that is squeezed is not 1, or that of the records"));
    }
    let kept: Vec<i64> =
        sizes.iter().enumerate().filter(|(i, _)| !drop.contains(i)).map(|(_, &s)| s).collect();
    let shape = Shape::from_sizes(&kept, x.shape.outside()).ok_or_else(|| node.wrong("it mixes records"))?;
    Ok(x.shaped(shape))
}

fn unsqueeze(on: &Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x) = (call.node, call.input(0)?);
    let axes = axes(on, call)?.ok_or_else(|| node.wrong("it has no axes"))?;
    let rank = x.shape.rank() + axes.len();
    check_limit("axes of a tensor", rank, tensor::AXES)?;
    let at = |a: i64| if a < 0 { a + rank as i64 } else { a };
    let new: Vec<i64> = axes.iter().map(|&a| at(a)).collect();
    if new.iter().any(|&a| !(0..rank as i64).contains(&a)) {
        return Err(node.wrong("no such axis"));
    }
    let mut own = x.shape.sizes().into_iter();
    let sizes: Vec<i64> =
        (0..rank as i64).map(|i| if new.contains(&i) { 1 } else { own.next().unwrap_or(1) }).collect();
    let shape = Shape::from_sizes(&sizes, x.shape.outside()).ok_or_else(|| node.wrong("it mixes records"))?;
    if own.next().is_some() || shape.len() != x.shape.len() {
        return Err(node.wrong("an axis is given twice"));
    }
    Ok(x.shaped(shape))
}

fn cast(on: &mut Lowering<'_>, call: &Call<'_>, x: &Value, to: Type) -> Result<Value, Error> {
    let node = call.node;
    if x.kind == to || (x.kind.is_real() && to.is_real()) {
        return Ok(x.typed(to));
    }
    if x.kind == Type::Text || to == Type::Text {
        return Err(node.refuse("between texts and numbers"));
    }
    match &x.home {
        Home::Constant(data) => {
            let data = match (data.as_ref(), to) {
                (Data::Integer(v), Type::Float | Type::Double) => {
                    if v.iter().any(|&i| i != 0 && i % RECORDS == 0) {
                        return Err(node.refuse("the number of records, computed with"));
                    }
                    Data::Real(v.iter().map(|&i| i as f32).collect())
                }
                (Data::Integer(v), Type::Boolean) => {
                    Data::Integer(v.iter().map(|&i| i64::from(i != 0)).collect())
                }
                (Data::Real(v), Type::Boolean) => {
                    Data::Integer(v.iter().map(|&x| i64::from(x != 0.0)).collect())
                }
                (Data::Real(v), Type::Integer) => Data::Integer(v.iter().map(|&x| x as i64).collect()),
                (data, _) => data.clone(),
            };
            Ok(Value::constant(x.shape.clone(), to, data))
        }
        _ if to == Type::Boolean => {
            let not = map(on, (Function::Not, 0.0, 0.0), x, Type::Boolean)?;
            map(on, (Function::Not, 0.0, 0.0), &not, Type::Boolean)
        }
        _ if to == Type::Integer && x.kind.is_real() => Ok(truncate(on, x)?.typed(to)),
        _ => Ok(x.typed(to)),
    }
}
