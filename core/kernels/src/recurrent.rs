//! Recurrent layers: simple, gated (GRU) and long short-term memory (LSTM).

mod cells;
mod packed;
#[cfg(test)]
mod tests;

use self::cells::Step;
use self::packed::{GROUP, Weights, pack, product, sums};
use crate::activate::Activation;
use crate::vector::{LANES, zip};

/// The cell of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// h = f(W·x + R·h + b).
    Simple,
    /// Gated recurrent unit, gates in the order z, r, h (ONNX). `reset_after`: r multiplies R·h + b_R; otherwise it multiplies h.
    Gru {
        /// See [`Cell::Gru`].
        reset_after: bool,
    },
    /// Long short-term memory, gates in the order i, o, f, c (ONNX), no peepholes.
    Lstm,
}

impl Cell {
    /// Gates: runs of `units` values that a step computes.
    pub fn gates(self) -> usize {
        match self {
            Self::Simple => 1,
            Self::Gru { .. } => 3,
            Self::Lstm => 4,
        }
    }
}

/// A recurrent layer in one direction. Places are offsets in the working memory.
#[derive(Clone, Copy, Debug)]
pub struct Layer<'a> {
    /// The cell.
    pub cell: Cell,
    /// Activations: f; GRU f, g; LSTM f, g, h. The others are not looked at. Their parameters are [`parameters`].
    pub functions: [Activation; 3],
    /// Whether the sequence is read from its end.
    pub backward: bool,
    /// Steps of the sequence.
    pub length: usize,
    /// Values of a step.
    pub inputs: usize,
    /// Units.
    pub units: usize,
    /// The sequence, `[length][inputs]`.
    pub input: usize,
    /// Values from one step of the sequence to the next.
    pub input_stride: usize,
    /// Input weights `[inputs][gates·units]`.
    pub weights: &'a [f32],
    /// Recurrent weights `[units][gates·units]`.
    pub recurrent: &'a [f32],
    /// Biases `[gates·units]`, then recurrent biases `[gates·units]`.
    pub bias: &'a [f32],
    /// Initial state `[units]`; zeros if none.
    pub initial: Option<usize>,
    /// Initial state of an LSTM's cell `[units]`; zeros if none.
    pub initial_cell: Option<usize>,
    /// The number of steps that count: later ones are not read, and their output is 0. What is no number is 0.
    pub steps: Option<usize>,
    /// `[length]`: a step whose mask is 0 leaves the state as it is.
    pub mask: Option<usize>,
    /// Where the state after each step goes, if anywhere.
    pub output: Option<usize>,
    /// Values from the state of one step to the next.
    pub output_stride: usize,
    /// Where the last state goes `[units]`.
    pub last: Option<usize>,
    /// Where the last state of an LSTM's cell goes `[units]`.
    pub last_cell: Option<usize>,
}

/// Memory that a layer needs while it runs. What holds a gate is rounded up to vectors.
#[derive(Clone, Debug, Default)]
pub struct RecurrentScratch {
    /// Of W, of the gates that a step begins with, of what comes after.
    packed: Vec<Weights>,
    /// A step's values, with zeros up to a group; empty if they are whole groups.
    x: Vec<f32>,
    /// With zeros up to a group.
    state: Vec<f32>,
    /// An LSTM's.
    cell: Vec<f32>,
    /// Of each gate: the biases that are added before anything else.
    bias: Vec<f32>,
    /// W·x and the biases of some steps.
    rows: Vec<f32>,
    /// Of a step: the sums of the gates, which become the gates.
    gates: Vec<f32>,
    /// Of a GRU: what the reset gate has multiplied, with zeros up to a group.
    reset: Vec<f32>,
}

/// Steps whose W·x is computed one after the other, so that its weights and those of R·h do not displace each other from the
/// processor's nearest cache in each step.
const TOGETHER: usize = 16;

/// The places of the gates in the scratch memory.
#[derive(Clone, Copy)]
struct Layout {
    /// Values of a gate, rounded up.
    gate: usize,
    /// Gates that a step begins with: those with R·h.
    first: usize,
    /// Of a row: where those gates start. A GRU's candidate stands before them.
    offset: usize,
    /// Values of a row.
    row: usize,
}

impl Layout {
    fn new(cell: Cell, units: usize) -> Self {
        let gate = units.next_multiple_of(LANES);
        let (first, offset, places) = match cell {
            Cell::Simple => (1, 0, 1),
            // After its gates a row has what R·h of the candidate starts with.
            Cell::Gru { reset_after: true } => (3, gate, 4),
            Cell::Gru { reset_after: false } => (2, gate, 3),
            Cell::Lstm => (4, 0, 4),
        };
        Self { gate, first, offset, row: places * gate }
    }

