//! Recurrent layers: simple, gated (GRU) and long short-term memory (LSTM).

use crate::activate::{Activation, map};
use crate::dense::dense;

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
    /// Activations: f; GRU f, g; LSTM f, g, h. The others are not looked at. See [`parameters`].
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

/// The alpha and beta of an activation in a cell: the defaults of ONNX.
pub fn parameters(activation: Activation) -> (f32, f32) {
    match activation {
        Activation::LeakyRelu => (0.01, 0.0),
        Activation::HardSigmoid => (0.2, 0.5),
        _ => (1.0, 0.0),
    }
}

/// Memory that a layer needs while it runs.
#[derive(Clone, Debug, Default)]
pub struct RecurrentScratch {
    state: Vec<f32>,
    cell: Vec<f32>,
    input: Vec<f32>,
    gates: Vec<f32>,
    more: Vec<f32>,
}

/// Runs the layer over its sequence in `memory`. Places outside the memory or weights that are too few end the run.
pub fn run(layer: &Layer<'_>, memory: &mut [f32], scratch: &mut RecurrentScratch) {
    let _ = try_run(layer, memory, scratch);
}

fn apply(f: Activation, values: &mut [f32]) {
    let (alpha, beta) = parameters(f);
    map(f, alpha, beta, values);
}

fn try_run(l: &Layer<'_>, memory: &mut [f32], s: &mut RecurrentScratch) -> Option<()> {
    let n = l.units;
    let wide = l.cell.gates() * n;
    let place = |at: usize| at..at + n;
    let load = |at: Option<usize>, memory: &[f32], into: &mut Vec<f32>| {
        into.clear();
        match at {
            Some(at) => into.extend_from_slice(memory.get(place(at))?),
            None => into.resize(n, 0.0),
        }
        Some(())
    };
    load(l.initial, memory, &mut s.state)?;
    load(l.initial_cell, memory, &mut s.cell)?;
    let (bias, recurrent_bias) = l.bias.split_at_checked(wide)?;
    let count = match l.steps {
        Some(at) => (*memory.get(at)? as usize).min(l.length),
        None => l.length,
    };
    s.input.resize(wide, 0.0);
    s.gates.resize(wide, 0.0);
    s.more.resize(n, 0.0);
    for k in 0..count {
        let t = if l.backward { count - 1 - k } else { k };
        let masked = match l.mask {
            Some(at) => *memory.get(at + t)? == 0.0,
            None => false,
        };
        if !masked {
            let x = memory.get(l.input + t * l.input_stride..)?.get(..l.inputs)?;
            dense(l.weights, bias, 1, l.inputs, wide, x, &mut s.input);
            dense(l.recurrent, recurrent_bias, 1, n, wide, &s.state, &mut s.gates);
            step(l, recurrent_bias, s)?;
        }
        if let Some(at) = l.output {
            memory.get_mut(place(at + t * l.output_stride))?.copy_from_slice(&s.state);
        }
    }
    if let Some(at) = l.output {
        for t in count..l.length {
            memory.get_mut(place(at + t * l.output_stride))?.fill(0.0);
        }
    }
    if let Some(at) = l.last {
        memory.get_mut(place(at))?.copy_from_slice(&s.state);
    }
    if let Some(at) = l.last_cell {
        memory.get_mut(place(at))?.copy_from_slice(&s.cell);
    }
    Some(())
}

fn step(l: &Layer<'_>, recurrent_bias: &[f32], s: &mut RecurrentScratch) -> Option<()> {
    let n = l.units;
    let [f, g, h] = l.functions;
    let add = |a: &mut [f32], b: &[f32]| a.iter_mut().zip(b).for_each(|(a, b)| *a += *b);
    let multiply = |a: &mut [f32], b: &[f32]| a.iter_mut().zip(b).for_each(|(a, b)| *a *= *b);
    match l.cell {
        Cell::Simple => {
            add(&mut s.input, &s.gates);
            apply(f, &mut s.input);
            s.state.copy_from_slice(&s.input);
        }
        Cell::Gru { reset_after } => {
            let (zr, candidate) = s.input.split_at_mut_checked(2 * n)?;
            add(zr, s.gates.get(..2 * n)?);
            apply(f, zr);
            let (z, r) = zr.split_at_checked(n)?;
            let last = s.gates.get_mut(2 * n..)?;
            if reset_after {
                multiply(last, r);
            } else {
                s.more.copy_from_slice(&s.state);
                multiply(&mut s.more, r);
                last.copy_from_slice(recurrent_bias.get(2 * n..3 * n)?);
                for (x, w) in s.more.iter().zip(l.recurrent.chunks_exact(3 * n)) {
                    last.iter_mut().zip(w.get(2 * n..)?).for_each(|(y, w)| *y += x * w);
                }
            }
            add(candidate, last);
            apply(g, candidate);
            for ((state, z), c) in s.state.iter_mut().zip(z).zip(candidate) {
                *state = (1.0 - z) * *c + z * *state;
            }
        }
        Cell::Lstm => {
            add(&mut s.input, &s.gates);
            let (iof, c) = s.input.split_at_mut_checked(3 * n)?;
            apply(f, iof);
            apply(g, c);
            let (i, of) = iof.split_at_checked(n)?;
            let (o, forget) = of.split_at_checked(n)?;
            for (((cell, forget), i), c) in s.cell.iter_mut().zip(forget).zip(i).zip(c) {
                *cell = *forget * *cell + i * *c;
            }
            s.state.copy_from_slice(&s.cell);
            apply(h, &mut s.state);
            multiply(&mut s.state, o);
        }
    }
    Some(())
}
