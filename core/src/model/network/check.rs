//! What is looked at once at load, so that evaluation cannot fail.
//!
//! Extents are ≥ 1. A walk's positions are counted first: they bound every extent, so that offsets (extent × stride, i32 at most,
//! of 8 axes) stay far inside i64.
//!
//! Nothing is inlined: with every check in every step they took 9 KB of the wasm.

use scorelet_kernels::recurrent::packed_len;

use super::step::{Axis, Binary, Cell, Function, Recurrent, Reduction, Source, Step};
use super::{Absent, Program};
use crate::limits;

/// Most axes of a walk.
pub(super) const AXES: usize = 8;

type Checked<T> = Result<T, &'static str>;
/// What a walk reads, and its stride there.
type Read = (Source, fn(&Axis) -> i32);

/// Places from one to another, that one not included.
#[derive(Clone, Copy)]
struct Extent {
    from: u64,
    to: u64,
}

impl Extent {
    fn meets(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

struct Check {
    memory: u64,
    figures: u64,
}

/// Checks all of a program; its work for one row.
pub(super) fn work(program: &Program) -> Checked<u64> {
    let Program { inputs, memory, figures, quantised, steps, outputs } = program;
    if inputs.is_empty() || inputs.len() > limits::NETWORK_INPUTS {
        return Err("a network has no input, or more than the limit");
    }
    if outputs.is_empty() || outputs.len() > limits::OUTPUTS {
        return Err("a network has no output, or more than the limit");
    }
    if *memory as usize > limits::NETWORK_MEMORY || inputs.len() > *memory as usize {
        return Err("a network's memory is over the limit, or too small for its inputs");
    }
    if figures.len() > limits::NETWORK_FIGURES || steps.len() > limits::NETWORK_STEPS {
        return Err("a network has more figures or steps than the limit");
    }
    if figures.iter().any(|x| x.is_nan()) {
        return Err("a figure of a network is NaN");
    }
    if inputs.iter().any(|absent| matches!(absent, Absent::Value(x) if !x.is_finite())) {
        return Err("a network's value for an absent input is not finite");
    }
    if outputs.iter().any(|place| place >= memory) {
        return Err("an output of a network is outside its memory");
    }
    check_quantised(program, quantised)?;
    let check = Check { memory: u64::from(*memory), figures: figures.len() as u64 };
    // Memory is set to 0 for each row.
    let mut work = u64::from(*memory) / 16 + inputs.len() as u64 + outputs.len() as u64;
    for step in steps {
        work = work.saturating_add(check.step(step)?).saturating_add(32);
        if work > limits::NETWORK_WORK {
            return Err("a network does more for one row than the limit");
        }
    }
    Ok(work)
}

fn check_quantised(program: &Program, tables: &[super::Quantised]) -> Checked<()> {
    let mut end = 0;
    for table in tables {
        let len = u64::from(table.rows) * table.scales.len() as u64;
        if len == 0 || u64::from(table.at) < end {
            return Err("the quantised tables of a network are not in order");
        }
        end = u64::from(table.at).saturating_add(len);
        if end > program.figures.len() as u64 {
            return Err("a quantised table is outside a network's figures");
        }
        // Then a code of −127 to 127 times the scale is normal or 0, and the code is found again by dividing.
        if table.scales.iter().any(|s| !s.is_normal() || *s < 0.0 || *s > f32::MAX / 256.0) {
            return Err("a scale of a quantised table is not a positive number");
        }
    }
    Ok(())
}

#[inline(never)]
fn extents(all: &[u32]) -> Checked<u64> {
    if all.contains(&0) {
        return Err("an extent of a network's step is 0");
    }
    let product = all.iter().fold(1u64, |product, &n| product.saturating_mul(u64::from(n)));
    if product > limits::NETWORK_WORK {
        return Err("a network's step does more for one row than the limit");
    }
    Ok(product)
}

/// Length of runs of `len` values that are `stride` apart.
fn strided(runs: u32, stride: u32, len: u64) -> u64 {
    u64::from(runs).saturating_sub(1).saturating_mul(u64::from(stride)).saturating_add(len)
}

/// What is written is nothing of what is read.
#[inline(never)]
fn apart(written: Extent, others: &[Option<Extent>]) -> Checked<()> {
    if others.iter().flatten().any(|other| written.meets(*other)) {
        return Err("a step of a network reads what it writes");
    }
    Ok(())
}

impl Check {
    #[inline(never)]
    fn memory(&self, at: u32, len: u64) -> Checked<Extent> {
        let (from, to) = (u64::from(at), u64::from(at).saturating_add(len));
        if to > self.memory {
            return Err("a step of a network goes outside its memory");
        }
        Ok(Extent { from, to })
    }

    #[inline(never)]
    fn figures(&self, at: u32, len: u64) -> Checked<()> {
        if u64::from(at).saturating_add(len) > self.figures {
            return Err("a step of a network goes outside its figures");
        }
        Ok(())
    }

    /// The extent in memory, if it is there.
    #[inline(never)]
    fn source(&self, source: Source, len: u64) -> Checked<Option<Extent>> {
        match source {
            Source::Memory(at) => self.memory(at, len).map(Some),
            Source::Figures(at) => self.figures(at, len).map(|()| None),
        }
    }

    /// A step that writes `written` values at `output` from `read` values at `input`; `in_place`: where the two are the same.
    #[inline(never)]
    fn unary(&self, input: u32, read: u64, output: u32, written: u64, in_place: bool) -> Checked<()> {
        let input_extent = self.memory(input, read)?;
        let output_extent = self.memory(output, written)?;
        if in_place && input == output { Ok(()) } else { apart(output_extent, &[Some(input_extent)]) }
    }

    /// Checks a walk's axes and what it reads and writes; how many positions it has.
    #[inline(never)]
    fn walk(&self, axes: &[Axis], output: u32, inputs: &[Read]) -> Checked<u64> {
        if axes.len() > AXES {
            return Err("a walk of a network has too many axes");
        }
        let positions = axes.iter().fold(1u64, |product, axis| product.saturating_mul(axis.len.into()));
        if positions == 0 || positions > limits::NETWORK_WORK {
            return Err("a walk of a network has no position, or more than the limit");
        }
        if axes.iter().any(|axis| axis.len > 1 && (axis.out == 0 || axis.out > i32::MAX as u32)) {
            return Err("a walk of a network writes a place again and again");
        }
        let last = |axis: &Axis| i64::from(axis.len) - 1;
        let reach = axes.iter().map(|axis| last(axis) * i64::from(axis.out)).sum::<i64>();
        let written = self.memory(output, reach as u64 + 1)?;
        for (source, stride) in inputs {
            let moves = axes.iter().map(|axis| last(axis) * i64::from(stride(axis)));
            let back = moves.clone().filter(|&m| m < 0).sum::<i64>().unsigned_abs();
            let forth = moves.filter(|&m| m > 0).sum::<i64>().unsigned_abs();
            let (at, limit) = match *source {
                Source::Memory(at) => (u64::from(at), self.memory),
                Source::Figures(at) => (u64::from(at), self.figures),
            };
            if back > at || at + forth >= limit {
                return Err("a walk of a network goes outside its memory or figures");
            }
            let same =
                axes.iter().all(|axis| axis.len == 1 || i64::from(axis.out) == i64::from(stride(axis)));
            if let Source::Memory(place) = *source
                && !(same && place == output)
            {
                apart(written, &[Some(Extent { from: at - back, to: at + forth + 1 })])?;
            }
        }
        Ok(positions)
    }

    fn step(&self, step: &Step) -> Checked<u64> {
        match step {
            Step::Dense { rows, inputs, outputs, input, output, weights, bias } => {
                let work = extents(&[*rows, *inputs, *outputs])?;
                let (read, written) = (extents(&[*rows, *inputs])?, extents(&[*rows, *outputs])?);
                self.unary(*input, read, *output, written, false)?;
                self.figures(*weights, extents(&[*inputs, *outputs])?)?;
                bias.map_or(Ok(()), |bias| self.figures(bias, u64::from(*outputs)))?;
                Ok(work + read + written)
            }
            Step::MatMul { batch, rows, inner, columns, a, a_stride, b, b_stride, output } => {
                let work = extents(&[*batch, *rows, *inner, *columns])?;
                let a = self.source(*a, strided(*batch, *a_stride, extents(&[*rows, *inner])?))?;
                let b = self.source(*b, strided(*batch, *b_stride, extents(&[*inner, *columns])?))?;
                let written = extents(&[*batch, *rows, *columns])?;
                apart(self.memory(*output, written)?, &[a, b])?;
                Ok(work + written + u64::from(*batch) * 16)
            }
            Step::Map { function, alpha, beta, input, output, len } => {
                if alpha.is_nan() || beta.is_nan() {
                    return Err("a parameter of a network's function is NaN");
                }
                let len = extents(&[*len])?;
                self.unary(*input, len, *output, len, true)?;
                Ok(len * function_work(*function))
            }
            Step::Zip { function, a, b, output, axes } => {
                let positions = self.walk(axes, *output, &[(*a, |x| x.a), (*b, |x| x.b)])?;
                Ok(positions * if matches!(function, Binary::Power | Binary::Modulo) { 128 } else { 4 })
            }
            Step::Select { condition, a, b, output, axes } => {
                let inputs: [Read; 3] = [(*a, |x| x.a), (*b, |x| x.b), (*condition, |x| x.c)];
                Ok(self.walk(axes, *output, &inputs)? * 4)
            }
            Step::Copy { input, output, axes } => Ok(self.walk(axes, *output, &[(*input, |x| x.a)])? * 4),
            Step::Reduce { reduction, input, output, outer, len, inner } => {
                let read = extents(&[*outer, *len, *inner])?;
                self.unary(*input, read, *output, extents(&[*outer, *inner])?, false)?;
                Ok(read * if *reduction == Reduction::LogSumExp { 32 } else { 4 })
            }
            Step::Softmax { log: _, input, output, outer, len, inner } => {
                let len = extents(&[*outer, *len, *inner])?;
                self.unary(*input, len, *output, len, true)?;
                Ok(len * 32)
            }
            Step::Normalise { epsilon, input, output, outer, len, scale, shift } => {
                if !epsilon.is_finite() || *epsilon < 0.0 {
                    return Err("the epsilon of a normalisation is negative or not finite");
                }
                let values = extents(&[*outer, *len])?;
                self.unary(*input, values, *output, values, true)?;
                for figures in [scale, shift].into_iter().flatten() {
                    self.figures(*figures, u64::from(*len))?;
                }
                Ok(values * 8)
            }
            Step::Lookup { input, input_stride, count, table, rows, width, unseen, output, from_end: _ } => {
                let written = extents(&[*count, *width])?;
                let indices = self.memory(*input, strided(*count, *input_stride, 1))?;
                let table = self.source(*table, extents(&[*rows, *width])?)?;
                if unseen >= rows {
                    return Err("the row for unseen indices is outside its table");
                }
                apart(self.memory(*output, written)?, &[Some(indices), table])?;
                Ok(written * 2 + u64::from(*count) * 8)
            }
            Step::CumulativeSum { input, output, outer, len, inner } => {
                let len = extents(&[*outer, *len, *inner])?;
                self.unary(*input, len, *output, len, true)?;
                Ok(len * 4)
            }
            Step::Recurrent(layer) => self.recurrent(layer),
        }
    }

    #[inline(never)]
    fn recurrent(&self, layer: &Recurrent) -> Checked<u64> {
        let Recurrent { length, inputs, units, .. } = *layer;
        let (gates, functions) = match layer.cell {
            Cell::Simple => (1, 1),
            Cell::Gru { .. } => (3, 2),
            Cell::Lstm => (4, 3),
        };
        if layer.functions.len() != functions {
            return Err("a recurrent layer must have an activation for each that its cell has");
        }
        if !matches!(layer.cell, Cell::Lstm) && (layer.initial_cell.is_some() || layer.last_cell.is_some()) {
            return Err("a recurrent layer has a cell state that its cell does not have");
        }
        let steps = extents(&[length, inputs])? + extents(&[length, units])?;
        let work = extents(&[length, inputs, gates, units])? + extents(&[length, units, gates, units])?;
        let packed = packed_len(layer.cell, inputs as usize, units as usize);
        if packed.is_none_or(|len| len > limits::NETWORK_FIGURES) {
            return Err("a recurrent layer has too many weights once they are rounded up to vectors");
        }
        self.figures(layer.weights, extents(&[inputs, gates, units])?)?;
        self.figures(layer.recurrent, extents(&[units, gates, units])?)?;
        self.figures(layer.bias, extents(&[2, gates, units])?)?;
        let unit = u64::from(units);
        let read = |at: Option<u32>, len: u64| at.map(|at| self.memory(at, len)).transpose();
        let reads = [
            read(Some(layer.input), strided(length, layer.input_stride, inputs.into()))?,
            read(layer.initial, unit)?,
            read(layer.initial_cell, unit)?,
            read(layer.steps, 1)?,
            read(layer.mask, length.into())?,
        ];
        if layer.output.is_some() && length > 1 && layer.output_stride < units {
            return Err("a recurrent layer writes the state of a step over that of another");
        }
        let output = read(layer.output, strided(length, layer.output_stride, unit))?;
        let (last, last_cell) = (read(layer.last, unit)?, read(layer.last_cell, unit)?);
        output.map_or(Ok(()), |written| apart(written, &reads))?;
        last.map_or(Ok(()), |written| apart(written, &reads).and_then(|()| apart(written, &[output])))?;
        last_cell.map_or(Ok(()), |w| apart(w, &reads).and_then(|()| apart(w, &[output, last])))?;
        Ok(work + steps + u64::from(length) * u64::from(units) * u64::from(gates) * 32)
    }
}

fn function_work(function: Function) -> u64 {
    match function {
        Function::Relu | Function::LeakyRelu | Function::ThresholdedRelu | Function::Clip => 1,
        Function::Affine | Function::Abs | Function::Negate | Function::HardSigmoid => 1,
        Function::HardSwish | Function::Sign | Function::Not | Function::IsNan => 2,
        Function::Mish | Function::Sin | Function::Cos => 64,
        _ => 24,
    }
}
