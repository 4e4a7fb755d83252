//! Operators that only move values: each gives the place that every value of the result comes from.

use std::rc::Rc;

use super::Lowered;
use super::fold::{picked, spread};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::copies;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::{self, Data, Type};
use crate::author::import::onnx::value::{Home, Value};
use crate::model::network::step::{Axis, Source, Step};

/// Texts of one computed tensor.
const TEXTS: usize = 1 << 16;

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let node = call.node;
    let value = match node.op.as_str() {
        "Transpose" => {
            let x = call.input(0)?;
            let rank = x.shape.rank();
            let order = match node.ints("perm") {
                Some(perm) => perm.iter().map(|&p| call.axis(x, p)).collect::<Result<Vec<_>, _>>()?,
                None => (0..rank).rev().collect(),
            };
            let mut seen = order.clone();
            seen.sort_unstable();
            if seen != (0..rank).collect::<Vec<_>>() {
                return Err(node.wrong("perm is no order of the axes"));
            }
            transpose(on, x, &order)?
        }
        "Slice" => slice(on, call)?,
        "Concat" => concat(on, call)?,
        "Split" => return split(on, call),
        "Expand" => {
            let (x, sizes) = (call.input(0)?, call.whole(1)?.unwrap_or_default());
            let outside = x.shape.outside() as i64;
            let records = |s: &i64| *s != 0 && s % super::super::shape::RECORDS == 0;
            let before = sizes.iter().take_while(|s| !records(s)).fold(1i64, |p, &s| p.saturating_mul(s));
            let outside = if x.shape.records.is_some() { outside } else { before };
            let target = Shape::from_sizes(&sizes, outside.max(1) as usize);
            let target = target.ok_or_else(|| node.wrong(format!("no shape: {sizes:?}")))?;
            let shape = call.broadcast(&x.shape, &target)?;
            let picks = spread(&x.shape, &shape);
            pick(on, x, shape, &picks)?
        }
        "Tile" => tile(on, call)?,
        "Pad" => pad(on, call)?,
        "Trilu" => trilu(on, call)?,
        _ => return Err(node.refuse("")),
    };
    Ok(vec![value])
}

/// The values of `x` at some places (in row-major order), as `shape`.
pub(super) fn pick(on: &mut Lowering<'_>, x: &Value, shape: Shape, picks: &[u32]) -> Result<Value, Error> {
    check_limit("values in a tensor", picks.len(), tensor::VALUES)?;
    on.spend(picks.len())?;
    if picks.len() == x.shape.len() && picks.iter().zip(0..).all(|(&p, i)| p == i) {
        return Ok(x.shaped(shape));
    }
    let kind = x.kind;
    match &x.home {
        Home::Constant(data) => {
            let data = match data.as_ref() {
                Data::Real(v) => Data::Real(picked(v, picks)),
                Data::Integer(v) => Data::Integer(picked(v, picks)),
                Data::Text(v) => {
                    check_limit("texts in a tensor", picks.len(), TEXTS)?;
                    Data::Text(picked(v, picks))
                }
            };
            Ok(Value::constant(shape, kind, data))
        }
        Home::Columns(columns) => {
            Ok(Value { shape, kind, home: Home::Columns(Rc::new(picked(columns, picks))) })
        }
        Home::Memory { .. } => {
            let from = on.memory(x)?;
            let (output, value) = on.take(shape, kind)?;
            for step in copies::of(picks, Source::Memory(from), output) {
                on.push(step)?;
            }
            Ok(value)
        }
    }
}

/// The axes in another order.
pub(super) fn transpose(on: &mut Lowering<'_>, x: &Value, order: &[usize]) -> Result<Value, Error> {
    let strides = x.shape.strides();
    let dims: Vec<usize> = order.iter().map(|&a| x.shape.dim(a)).collect();
    let records = x
        .shape
        .records
        .and_then(|r| order.iter().position(|&a| a == r.axis).map(|axis| Records { axis, ..r }));
    let steps: Vec<i64> = order.iter().map(|&a| strides.get(a).map_or(0, |&s| s as i64)).collect();
    let picks = places(0, &dims, &steps);
    pick(on, x, Shape { dims, records }, &picks)
}

/// Places of a strided walk, in row-major order.
pub(super) fn places(start: i64, dims: &[usize], strides: &[i64]) -> Vec<u32> {
    let mut places = vec![start];
    for (&dim, &stride) in dims.iter().zip(strides) {
        places = places.into_iter().flat_map(|p| (0..dim as i64).map(move |i| p + i * stride)).collect();
    }
    places.into_iter().map(|p| p as u32).collect()
}

