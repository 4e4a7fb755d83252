//! Figures of networks as int8: a code and a scale of its column.
//!
//! Symmetric quantisation with one scale a column (an output of a dense layer, a gate's unit, a value of an embedding): the scale is the
//! greatest absolute figure / 127, a figure becomes the nearest multiple of it. So a figure is off by half a scale at most, and a
//! bundle holds a byte for it instead of four.

use crate::column::{Block, Inputs};
use crate::graph::{Kernel, Scratch};
use crate::model::network::step::{Axis, Source, Step};
use crate::model::network::{Network, Quantised};

/// Rows that a table has at least: of fewer, the scales would take more than is saved.
const ROWS: u32 = 4;

/// The same network with the weights of its dense and recurrent layers and its lookup tables as int8. A table that another step reads
/// in another way, or that holds infinities, stays as it is.
///
/// # Errors
/// What [`Network::new`] says; of a network that was one before there is none.
pub fn quantise(network: &Network) -> Result<Network, &'static str> {
    let mut program = network.program().clone();
    let mut tables: Vec<Table> = program.steps.iter().flat_map(tables).collect();
    let uses: Vec<(u64, u64)> = program.steps.iter().flat_map(other_figures).collect();
    tables.sort_unstable();
    tables.dedup();
    let alone = |(i, table): (usize, &Table)| {
        let meets = |&(from, to): &(u64, u64)| from < table.end() && table.at < to;
        let others = tables.iter().enumerate().filter(|&(k, _)| k != i).map(|(_, t)| (t.at, t.end()));
        !others.chain(uses.iter().copied()).any(|used| meets(&used))
    };
    let chosen: Vec<Table> = tables.iter().enumerate().filter(|&t| alone(t)).map(|(_, t)| *t).collect();
    program.quantised.clear();
    for table in chosen.into_iter().filter(|t| t.rows >= ROWS) {
        let Some(figures) = program.figures.get_mut(table.at as usize..table.end() as usize) else {
            continue;
        };
        program.quantised.extend(codes(&table, figures));
    }
    Network::new(program)
}

/// Rounds a table to its codes.
fn codes(table: &Table, figures: &mut [f32]) -> Option<Quantised> {
    let columns = table.columns as usize;
    let mut scales = vec![0.0f32; columns];
    for row in figures.chunks_exact(columns) {
        scales.iter_mut().zip(row).for_each(|(scale, x)| *scale = scale.max(x.abs()));
    }
    for scale in &mut scales {
        *scale = (*scale / 127.0).max(f32::MIN_POSITIVE);
    }
    if scales.iter().any(|scale| *scale > f32::MAX / 256.0) {
        return None;
    }
    for row in figures.chunks_exact_mut(columns) {
        for (x, scale) in row.iter_mut().zip(&scales) {
            *x = (*x / scale).round_ties_even().clamp(-127.0, 127.0) * scale;
        }
    }
    Some(Quantised { at: table.at as u32, rows: table.rows, scales })
}

/// The greatest absolute difference of each output over rows of the inputs (NaN: absent), where both networks give one; NaN for an
/// output that is absent in one of them only.
pub fn greatest_difference(before: &Network, after: &Network, rows: &[Vec<f64>]) -> Vec<f64> {
    let mut greatest = vec![0.0f64; before.outputs()];
    for row in rows {
        let values = outputs(before, row).into_iter().zip(outputs(after, row));
        for (greatest, (a, b)) in greatest.iter_mut().zip(values) {
            let difference = if a.is_nan() && b.is_nan() { 0.0 } else { (a - b).abs() };
            if difference.is_nan() || difference > *greatest {
                *greatest = difference;
            }
        }
    }
    greatest
}

/// The outputs of one row; NaN where absent.
fn outputs(network: &Network, row: &[f64]) -> Vec<f64> {
    let inputs = network.inputs().len();
    let mut block = Block::new(inputs + network.outputs(), 1);
    block.set_rows(1);
    for (i, &x) in row.iter().enumerate().take(inputs) {
        block.column_mut(i).set(0, x);
    }
    let ids: Vec<u32> = (0..inputs as u32).collect();
    let (columns, mut out) = block.split(inputs);
    network.eval(&Inputs::new(columns, &ids), &mut out, &mut Scratch::default());
    let value = |k: usize| block.column(inputs + k).values.first().copied().unwrap_or(f64::NAN);
    (0..network.outputs()).map(value).collect()
}

/// A matrix in the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Table {
    at: u64,
    rows: u32,
    columns: u32,
}

impl Table {
    fn new(at: u32, rows: u32, columns: u32) -> Self {
        Self { at: at.into(), rows, columns }
    }

    fn end(&self) -> u64 {
        self.at + u64::from(self.rows) * u64::from(self.columns)
    }
}

/// The tables of a step.
fn tables(step: &Step) -> Vec<Table> {
    match step {
        Step::Dense { inputs, outputs, weights, .. } => vec![Table::new(*weights, *inputs, *outputs)],
        Step::Lookup { table: Source::Figures(at), rows, width, .. } => vec![Table::new(*at, *rows, *width)],
        Step::Recurrent(layer) => {
            let wide = layer.cell.gates() as u32 * layer.units;
            vec![
                Table::new(layer.weights, layer.inputs, wide),
                Table::new(layer.recurrent, layer.units, wide),
            ]
        }
        _ => Vec::new(),
    }
}

/// Where else a step reads figures.
fn other_figures(step: &Step) -> Vec<(u64, u64)> {
    let run = |at: u32, len: u32| (u64::from(at), u64::from(at) + u64::from(len));
    let walked = |source: &Source, axes: &[Axis], stride: fn(&Axis) -> i32| match source {
        Source::Figures(at) => {
            let moves = |axis: &Axis| (i64::from(axis.len) - 1) * i64::from(stride(axis));
            let back: i64 = axes.iter().map(moves).filter(|&m| m < 0).sum();
            let forth: i64 = axes.iter().map(moves).filter(|&m| m > 0).sum();
            let at = i64::from(*at);
            Some(((at + back) as u64, (at + forth + 1) as u64))
        }
        Source::Memory(_) => None,
    };
    match step {
        Step::Dense { outputs, bias, .. } => bias.map(|bias| run(bias, *outputs)).into_iter().collect(),
        Step::MatMul { batch, rows, inner, columns, a, a_stride, b, b_stride, .. } => {
            let factor = |source: &Source, stride: u32, size: u32| match source {
                Source::Figures(at) => {
                    let len = u64::from(batch - 1) * u64::from(stride) + u64::from(size);
                    Some((u64::from(*at), u64::from(*at) + len))
                }
                Source::Memory(_) => None,
            };
            let (a, b) = (factor(a, *a_stride, rows * inner), factor(b, *b_stride, inner * columns));
            a.into_iter().chain(b).collect()
        }
        Step::Zip { a, b, axes, .. } => {
            [walked(a, axes, |x| x.a), walked(b, axes, |x| x.b)].into_iter().flatten().collect()
        }
        Step::Select { condition, a, b, axes, .. } => {
            let all = [walked(a, axes, |x| x.a), walked(b, axes, |x| x.b), walked(condition, axes, |x| x.c)];
            all.into_iter().flatten().collect()
        }
        Step::Copy { input, axes, .. } => walked(input, axes, |x| x.a).into_iter().collect(),
        Step::Normalise { len, scale, shift, .. } => {
            [scale, shift].into_iter().flatten().map(|at| run(*at, *len)).collect()
        }
        Step::Recurrent(layer) => vec![run(layer.bias, 2 * layer.cell.gates() as u32 * layer.units)],
        _ => Vec::new(),
    }
}
