//! What a cell does in one step.

use super::{Cell, Layer, parameters};
use crate::activate::{Activation, map};
use crate::dense::{Matrix, one_row};
use crate::functions::{sigmoid, tanh};
use crate::vector::{F4, zip};

/// The memory of a step.
pub(super) struct Step<'a> {
    /// W·x and the biases.
    pub(super) gates: &'a mut [f32],
    /// The state, before and after.
    pub(super) state: &'a mut [f32],
    /// An LSTM's.
    pub(super) cell: &'a mut [f32],
    /// Of a GRU: what the reset gate multiplies, or has multiplied.
    pub(super) reset: &'a mut [f32],
}

impl Step<'_> {
    /// The step with the recurrent weights of all gates; of a GRU, without those of the last gate, which come after.
    pub(super) fn run(self, l: &Layer<'_>, [most, last]: [Matrix<'_>; 2], bias: &[f32]) -> Option<()> {
        use Activation::{Sigmoid, Tanh};
        match (l.cell, l.functions) {
            (Cell::Simple, [f, ..]) => {
                one_row(most, self.state, None, self.gates);
                apply(f, self.gates);
                self.state.copy_from_slice(self.gates);
                Some(())
            }
            (Cell::Gru { reset_after }, [Sigmoid, Tanh, _]) => {
                self.usual_gru(reset_after, [most, last], bias)
            }
            (Cell::Gru { reset_after }, [f, g, _]) => self.gru(reset_after, [most, last], bias, [f, g]),
            (Cell::Lstm, [Sigmoid, Tanh, Tanh]) => self.usual_lstm(most),
            (Cell::Lstm, functions) => self.lstm(most, functions),
        }
    }

    fn gru(
        self,
        reset_after: bool,
        [most, last]: [Matrix<'_>; 2],
        bias: &[f32],
        [f, g]: [Activation; 2],
    ) -> Option<()> {
        let n = self.state.len();
        let (zr, candidate) = self.gates.split_at_mut_checked(2 * n)?;
        one_row(most, self.state, None, zr);
        apply(f, zr);
        let (z, r) = zr.split_at_checked(n)?;
        if reset_after {
            one_row(last, self.state, bias.get(2 * n..), self.reset);
            zip(candidate, [r, self.reset], |c, [r, reset]| c + r * reset);
        } else {
            zip(self.reset, [self.state, r], |_, [h, r]| h * r);
            one_row(last, self.reset, None, candidate);
        }
        apply(g, candidate);
        zip(self.state, [z, candidate], |h, [z, c]| (F4::splat(1.0) - z) * c + z * h);
        Some(())
    }

    /// The same with σ and tanh, in one pass after the products.
    fn usual_gru(self, reset_after: bool, [most, last]: [Matrix<'_>; 2], bias: &[f32]) -> Option<()> {
        let n = self.state.len();
        let (zr, candidate) = self.gates.split_at_mut_checked(2 * n)?;
        one_row(most, self.state, None, zr);
        let (z, r) = zr.split_at_checked(n)?;
        if reset_after {
            one_row(last, self.state, bias.get(2 * n..), self.reset);
            zip(self.state, [z, r, candidate, self.reset], |h, [z, r, c, reset]| {
                next_state(h, z, c + sigmoid(r) * reset)
            });
        } else {
            zip(self.reset, [self.state, r], |_, [h, r]| h * sigmoid(r));
            one_row(last, self.reset, None, candidate);
            zip(self.state, [z, candidate], |h, [z, c]| next_state(h, z, c));
        }
        Some(())
    }

    fn lstm(self, matrix: Matrix<'_>, [f, g, h]: [Activation; 3]) -> Option<()> {
        let n = self.state.len();
        one_row(matrix, self.state, None, self.gates);
        let (iof, c) = self.gates.split_at_mut_checked(3 * n)?;
        apply(f, iof);
        apply(g, c);
        let (i, of) = iof.split_at_checked(n)?;
        let (o, forget) = of.split_at_checked(n)?;
        zip(self.cell, [forget, i, c], |cell, [forget, i, c]| forget * cell + i * c);
        self.state.copy_from_slice(self.cell);
        apply(h, self.state);
        zip(self.state, [o], |state, [o]| state * o);
        Some(())
    }

    /// The same with σ and tanh, in two passes after the products.
    fn usual_lstm(self, matrix: Matrix<'_>) -> Option<()> {
        let n = self.state.len();
        one_row(matrix, self.state, None, self.gates);
        let (i, rest) = self.gates.split_at_checked(n)?;
        let (o, rest) = rest.split_at_checked(n)?;
        let (forget, c) = rest.split_at_checked(n)?;
        zip(self.cell, [forget, i, c], |cell, [forget, i, c]| sigmoid(forget) * cell + sigmoid(i) * tanh(c));
        zip(self.state, [self.cell, o], |_, [cell, o]| tanh(cell) * sigmoid(o));
        Some(())
    }
}

/// Of a GRU, by the gates before their functions.
#[inline(always)]
fn next_state(h: F4, z: F4, c: F4) -> F4 {
    let z = sigmoid(z);
    (F4::splat(1.0) - z) * tanh(c) + z * h
}

fn apply(f: Activation, values: &mut [f32]) {
    let (alpha, beta) = parameters(f);
    map(f, alpha, beta, values);
}
