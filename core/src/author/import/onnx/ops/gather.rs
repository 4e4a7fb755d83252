//! Operators that pick values by indices: known ones only move values, computed ones look up rows of a known table.

use super::Lowered;
use super::elementwise::walk;
use super::wiring::{along, pick, places, transpose};
use crate::Error;
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::{Call, Lowering};
use crate::author::import::onnx::shape::{Records, Shape};
use crate::author::import::onnx::tensor::{self, Type};
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Binary, Source, Step};

/// Lowers an operator of this kind.
pub(super) fn lower(on: &mut Lowering<'_>, call: &Call<'_>) -> Lowered {
    Ok(vec![match call.node.op.as_str() {
        "Gather" => gather(on, call)?,
        "GatherElements" => gather_elements(on, call)?,
        "GatherND" => gather_nd(on, call)?,
        _ => return Err(call.node.refuse("")),
    }])
}

fn gather(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x, indices) = (call.node, call.input(0)?, call.input(1)?);
    let axis = call.axis(x, node.int("axis", 0))?;
    let Some(list) = indices.whole() else { return lookup(on, call, x, indices, axis) };
    let own = indices.shape.clone();
    if x.shape.is_records(axis) {
        call.apart(&x.shape, axis)?;
    }
    let len = x.shape.dim(axis) as i64;
    let position =
        |&i: &i64| usize::try_from(if i < 0 { i + len } else { i }).ok().filter(|&p| (p as i64) < len);
    let positions = list.iter().map(position).collect::<Option<Vec<_>>>();
    let positions = positions.ok_or_else(|| node.wrong(format!("an index outside of {len} positions")))?;
    let picked = along(on, x, axis, &positions)?;
    let mut dims = x.shape.dims.clone();
    dims.splice(axis..=axis, own.dims.iter().copied());
    let records = x.shape.records.map(|r| match r.axis > axis {
        true => Records { axis: r.axis + own.rank() - 1, ..r },
        false => r,
    });
    let records = match (records, own.records) {
        (None, Some(r)) => Some(Records { axis: r.axis + axis, ..r }),
        (records, None) => records,
        _ => return Err(node.refuse("of records by records")),
    };
    Ok(picked.shaped(Shape { dims, records }))
}

/// Rows of a known table by computed indices.
fn lookup(
    on: &mut Lowering<'_>,
    call: &Call<'_>,
    table: &Value,
    indices: &Value,
    axis: usize,
) -> Result<Value, Error> {
    let node = call.node;
    if table.data().is_none() || table.kind == Type::Text {
        return Err(node.refuse("of computed values by computed indices"));
    }
    // The axis in front, then back to its place.
    let rank = table.shape.rank();
    let mut order = vec![axis];
    order.extend((0..rank).filter(|&a| a != axis));
    let table = transpose(on, table, &order)?;
    let reals = table.reals().ok_or_else(|| node.refuse("whole numbers beyond 2^24"))?;
    let (rows, width) = (table.shape.dim(0), table.shape.product(1..));
    let found = rows_of(on, indices, &reals, rows, width, None)?;
    let mut shape = indices.shape.clone();
    shape.dims.extend(table.shape.dims.iter().skip(1));
    let n = indices.shape.rank();
    // Now: indices, axes before `axis`, axes after it.
    let mut back: Vec<usize> = (n..n + axis).collect();
    back.extend(0..n);
    back.extend(n + axis..n + rank - 1);
    transpose(on, &Value { shape, kind: table.kind, ..found }, &back)
}

/// A row of a table for each index (negative ones count from the end), `[indices][width]`. An index that is no row of the table takes
/// the row `unseen`; without one the result is no number.
pub(super) fn rows_of(
    on: &mut Lowering<'_>,
    indices: &Value,
    table: &[f32],
    rows: usize,
    width: usize,
    unseen: Option<&[f32]>,
) -> Result<Value, Error> {
    let count = indices.shape.len();
    let input = on.memory(indices)?;
    // Infinite figures, because a figure cannot be NaN: ∞ − ∞ is no number, and x + 0 is x.
    let none = vec![f32::INFINITY; width];
    let mut figures = table.to_vec();
    figures.extend_from_slice(unseen.unwrap_or(&none));
    // With its row for none, the table has one more than the indices can reach from the end.
    let from_end = unseen.is_none();
    let figures = on.net.figures(&figures)?;
    let mut shape = indices.shape.clone();
    shape.dims.push(width);
    let indices = if from_end { from_end_of(on, indices, rows, input)? } else { input };
    let (output, value) = on.take(shape.clone(), Type::Float)?;
    on.push(Step::Lookup {
        input: indices,
        input_stride: 1,
        count: count as u32,
        table: Source::Figures(figures),
        rows: rows as u32 + 1,
        width: width as u32,
        unseen: rows as u32,
        from_end: false,
        output,
    })?;
    if unseen.is_some() {
        return Ok(value);
    }
    on.notes.insert("An index that a table does not have gives no result (out of range).".to_owned());
    let axes = walk(&shape, &[&shape, &shape])?;
    let at = Source::Memory(output);
    let (zero, _) = on.take(shape.clone(), Type::Float)?;
    on.push(Step::Zip { function: Binary::Subtract, a: at, b: at, output: zero, axes: axes.clone() })?;
    let (sum, value) = on.take(shape, Type::Float)?;
    on.push(Step::Zip { function: Binary::Add, a: at, b: Source::Memory(zero), output: sum, axes })?;
    Ok(value)
}

