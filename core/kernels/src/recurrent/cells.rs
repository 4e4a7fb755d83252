//! What a cell does in one step.

use super::packed::{Weights, product, sums};
use super::{Cell, Layout, parameters};
use crate::activate::{Activation, map};
use crate::vector::{F4, zip, zip_many};

/// The memory of a step. Runs of `n` values, rounded up, except the states.
pub(super) struct Step<'a> {
    pub(super) n: usize,
    pub(super) layout: Layout,
    /// W·x and the biases.
    pub(super) row: &'a mut [f32],
    /// What becomes the gates.
    pub(super) gates: &'a mut [f32],
    /// The state, before and after.
    pub(super) state: &'a mut [f32],
    /// An LSTM's.
    pub(super) cell: &'a mut [f32],
    /// Of a GRU: what the reset gate has multiplied.
    pub(super) reset: &'a mut [f32],
}

impl Step<'_> {
    /// The step, with the recurrent weights of the gates that it begins with and of the gate that comes after.
    pub(super) fn run(
        self,
        cell: Cell,
        [f, g, p]: [Activation; 3],
        [weights, last]: [&[Weights]; 2],
    ) -> Option<()> {
        let Layout { gate, offset, .. } = self.layout;
        let start = sums(self.row.get_mut(offset..)?);
        product(weights, self.state, start, sums(self.gates));
        let state = self.state.get_mut(..self.n)?;
        match cell {
            Cell::Simple => {
                apply(f, self.gates);
                zip(state, [self.gates], |_, [h]| h);
            }
            Cell::Gru { reset_after } => {
                let (zr, after) = self.gates.split_at_mut_checked(2 * gate)?;
                apply(f, zr);
                let (z, r) = zr.split_at_checked(gate)?;
                let candidate = self.row.get_mut(..gate)?;
                if reset_after {
                    zip_many(candidate, [r, after], |c, [r, reset]| c + r * reset);
                } else {
                    zip(self.reset.get_mut(..self.n)?, [state, r], |_, [h, r]| h * r);
                    let sums = sums(candidate);
                    product(last, self.reset, sums, sums);
                }
                apply(g, candidate);
                zip_many(state, [z, candidate], |h, [z, c]| (F4::splat(1.0) - z) * c + z * h);
            }
            Cell::Lstm => {
                let (iof, c) = self.gates.split_at_mut_checked(3 * gate)?;
                apply(f, iof);
                apply(g, c);
                let (i, of) = iof.split_at_checked(gate)?;
                let (o, forget) = of.split_at_checked(gate)?;
                let cell = self.cell.get_mut(..self.n)?;
                zip(cell, [forget, i, c], |cell, [forget, i, c]| forget * cell + i * c);
                zip(state, [cell], |_, [cell]| cell);
                apply(p, state);
                zip(state, [o], |state, [o]| state * o);
            }
        }
        Some(())
    }
}

fn apply(f: Activation, values: &mut [f32]) {
    let (alpha, beta) = parameters(f);
    map(f, alpha, beta, values);
}
