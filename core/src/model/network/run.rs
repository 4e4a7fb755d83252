//! Networks as nodes of the score graph: a batch of rows, step after step.

use core::ops::Range;

use scorelet_kernels::recurrent::{Layer, RecurrentScratch};
use scorelet_kernels::{activate, dense, norm, recurrent, reduce, walk};

use super::step::{Function, Recurrent, Source, Step};
use super::{Absent, Network};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// Values of the working memories of a batch, so that they stay in the processor's cache.
const BATCH_VALUES: usize = 1 << 15;
/// A dense step of fewer runs than this takes those of several rows at once: the weights are then read once for them all.
const FEW_RUNS: u32 = 4;

/// Working memory of networks.
#[derive(Debug, Default)]
pub struct NetworkScratch {
    /// One row's after another's.
    memory: Vec<f32>,
    x: Vec<f32>,
    y: Vec<f32>,
    recurrent: RecurrentScratch,
}

impl Kernel for Network {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        let fits = inputs == self.program.inputs.len();
        if fits { Ok(()) } else { Err("a network must have as many columns as inputs") }
    }

    fn width(&self, _inputs: usize) -> usize {
        self.program.outputs.len()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        let size = (self.program.memory as usize).max(1);
        let batch = (BATCH_VALUES / size).clamp(1, limits::BLOCK_ROWS);
        for first in (0..inputs.rows()).step_by(batch) {
            let rows = first..inputs.rows().min(first + batch);
            self.batch(rows, size, inputs, outputs, &mut scratch.network);
        }
    }
}

impl Network {
    fn batch(
        &self,
        rows: Range<usize>,
        size: usize,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs<'_>,
        scratch: &mut NetworkScratch,
    ) {
        let mut memory = core::mem::take(&mut scratch.memory);
        memory.clear();
        memory.resize(rows.len() * size, 0.0);
        let one_whole_row = rows.len() == 1
            && memory
                .get_mut(..self.program.inputs.len())
                .is_some_and(|places| inputs.narrow_row(rows.start, places));
        if !one_whole_row {
            self.fill(rows.clone(), size, inputs, &mut memory);
        }
        for step in &self.program.steps {
            let _ = self.step(step, size, &mut memory, scratch);
        }
        for (k, &place) in self.program.outputs.iter().enumerate() {
            let mut column = outputs.column(k);
            for (row, value) in rows.clone().zip(memory.iter().skip(place as usize).step_by(size)) {
                column.set(row, f64::from(*value));
            }
        }
        scratch.memory = memory;
        if !one_whole_row {
            self.propagate(rows, inputs, outputs);
        }
    }

    /// Puts the inputs of all rows into their memories.
    fn fill(&self, rows: Range<usize>, size: usize, inputs: &Inputs<'_>, memory: &mut [f32]) {
        for (i, absent) in self.program.inputs.iter().enumerate() {
            let column = inputs.column(i);
            let (Some(values), Some(states)) =
                (column.values.get(rows.clone()), column.states.get(rows.clone()))
            else {
                continue;
            };
            let instead = match absent {
                Absent::Value(x) => *x,
                Absent::Propagate | Absent::Nan => f32::NAN,
            };
            let places = memory.iter_mut().skip(i).step_by(size);
            for ((place, value), state) in places.zip(values).zip(states) {
                *place = if state.is_present() { *value as f32 } else { instead };
            }
        }
    }

    /// Rows without an input that the network needs are absent.
    fn propagate(&self, rows: Range<usize>, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>) {
        for (i, absent) in self.program.inputs.iter().enumerate().rev() {
            let states = inputs.column(i).states.get(rows.clone()).unwrap_or_default();
            if *absent != Absent::Propagate || states.iter().all(|state| state.is_present()) {
                continue;
            }
            for (row, &state) in rows.clone().zip(states).filter(|(_, state)| !state.is_present()) {
                for k in 0..self.program.outputs.len() {
                    outputs.column(k).set_absent(row, state);
                }
            }
        }
    }

    /// The figures from a place on.
    fn figures(&self, at: u32, len: usize) -> Option<&[f32]> {
        self.program.figures.get(at as usize..)?.get(..len)
    }

    fn optional(&self, at: Option<u32>, len: usize) -> Option<&[f32]> {
        at.map_or(Some(&[]), |at| self.figures(at, len))
    }