    /// The weights of W, of R for the gates that a step begins with, and of R for what comes after.
    fn parts<'a>(&self, l: &Layer<'_>, packed: &'a mut [Weights]) -> Option<[&'a mut [Weights]; 3]> {
        let gates = l.cell.gates();
        let vectors = |inputs: usize, gates: usize| inputs.div_ceil(GROUP) * gates * self.gate / LANES;
        let (inputs, rest) = packed.split_at_mut_checked(vectors(l.inputs, gates))?;
        let (recurrent, rest) = rest.split_at_mut_checked(vectors(l.units, self.first))?;
        Some([inputs, recurrent, rest.get_mut(..vectors(l.units, gates - self.first))?])
    }
}

/// Weights of a layer once they are in the order in which they are read, rounded up to vectors: the memory that they take while the layer
/// runs. None: a number too large.
pub fn packed_len(cell: Cell, inputs: usize, units: usize) -> Option<usize> {
    let wide = units.checked_next_multiple_of(LANES)?.checked_mul(cell.gates())?;
    let rounded = |n: usize| n.checked_next_multiple_of(GROUP);
    rounded(inputs)?.checked_add(rounded(units)?)?.checked_mul(wide)
}

/// Runs the layer over its sequence in each memory of `size` values. If a place lies outside a memory or there are too few weights, nothing
/// is done.
///
/// A gate is (b_W + b_R) + Σ W·x + Σ R·h, added in this order and in that of the inputs and units; the last gate of a GRU with
/// `reset_after` is b_W + Σ W·x + r·(b_R + Σ R·h). The same bits everywhere.
///
/// Not inlined, as none of the kernels: in a caller that is compiled for size it would be, too.
#[inline(never)]
pub fn run(layer: &Layer<'_>, size: usize, memory: &mut [f32], scratch: &mut RecurrentScratch) {
    if size > 0 && fits(layer, size).is_some_and(|fits| fits) && prepare(layer, scratch).is_some() {
        for memory in memory.chunks_exact_mut(size) {
            let _ = run_checked(layer, memory, scratch);
        }
    }
}

/// Whether all places lie within a memory of `len` values and all weights are there. None: numbers too large to be added.
fn fits(l: &Layer<'_>, len: usize) -> Option<bool> {
    let n = l.units;
    let wide = l.cell.gates().checked_mul(n)?;
    let run = |at: Option<usize>, count: usize| {
        Some(at.is_none_or(|at| at.checked_add(count).is_some_and(|end| end <= len)))
    };
    let last_step = l.length.saturating_sub(1);
    let inputs = last_step.checked_mul(l.input_stride)?.checked_add(l.inputs)?;
    let outputs = last_step.checked_mul(l.output_stride)?.checked_add(n)?;
    let places = run(Some(l.input), inputs)?
        && run(l.output, outputs)?
        && run(l.mask, l.length)?
        && run(l.steps, 1)?
        && [l.initial, l.initial_cell, l.last, l.last_cell].into_iter().all(|at| run(at, n) == Some(true));
    let weights = l.weights.len() >= l.inputs.checked_mul(wide)?
        && l.recurrent.len() >= n.checked_mul(wide)?
        && l.bias.len() >= wide.checked_mul(2)?;
    Some(n > 0 && places && weights)
}