/// The values along one axis at some positions.
pub(super) fn along(
    on: &mut Lowering<'_>,
    x: &Value,
    axis: usize,
    positions: &[usize],
) -> Result<Value, Error> {
    let (outer, len, inner) = (x.shape.product(..axis), x.shape.dim(axis), x.shape.product(axis + 1..));
    let mut shape = x.shape.clone();
    if let Some(dim) = shape.dims.get_mut(axis) {
        *dim = positions.len();
    }
    let size = outer.saturating_mul(positions.len()).saturating_mul(inner);
    check_limit("values in a tensor", size, tensor::VALUES)?;
    let row = |o: usize| {
        positions.iter().flat_map(move |p| (0..inner).map(move |i| ((o * len + p) * inner + i) as u32))
    };
    let picks: Vec<u32> = (0..outer).flat_map(row).collect();
    pick(on, x, shape, &picks)
}

fn slice(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let mut x = call.input(0)?.clone();
    let attribute = |name: &str| node.ints(name).map(<[i64]>::to_vec);
    let (starts, ends, axes, steps) = match on.opset < 10 {
        true => (attribute("starts"), attribute("ends"), attribute("axes"), None),
        false => (call.whole(1)?, call.whole(2)?, call.whole(3)?, call.whole(4)?),
    };
    let (starts, ends) = (starts.unwrap_or_default(), ends.unwrap_or_default());
    for (i, (&start, &end)) in starts.iter().zip(&ends).enumerate() {
        let axis = axes.as_ref().map_or(Some(i as i64), |a| a.get(i).copied());
        let axis = call.axis(&x, axis.ok_or_else(|| node.wrong("fewer axes than starts"))?)?;
        let step = steps.as_ref().map_or(Some(1), |s| s.get(i).copied()).filter(|&s| s != 0);
        let step = step.ok_or_else(|| node.wrong("a step of 0, or fewer steps than starts"))?;
        if x.shape.is_records(axis) {
            // All records, in their order, is no slice.
            if start == 0 && step == 1 && end >= super::super::shape::RECORDS {
                continue;
            }
            call.apart(&x.shape, axis)?;
        }
        let len = x.shape.dim(axis) as i64;
        let from_end = |p: i64| if p < 0 { p.saturating_add(len) } else { p };
        let positions: Vec<usize> = if step > 0 {
            let (start, end) = (from_end(start).clamp(0, len), from_end(end).clamp(0, len));
            (start..end).step_by(step as usize).map(|p| p as usize).collect()
        } else {
            let (start, end) = (from_end(start).clamp(-1, len - 1), from_end(end).clamp(-1, len - 1));
            let down = (end + 1..=start).rev().step_by(step.unsigned_abs() as usize);
            down.map(|p| p as usize).collect()
        };
        x = along(on, &x, axis, &positions)?;
    }
    Ok(x)
}

fn concat(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let first = call.input(0)?;
    let axis = call.axis(first, call.node.int("axis", 1))?;
    let values = (0..call.inputs.len()).map(|i| call.input(i).cloned()).collect::<Result<Vec<_>, _>>()?;
    join(on, call, &values, axis)
}