    /// One step of all rows. `None` at a place that is not there, which [`Network::new`] has excluded.
    fn step(&self, step: &Step, size: usize, memory: &mut [f32], scratch: &mut NetworkScratch) -> Option<()> {
        let figures = &self.program.figures;
        let each = memory.chunks_exact_mut(size);
        match step {
            Step::Dense { .. } => return self.dense(step, size, memory, scratch),
            Step::MatMul { .. } => {
                for memory in each {
                    self.multiply(step, memory)?;
                }
            }
            Step::Map { function, alpha, beta, input, output, len } => {
                for memory in each {
                    activate::map(*function, *alpha, *beta, copied(memory, *input, *output, *len as usize)?);
                }
            }
            Step::Zip { function, a, b, output, axes } => {
                each.for_each(|memory| walk::zip(*function, *a, *b, *output, axes, figures, memory));
            }
            Step::Select { condition, a, b, output, axes } => {
                each.for_each(|memory| walk::select(*condition, *a, *b, *output, axes, figures, memory));
            }
            Step::Copy { input, output, axes } => {
                each.for_each(|memory| walk::copy(*input, *output, axes, figures, memory));
            }
            Step::Reduce { reduction, input, output, outer, len, inner } => {
                let [outer, len, inner] = [*outer, *len, *inner].map(|n| n as usize);
                for memory in each {
                    let (read, written) = split(memory, *output, outer * inner)?;
                    reduce::reduce(*reduction, len, inner, read.get(*input, outer * len * inner)?, written);
                }
            }
            Step::Softmax { log, input, output, outer, len, inner } => {
                let [outer, len, inner] = [*outer, *len, *inner].map(|n| n as usize);
                for memory in each {
                    let values = copied(memory, *input, *output, outer * len * inner)?;
                    activate::softmax(*log, outer, len, inner, values);
                }
            }
            Step::Normalise { epsilon, input, output, outer, len, scale, shift } => {
                let (outer, len) = (*outer as usize, *len as usize);
                let (scale, shift) = (self.optional(*scale, len)?, self.optional(*shift, len)?);
                for memory in each {
                    let values = copied(memory, *input, *output, outer * len)?;
                    norm::layer(*epsilon, outer, len, scale, shift, values);
                }
            }
            Step::Lookup { .. } => {
                for memory in each {
                    self.look_up(step, memory)?;
                }
            }
            Step::CumulativeSum { input, output, outer, len, inner } => {
                let [outer, len, inner] = [*outer, *len, *inner].map(|n| n as usize);
                for memory in each {
                    let values = copied(memory, *input, *output, outer * len * inner)?;
                    reduce::cumulative_sum(len, inner, values);
                }
            }
            Step::Recurrent(layer) => {
                let layer = self.layer(layer)?;
                recurrent::run(&layer, size, memory, &mut scratch.recurrent);
            }
        }
        Some(())
    }

    fn dense(
        &self,
        step: &Step,
        size: usize,
        memory: &mut [f32],
        scratch: &mut NetworkScratch,
    ) -> Option<()> {
        let Step::Dense { rows: runs, inputs, outputs, input, output, weights, bias } = step else {
            return None;
        };
        let [rows, inputs, outputs] = [*runs, *inputs, *outputs].map(|n| n as usize);
        let (weights, bias) = (self.figures(*weights, inputs * outputs)?, self.optional(*bias, outputs)?);
        if *runs >= FEW_RUNS || memory.len() == size {
            for memory in memory.chunks_exact_mut(size) {
                let (read, y) = split(memory, *output, rows * outputs)?;
                dense::dense(weights, bias, rows, inputs, outputs, read.get(*input, rows * inputs)?, y);
            }
            return Some(());
        }
        scratch.x.clear();
        for memory in memory.chunks_exact(size) {
            scratch.x.extend_from_slice(memory.get(*input as usize..)?.get(..rows * inputs)?);
        }
        let all = rows * (memory.len() / size);
        scratch.y.resize(all * outputs, 0.0);
        dense::dense(weights, bias, all, inputs, outputs, &scratch.x, &mut scratch.y);
        let results = scratch.y.chunks_exact(rows * outputs);
        for (memory, y) in memory.chunks_exact_mut(size).zip(results) {
            memory.get_mut(*output as usize..)?.get_mut(..rows * outputs)?.copy_from_slice(y);
        }
        Some(())
    }