/// Puts weights and biases into the order in which they are read.
fn prepare(l: &Layer<'_>, s: &mut RecurrentScratch) -> Option<()> {
    let (n, layout) = (l.units, Layout::new(l.cell, l.units));
    let wide = l.cell.gates() * n;
    // The gates of a row.
    let natural = [0, n, 2 * n, 3 * n];
    let candidate_first = [2 * n, 0, n];
    let gru = matches!(l.cell, Cell::Gru { .. });
    let runs = if gru { &candidate_first[..] } else { natural.get(..l.cell.gates())? };
    let len = packed_len(l.cell, l.inputs, n)? / (GROUP * LANES);
    if s.packed.len() < len {
        s.packed.resize(len, Weights::NONE);
    }
    let [inputs, recurrent, last] = layout.parts(l, &mut s.packed)?;
    pack(l.weights, l.inputs, wide, n, runs, inputs);
    pack(l.recurrent, n, wide, n, natural.get(..layout.first)?, recurrent);
    pack(l.recurrent, n, wide, n, &[2 * n], last);
    let (bias, recurrent_bias) = l.bias.split_at_checked(wide)?;
    s.bias.clear();
    s.bias.resize(layout.row, 0.0);
    for (&run, places) in runs.iter().zip(s.bias.chunks_exact_mut(layout.gate)) {
        let places = places.get_mut(..n)?;
        let apart = l.cell == (Cell::Gru { reset_after: true }) && run == 2 * n;
        zip(
            places,
            [bias.get(run..)?, recurrent_bias.get(run..)?],
            |_, [a, b]| if apart { a } else { a + b },
        );
    }
    if l.cell == (Cell::Gru { reset_after: true }) {
        s.bias
            .get_mut(3 * layout.gate..)?
            .get_mut(..n)?
            .copy_from_slice(recurrent_bias.get(2 * n..)?.get(..n)?);
    }
    s.rows.clear();
    for _ in 0..l.length.min(TOGETHER) {
        s.rows.extend_from_slice(&s.bias);
    }
    s.gates.resize(layout.first * layout.gate, 0.0);
    // Whole groups of inputs are read where they are.
    let x = if l.inputs.is_multiple_of(GROUP) { 0 } else { l.inputs };
    for (values, len) in [(&mut s.x, x), (&mut s.reset, n)] {
        values.clear();
        values.resize(len.next_multiple_of(GROUP), 0.0);
    }
    Some(())
}

fn run_checked(l: &Layer<'_>, memory: &mut [f32], s: &mut RecurrentScratch) -> Option<()> {
    let (n, layout) = (l.units, Layout::new(l.cell, l.units));
    let read = |at: Option<usize>, memory: &[f32], into: &mut Vec<f32>| {
        into.clear();
        into.extend(at.and_then(|at| memory.get(at..at + n)).unwrap_or_default());
        into.resize(n.next_multiple_of(GROUP), 0.0);
    };
    read(l.initial, memory, &mut s.state);
    read(l.initial_cell, memory, &mut s.cell);
    let count = match l.steps {
        Some(at) => (*memory.get(at)? as usize).min(l.length),
        None => l.length,
    };
    let all = l.cell.gates() * layout.gate;
    let [inputs, recurrent, last] = layout.parts(l, &mut s.packed)?;
    let bias = sums(&mut s.bias).get(..all / LANES)?;
    let mut done = 0;
    while done < count {
        let some = TOGETHER.min(count - done);
        let first = if l.backward { count - done - some } else { done };
        for (t, row) in (first..first + some).zip(s.rows.chunks_exact_mut(layout.row)) {
            let at = l.input + t * l.input_stride;
            let x = memory.get(at..at + l.inputs)?;
            let x = if s.x.is_empty() {
                x
            } else {
                zip(s.x.get_mut(..l.inputs)?, [x], |_, [x]| x);
                &s.x
            };
            product(inputs, x, bias, sums(row.get_mut(..all)?));
        }
        for k in 0..some {
            let k = if l.backward { some - 1 - k } else { k };
            let t = first + k;
            if l.mask.is_none_or(|at| memory.get(at + t).is_some_and(|mask| *mask != 0.0)) {
                let row = s.rows.get_mut(k * layout.row..(k + 1) * layout.row)?;
                let step = Step {
                    n,
                    layout,
                    row,
                    gates: &mut s.gates,
                    state: &mut s.state,
                    cell: &mut s.cell,
                    reset: &mut s.reset,
                };
                step.run(l.cell, l.functions, [recurrent, last])?;
            }
            if let Some(at) = l.output {
                zip(memory.get_mut(at + t * l.output_stride..)?.get_mut(..n)?, [&s.state], |_, [h]| h);
            }
        }
        done += some;
    }
    if let Some(at) = l.output {
        for t in count..l.length {
            memory.get_mut(at + t * l.output_stride..)?.get_mut(..n)?.fill(0.0);
        }
    }
    for (at, values) in [(l.last, &s.state), (l.last_cell, &s.cell)] {
        if let Some(at) = at {
            memory.get_mut(at..at + n)?.copy_from_slice(values.get(..n)?);
        }
    }
    Some(())
}

/// The alpha and beta of an activation in a cell: the defaults of ONNX.
pub fn parameters(activation: Activation) -> (f32, f32) {
    match activation {
        Activation::LeakyRelu => (0.01, 0.0),
        Activation::HardSigmoid => (0.2, 0.5),
        _ => (1.0, 0.0),
    }
}