/// Indices with those under 0 counted from the end: i + rows·(i < 0).
fn from_end_of(on: &mut Lowering<'_>, indices: &Value, rows: usize, input: u32) -> Result<u32, Error> {
    let flat = Shape::fixed(&[indices.shape.len()]);
    let axes = walk(&flat, &[&flat, &Shape::fixed(&[1])])?;
    let zero = on.net.figures(&[0.0, rows as f32])?;
    let both = walk(&flat, &[&flat, &flat])?;
    let (under, _) = on.take(flat.clone(), Type::Float)?;
    let i = Source::Memory(input);
    on.push(Step::Zip {
        function: Binary::Less,
        a: i,
        b: Source::Figures(zero),
        output: under,
        axes: axes.clone(),
    })?;
    let (more, _) = on.take(flat.clone(), Type::Float)?;
    let (a, b) = (Source::Memory(under), Source::Figures(zero + 1));
    on.push(Step::Zip { function: Binary::Multiply, a, b, output: more, axes })?;
    let (sum, _) = on.take(flat, Type::Float)?;
    on.push(Step::Zip { function: Binary::Add, a: i, b: Source::Memory(more), output: sum, axes: both })?;
    Ok(sum)
}

fn gather_elements(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x, indices) = (call.node, call.input(0)?, call.input(1)?);
    let axis = call.axis(x, node.int("axis", 0))?;
    call.apart(&x.shape, axis)?;
    let Some(list) = indices.whole() else { return Err(node.refuse("by computed indices")) };
    let (len, strides) = (x.shape.dim(axis) as i64, x.shape.strides());
    if indices.shape.rank() != x.shape.rank() {
        return Err(node.wrong("data and indices of another rank"));
    }
    let steps: Vec<i64> =
        strides.iter().enumerate().map(|(a, &s)| if a == axis { 0 } else { s as i64 }).collect();
    let fits = (0..x.shape.rank()).all(|a| a == axis || indices.shape.dim(a) <= x.shape.dim(a));
    let base = places(0, &indices.shape.dims, &steps);
    let stride = strides.get(axis).map_or(0, |&s| s as i64);
    let place = |(&b, &i): (&u32, &i64)| {
        let p = if i < 0 { i + len } else { i };
        (0..len).contains(&p).then(|| b + (p * stride) as u32)
    };
    let picks = base.iter().zip(list).map(place).collect::<Option<Vec<_>>>();
    let picks = picks.filter(|_| fits).ok_or_else(|| node.wrong("an index outside of the data"))?;
    let shape = Shape { dims: indices.shape.dims.clone(), records: x.shape.records };
    pick(on, x, shape, &picks)
}

fn gather_nd(on: &mut Lowering<'_>, call: &Call<'_>) -> Result<Value, Error> {
    let (node, x, indices) = (call.node, call.input(0)?, call.input(1)?);
    let Some(list) = indices.whole().map(<[i64]>::to_vec) else {
        return Err(node.refuse("by computed indices"));
    };
    if x.shape.records.is_some() {
        return Err(node.refuse("over the records"));
    }
    // Leading axes that data and indices share: each position has its own data and its own indices.
    let shared = usize::try_from(node.int("batch_dims", 0)).unwrap_or(usize::MAX);
    let depth = indices.shape.dims.last().copied().unwrap_or(0);
    let same = shared < indices.shape.rank() && (0..shared).all(|a| x.shape.dim(a) == indices.shape.dim(a));
    if depth == 0 || depth.saturating_add(shared) > x.shape.rank() || !same {
        return Err(node.wrong("indices of no depth, of more than the data has axes, or of another batch"));
    }
    let inner = x.shape.product(depth + shared..);
    let tuples = indices.shape.product(shared..indices.shape.rank() - 1).max(1);
    let each = x.shape.product(shared..);
    let strides = x.shape.strides();
    let mut picks = Vec::new();
    for (number, tuple) in list.chunks(depth).enumerate() {
        let mut at = number / tuples * each;
        for (axis, &i) in tuple.iter().enumerate() {
            let len = x.shape.dim(axis + shared) as i64;
            let p = if i < 0 { i + len } else { i };
            if !(0..len).contains(&p) {
                return Err(node.wrong("an index outside of the data"));
            }
            at += p as usize * strides.get(axis + shared).copied().unwrap_or(0);
        }
        check_limit("values in a tensor", picks.len().saturating_add(inner), tensor::VALUES)?;
        picks.extend((at..at + inner).map(|p| p as u32));
    }
    let mut dims: Vec<usize> = indices.shape.dims.iter().rev().skip(1).rev().copied().collect();
    dims.extend(x.shape.dims.iter().skip(depth + shared));
    pick(on, x, Shape::fixed(&dims), &picks)
}