    fn multiply(&self, step: &Step, memory: &mut [f32]) -> Option<()> {
        let Step::MatMul { batch, rows, inner, columns, a, a_stride, b, b_stride, output } = step else {
            return None;
        };
        let [batch, rows, inner, columns] = [*batch, *rows, *inner, *columns].map(|n| n as usize);
        let (read, written) = split(memory, *output, batch * rows * columns)?;
        for (i, y) in written.chunks_exact_mut(rows * columns).enumerate() {
            let a = self.source(&read, *a, i * *a_stride as usize, rows * inner)?;
            let b = self.source(&read, *b, i * *b_stride as usize, inner * columns)?;
            dense::dense(b, &[], rows, inner, columns, a, y);
        }
        Some(())
    }

    fn look_up(&self, step: &Step, memory: &mut [f32]) -> Option<()> {
        let Step::Lookup { input, input_stride, count, table, rows, width, unseen, from_end, output } = step
        else {
            return None;
        };
        let (count, width) = (*count as usize, *width as usize);
        let (read, written) = split(memory, *output, count * width)?;
        let table = self.source(&read, *table, 0, *rows as usize * width)?;
        for (i, entry) in written.chunks_exact_mut(width).enumerate() {
            let index = *read.get(input.wrapping_add(i as u32 * input_stride), 1)?.first()?;
            let row = row(index, *rows, *from_end).unwrap_or(*unseen);
            entry.copy_from_slice(table.get(row as usize * width..)?.get(..width)?);
        }
        Some(())
    }

    fn source<'a>(
        &'a self,
        memory: &Apart<'a>,
        source: Source,
        more: usize,
        len: usize,
    ) -> Option<&'a [f32]> {
        match source {
            Source::Memory(at) => memory.get(at + more as u32, len),
            Source::Figures(at) => self.figures(at + more as u32, len),
        }
    }

    fn layer(&self, layer: &Recurrent) -> Option<Layer<'_>> {
        let [length, inputs, units] = [layer.length, layer.inputs, layer.units].map(|n| n as usize);
        let gates = layer.cell.gates() * units;
        let place = |at: Option<u32>| at.map(|at| at as usize);
        let function = |i: usize| layer.functions.get(i).copied().unwrap_or(Function::Tanh);
        Some(Layer {
            cell: layer.cell,
            functions: [function(0), function(1), function(2)],
            backward: layer.backward,
            length,
            inputs,
            units,
            input: layer.input as usize,
            input_stride: layer.input_stride as usize,
            weights: self.figures(layer.weights, inputs * gates)?,
            recurrent: self.figures(layer.recurrent, units * gates)?,
            bias: self.figures(layer.bias, 2 * gates)?,
            initial: place(layer.initial),
            initial_cell: place(layer.initial_cell),
            steps: place(layer.steps),
            mask: place(layer.mask),
            output: place(layer.output),
            output_stride: layer.output_stride as usize,
            last: place(layer.last),
            last_cell: place(layer.last_cell),
        })
    }
}

/// The row of a table that an index names, if it names one.
fn row(index: f32, rows: u32, from_end: bool) -> Option<u32> {
    let index = f64::from(index);
    let index = if from_end && index < 0.0 { index + f64::from(rows) } else { index };
    (index >= 0.0 && index < f64::from(rows) && index.trunc() == index).then_some(index as u32)
}

/// A memory without the places that are written.
struct Apart<'a> {
    before: &'a [f32],
    after: &'a [f32],
    /// Place of the first value of `after`.
    end: usize,
}

impl<'a> Apart<'a> {
    fn get(&self, at: u32, len: usize) -> Option<&'a [f32]> {
        match (at as usize).checked_sub(self.end) {
            Some(at) => self.after.get(at..)?.get(..len),
            None => self.before.get(at as usize..)?.get(..len),
        }
    }
}

/// Takes the places that are written out of a memory.
fn split(memory: &mut [f32], at: u32, len: usize) -> Option<(Apart<'_>, &mut [f32])> {
    let (before, rest) = memory.split_at_mut_checked(at as usize)?;
    let (written, after) = rest.split_at_mut_checked(len)?;
    Some((Apart { before, after, end: at as usize + len }, written))
}

/// The values at `output`, which become those at `input` first.
fn copied(memory: &mut [f32], input: u32, output: u32, len: usize) -> Option<&mut [f32]> {
    let (read, written) = split(memory, output, len)?;
    if input != output {
        written.copy_from_slice(read.get(input, len)?);
    }
    Some(written)
}
