//! Recurrent layers: simple, gated (GRU) and long short-term memory (LSTM).

mod cells;
#[cfg(test)]
mod tests;

use self::cells::Step;
use crate::activate::Activation;
use crate::dense::{Matrix, pack, strided};
use crate::vector::zip;

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

/// Memory that a layer needs while it runs.
#[derive(Clone, Debug, Default)]
pub struct RecurrentScratch {
    state: Vec<f32>,
    cell: Vec<f32>,
    /// Of each step: the biases that are added before anything else.
    bias: Vec<f32>,
    /// W·x and the biases of some steps; a step turns its row into gates.
    gates: Vec<f32>,
    /// Of a GRU: what the reset gate multiplies.
    reset: Vec<f32>,
    /// Of a long sequence: the recurrent weights in the order in which they are read.
    packed: Vec<f32>,
}

/// Steps whose W·x is computed at once, so that the weights are read once for all of them.
const TOGETHER: usize = 16;

/// Steps from which on it pays to put the recurrent weights into the order in which they are read.
const LONG: usize = 12;

/// Values of a cache line.
const LINE: usize = 16;

/// Runs the layer over its sequence in `memory`. If a place lies outside the memory or there are too few weights, nothing is done.
///
/// A gate is (b_W + b_R) + Σ W·x + Σ R·h, added in this order and in that of the inputs and units; the last gate of a GRU with
/// `reset_after` is b_W + Σ W·x + r·(b_R + Σ R·h). The same bits everywhere.
///
/// Not inlined, as none of the kernels: in a caller that is compiled for size it would be, too.
#[inline(never)]
pub fn run(layer: &Layer<'_>, memory: &mut [f32], scratch: &mut RecurrentScratch) {
    if fits(layer, memory.len()).is_some_and(|fits| fits) {
        let _ = run_checked(layer, memory, scratch);
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

fn run_checked(l: &Layer<'_>, memory: &mut [f32], s: &mut RecurrentScratch) -> Option<()> {
    let n = l.units;
    let wide = l.cell.gates() * n;
    let read = |at: Option<usize>, memory: &[f32], into: &mut Vec<f32>| {
        into.clear();
        into.extend(at.and_then(|at| memory.get(at..at + n)).unwrap_or_default());
        into.resize(n, 0.0);
    };
    read(l.initial, memory, &mut s.state);
    read(l.initial_cell, memory, &mut s.cell);
    let (bias, recurrent_bias) = l.bias.split_at_checked(wide)?;
    s.bias.clear();
    s.bias.extend_from_slice(bias);
    let separate = if l.cell == (Cell::Gru { reset_after: true }) { n } else { 0 };
    zip(s.bias.get_mut(..wide - separate)?, [recurrent_bias], |a, [b]| a + b);
    s.gates.resize(wide * l.length.min(TOGETHER), 0.0);
    s.reset.resize(n, 0.0);

    let count = match l.steps {
        Some(at) => (*memory.get(at)? as usize).min(l.length),
        None => l.length,
    };
    // The last gate of a GRU is multiplied apart.
    let apart = if matches!(l.cell, Cell::Gru { .. }) { n } else { 0 };
    let [most, last] = [(0, wide - apart), (wide - apart, apart)].map(|(first, outputs)| Matrix {
        weights: l.recurrent,
        columns: wide,
        first,
        outputs,
    });
    s.packed.clear();
    let recurrent = if count < LONG {
        [most, last]
    } else {
        // From a cache line's start on: a vector that lies in two lines is read twice.
        s.packed.reserve(n * wide + LINE);
        let start = s.packed.as_ptr().align_offset(4 * LINE).min(LINE);
        s.packed.resize(start, 0.0);
        pack(most, n, &mut s.packed);
        pack(last, n, &mut s.packed);
        let (first, second) = s.packed.get(start..)?.split_at_checked(n * most.outputs)?;
        [Matrix { weights: first, columns: 0, ..most }, Matrix { weights: second, columns: 0, ..last }]
    };
    let matrix = Matrix { weights: l.weights, columns: wide, first: 0, outputs: wide };
    let mut done = 0;
    while done < count {
        let some = TOGETHER.min(count - done);
        let first = if l.backward { count - done - some } else { done };
        let x = memory.get(l.input + first * l.input_stride..)?;
        strided(matrix, &s.bias, some, l.inputs, x, l.input_stride, &mut s.gates)?;
        for k in 0..some {
            let k = if l.backward { some - 1 - k } else { k };
            let t = first + k;
            if l.mask.is_none_or(|at| memory.get(at + t).is_some_and(|mask| *mask != 0.0)) {
                let gates = s.gates.get_mut(k * wide..(k + 1) * wide)?;
                Step { gates, state: &mut s.state, cell: &mut s.cell, reset: &mut s.reset }.run(
                    l,
                    recurrent,
                    recurrent_bias,
                )?;
            }
            if let Some(at) = l.output {
                memory.get_mut(at + t * l.output_stride..)?.get_mut(..n)?.copy_from_slice(&s.state);
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
            memory.get_mut(at..at + n)?.copy_from_slice(values);
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