/// Values side by side along an axis.
pub(super) fn join(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    values: &[Value],
    axis: usize,
) -> Result<Value, Error> {
    let node = call.node;
    let mut shape = values.first().map(|v| v.shape.clone()).unwrap_or_default();
    shape.records = values.iter().find_map(|v| v.shape.records);
    call.apart(&shape, axis)?;
    let mut total = 0usize;
    for value in values {
        let same = value.shape.rank() == shape.rank()
            && (0..shape.rank()).all(|a| a == axis || value.shape.dim(a) == shape.dim(a));
        let records = value.shape.records;
        let alike = records.is_none() || records == shape.records;
        // A constant beside records repeats for each.
        let repeats = records.is_some() || shape.records.is_none_or(|r| value.shape.dim(r.axis) == 1);
        if !(same && alike && repeats) {
            return Err(node.wrong("shapes that do not go together, or mix records"));
        }
        total = total.saturating_add(value.shape.dim(axis));
    }
    check_limit(
        "values in a tensor",
        total.saturating_mul(shape.product(..axis)).saturating_mul(shape.product(axis + 1..)),
        tensor::VALUES,
    )?;
    let (outer, inner) = (shape.product(..axis), shape.product(axis + 1..));
    if let Some(dim) = shape.dims.get_mut(axis) {
        *dim = total;
    }
    let kind = values.first().map_or(Type::Float, |v| v.kind);
    on.spend(shape.len())?;
    if kind == Type::Text {
        check_limit("texts in a tensor", shape.len(), TEXTS)?;
    }
    // Every row of the result is a row of each value, one after another: (value, place).
    let row_of = |o: usize| {
        values.iter().enumerate().flat_map(move |(v, value)| {
            let width = value.shape.dim(axis) * inner;
            (o * width..(o + 1) * width).map(move |place| (v, place))
        })
    };
    let all = (0..outer).flat_map(row_of);
    let constants: Vec<&Data> = values.iter().filter_map(Value::data).collect();
    if constants.len() == values.len() {
        return Ok(Value::constant(
            shape,
            kind,
            joined(&constants, all).ok_or_else(|| node.wrong("texts beside numbers"))?,
        ));
    }
    let columns: Option<Vec<_>> = values
        .iter()
        .map(|v| match &v.home {
            Home::Columns(columns) => Some(Rc::clone(columns)),
            _ => None,
        })
        .collect();
    if let Some(columns) = columns {
        let picked = all.filter_map(|(v, p)| columns.get(v).and_then(|c| c.get(p)).copied()).collect();
        return Ok(Value { shape, kind, home: Home::Columns(Rc::new(picked)) });
    }
    if values.iter().any(|v| v.kind == Type::Text) {
        return Err(node.refuse("texts beside computed values"));
    }
    let (output, result) = on.take(shape, kind)?;
    let mut offset = 0;
    for value in values {
        let source = on.source(value)?;
        let width = (value.shape.dim(axis) * inner) as u32;
        if width > 0 {
            // The rows of the target are longer.
            let axes = rows(outer as u32, width, (total * inner) as u32);
            on.push(Step::Copy { input: source, output: output + offset, axes })?;
        }
        offset += width;
    }
    Ok(result)
}

/// Axes of a copy of rows into the start of longer ones.
fn rows(outer: u32, width: u32, row: u32) -> Vec<Axis> {
    let inner = Axis { len: width, out: 1, a: 1, b: 0, c: 0 };
    match outer {
        1 => vec![inner],
        _ => vec![Axis { len: outer, out: row, a: width as i32, b: 0, c: 0 }, inner],
    }
}

fn joined(values: &[&Data], all: impl Iterator<Item = (usize, usize)>) -> Option<Data> {
    match values.first()? {
        Data::Text(_) => all
            .map(|(v, p)| match values.get(v)? {
                Data::Text(texts) => texts.get(p).cloned(),
                _ => None,
            })
            .collect::<Option<_>>()
            .map(Data::Text),
        Data::Integer(_) => all
            .map(|(v, p)| match values.get(v)? {
                Data::Integer(list) => list.get(p).copied(),
                _ => None,
            })
            .collect::<Option<_>>()
            .map(Data::Integer),
        Data::Real(_) => {
            let reals: Vec<Vec<f32>> = values.iter().map(|v| v.reals()).collect::<Option<_>>()?;
            all.map(|(v, p)| reals.get(v)?.get(p).copied()).collect::<Option<_>>().map(Data::Real)
        }
    }
}

fn split(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    let (node, x) = (call.node, call.input(0)?);
    let axis = call.axis(x, node.int("axis", 0))?;
    call.apart(&x.shape, axis)?;
    let len = x.shape.dim(axis);
    let given = if on.opset < 13 { node.ints("split").map(<[i64]>::to_vec) } else { call.whole(1)? };
    let count = node.int("num_outputs", node.outputs.len() as i64).max(1) as usize;
    let chunk = len.div_ceil(count);
    let sizes: Vec<usize> = match given {
        Some(list) => list.iter().map(|&s| usize::try_from(s).unwrap_or(usize::MAX)).collect(),
        None => (0..count).map(|i| chunk.min(len.saturating_sub(i * chunk))).collect(),
    };
    if sizes.iter().fold(0usize, |sum, &s| sum.saturating_add(s)) != len {
        return Err(node.wrong(format!("{len} values split as {sizes:?}")));
    }
    let mut start = 0;
    let mut parts = Vec::with_capacity(sizes.len());
    for (i, size) in sizes.into_iter().enumerate() {
        let positions: Vec<usize> = (start..start + size).collect();
        start += size;
        parts.push(match on.is_read(node, i) {
            true => along(on, x, axis, &positions)?,
            // Nobody looks at it.
            false => Value::integers(Vec::new()),
        });
    }
    Ok(parts)
}

