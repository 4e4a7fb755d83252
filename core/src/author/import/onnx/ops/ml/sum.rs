//! Sums of many terms that cancel, in f32 without the loss: onnxruntime adds those of support vector machines in f64.
//!
//! The terms are halved again and again: the first half plus the second half, so that the terms of one class meet those of the other;
//! what each addition rounds away (Knuth's two-sum) is added at the end.

use crate::Error;
use crate::author::import::onnx::lower::Lowering;
use crate::author::import::onnx::shape::Shape;
use crate::author::import::onnx::tensor::Type;
use crate::author::import::onnx::value::Value;
use crate::model::network::step::{Axis, Binary, Reduction, Source, Step};

/// Sums `terms` `[…, n]` along the last axis.
pub(super) fn sum(on: &mut Lowering<'_>, terms: &Value) -> Result<Value, Error> {
    let mut shape = terms.shape.clone();
    let mut width = shape.dims.pop().unwrap_or(1);
    let rows = shape.len();
    let mut at = on.memory(terms)?;
    let mut lost: Option<u32> = None;
    while width > 1 {
        let half = width.div_ceil(2);
        let (next, rest) = halve(on, at, rows, width)?;
        let (sum, _) = on.take(Shape::fixed(&[rows]), Type::Float)?;
        let len = (width - half) as u32;
        let outer = rows as u32;
        on.push(Step::Reduce { reduction: Reduction::Sum, input: rest, output: sum, outer, len, inner: 1 })?;
        lost = Some(match lost {
            None => sum,
            Some(before) => add(on, before, sum, rows)?,
        });
        (at, width) = (next, half);
    }
    let (output, value) = on.take(shape, Type::Float)?;
    let axes = vec![Axis { len: rows as u32, out: 1, a: 1, b: 1, c: 0 }];
    match lost {
        None => on.push(Step::Copy { input: Source::Memory(at), output, axes })?,
        Some(lost) => {
            let (a, b) = (Source::Memory(at), Source::Memory(lost));
            on.push(Step::Zip { function: Binary::Add, a, b, output, axes })?;
        }
    }
    Ok(value)
}

fn add(on: &mut Lowering<'_>, a: u32, b: u32, rows: usize) -> Result<u32, Error> {
    let (output, _) = on.take(Shape::fixed(&[rows]), Type::Float)?;
    let axes = vec![Axis { len: rows as u32, out: 1, a: 1, b: 1, c: 0 }];
    on.push(Step::Zip { function: Binary::Add, a: Source::Memory(a), b: Source::Memory(b), output, axes })?;
    Ok(output)
}

/// First half plus second half of each row (a middle term stays), and what the additions rounded away.
fn halve(on: &mut Lowering<'_>, at: u32, rows: usize, width: usize) -> Result<(u32, u32), Error> {
    let (half, pairs) = (width.div_ceil(2), width / 2);
    let (next, _) = on.take(Shape::fixed(&[rows, half]), Type::Float)?;
    if half > pairs {
        let axes = vec![Axis { len: rows as u32, out: half as u32, a: width as i32, b: 0, c: 0 }];
        let input = Source::Memory(at + pairs as u32);
        on.push(Step::Copy { input, output: next + pairs as u32, axes })?;
    }
    let mut zip = |function, a: (u32, usize), b: (u32, usize), out: Option<(u32, usize)>| {
        let (output, row) = match out {
            Some(place) => place,
            None => (on.take(Shape::fixed(&[rows, pairs]), Type::Float)?.0, pairs),
        };
        let axes = vec![
            Axis { len: rows as u32, out: row as u32, a: a.1 as i32, b: b.1 as i32, c: 0 },
            Axis { len: pairs as u32, out: 1, a: 1, b: 1, c: 0 },
        ];
        let (a, b) = (Source::Memory(a.0), Source::Memory(b.0));
        on.push(Step::Zip { function, a, b, output, axes })?;
        Ok::<(u32, usize), Error>((output, row))
    };
    let (a, b) = ((at, width), (at + half as u32, width));
    let s = zip(Binary::Add, a, b, Some((next, half)))?;
    let from_b = zip(Binary::Subtract, s, a, None)?;
    let from_a = zip(Binary::Subtract, s, from_b, None)?;
    let lost_a = zip(Binary::Subtract, a, from_a, None)?;
    let lost_b = zip(Binary::Subtract, b, from_b, None)?;
    let (lost, _) = zip(Binary::Add, lost_a, lost_b, None)?;
    Ok((next, lost))
}