fn tile(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let mut x = call.input(0)?.clone();
    for (axis, repeat) in call.whole(1)?.unwrap_or_default().into_iter().enumerate() {
        if repeat == 1 {
            continue;
        }
        call.axis(&x, axis as i64)?;
        call.apart(&x.shape, axis)?;
        let repeat = usize::try_from(repeat).map_err(|_| call.node.wrong("a negative repeat"))?;
        let len = x.shape.dim(axis);
        check_limit("values in a tensor", len.saturating_mul(repeat), tensor::VALUES)?;
        let positions: Vec<usize> = (0..repeat).flat_map(|_| 0..len).collect();
        x = along(on, &x, axis, &positions)?;
    }
    Ok(x)
}

fn pad(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let node = call.node;
    let mut x = call.input(0)?.clone();
    let rank = x.shape.rank();
    let (pads, fill, axes) = match on.opset < 11 {
        true => (node.ints("pads").map(<[i64]>::to_vec), Some(node.float("value", 0.0)), None),
        false => (call.whole(1)?, call.reals(2)?.and_then(|v| v.first().copied()), call.whole(3)?),
    };
    let pads = pads.unwrap_or_default();
    let axes = match axes {
        Some(axes) => axes.iter().map(|&a| call.axis(&x, a)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    if pads.len() != axes.len() * 2 {
        return Err(node.wrong("pads are not two an axis"));
    }
    let mode = node.text("mode", "constant").to_owned();
    let (before, after) = pads.split_at(axes.len());
    for ((&axis, &before), &after) in axes.iter().zip(before).zip(after) {
        if (before, after) == (0, 0) {
            continue;
        }
        call.apart(&x.shape, axis)?;
        let len = x.shape.dim(axis) as i64;
        let (first, end) = (-before, len.saturating_add(after));
        check_limit("values in a tensor", end.saturating_sub(first).max(0) as usize, tensor::VALUES)?;
        // Negative pads cut.
        let inside: Vec<usize> = (first.max(0)..end.min(len)).map(|p| p as usize).collect();
        let period = 2 * (len - 1).max(1);
        let position = |p: i64| match mode.as_str() {
            "edge" => Some(p.clamp(0, len - 1)),
            "wrap" => Some(p.rem_euclid(len)),
            "reflect" => {
                let p = p.rem_euclid(period);
                Some(if p < len { p } else { period - p })
            }
            _ => None,
        };
        if mode == "constant" {
            let middle = along(on, &x, axis, &inside)?;
            let border = |count: i64| {
                let mut shape = Shape::fixed(&x.shape.dims);
                if let Some(dim) = shape.dims.get_mut(axis) {
                    *dim = count.max(0) as usize;
                }
                let data = match x.data() {
                    Some(Data::Integer(_)) => Data::Integer(vec![fill.unwrap_or(0.0) as i64; shape.len()]),
                    _ => Data::Real(vec![fill.unwrap_or(0.0); shape.len()]),
                };
                Value::constant(shape, x.kind, data)
            };
            let three = [border(before.min(end - first)), middle, border(after.min(end - first))];
            let some: Vec<Value> = three.into_iter().filter(|v| v.shape.dim(axis) > 0).collect();
            x = join(on, call, &some, axis)?;
        } else {
            let all = (first..end).map(position).collect::<Option<Vec<_>>>();
            let all = all.ok_or_else(|| node.refuse(&format!("mode {mode}")))?;
            let all: Vec<usize> = all.into_iter().map(|p| p as usize).collect();
            x = along(on, &x, axis, &all)?;
        }
    }
    Ok(x)
}

/// The part of each matrix on one side of a diagonal; zeros elsewhere.
fn trilu(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x) = (call.node, call.input(0)?);
    let k = call.whole(1)?.and_then(|v| v.first().copied()).unwrap_or(0);
    let upper = node.int("upper", 1) != 0;
    let rank = x.shape.rank();
    if rank < 2 || x.shape.is_records(rank - 1) || x.shape.is_records(rank - 2) {
        return Err(node.refuse("along the records, or of fewer than two axes"));
    }
    let (rows, columns) = (x.shape.dim(rank - 2), x.shape.dim(rank - 1));
    let kept = |place: usize| {
        let (r, c) = ((place / columns.max(1)) % rows.max(1), place % columns.max(1));
        let over = c as i64 - r as i64;
        if upper { over >= k } else { over <= k }
    };
    let mask: Vec<i64> = (0..x.shape.len()).map(|p| i64::from(kept(p))).collect();
    let mask = Value::constant(Shape::fixed(&x.shape.dims), Type::Boolean, Data::Integer(mask));
    let zero = match x.data() {
        Some(Data::Integer(_)) => Data::Integer(vec![0]),
        _ => Data::Real(vec![0.0]),
    };
    let zero = Value::constant(Shape::fixed(&[]), x.kind, zero);
    super::elementwise::choose(on, call, &mask, x, &zero)
}
