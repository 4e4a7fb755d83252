//! Weights in the order in which a step of a recurrent layer reads them, and their product with one run of values.
//!
//! Eight inputs go by together: their values stay in registers, each sum of four outputs is read and written once for all
//! eight, and the weights are read one after the other. Loops that hold many sums in registers lose twice as much time where the engine looks at
//! a clock in each round (wasmtime's epochs): it then saves and restores them all. What the sums are is not changed by any of it: the start
//! and then the products in the order of the inputs, each product and each sum rounded to f32.

use core::array::from_fn;
use core::cell::Cell;

use crate::vector::{F4, LANES, padded};

/// Inputs that go by together.
pub(super) const GROUP: usize = 8;
/// Vectors of outputs in a round of the loop.
const BLOCK: usize = 6;
/// Four sums.
pub(super) type Sums = Cell<[f32; LANES]>;

/// Of each input of a group the weights of four outputs. Aligned, as a vector that lies in two cache lines is read twice.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Weights([[f32; LANES]; GROUP]);

impl Weights {
    pub(super) const NONE: Self = Self([[-0.0; LANES]; GROUP]);
}

/// Fills `packed` with columns of the matrix `[inputs][columns]`: of each group of inputs, the runs of `units` from the places in `runs` on,
/// each rounded up to vectors.
///
/// The weights of inputs that are not there are −0: with a value of 0 they add −0, which changes no sum.
pub(super) fn pack(
    matrix: &[f32],
    inputs: usize,
    columns: usize,
    units: usize,
    runs: &[usize],
    packed: &mut [Weights],
) {
    let vectors = units.div_ceil(LANES);
    let matrix = matrix.get(..inputs * columns).unwrap_or_default();
    let mut places = packed.chunks_exact_mut(vectors.max(1));
    for group in matrix.chunks(columns.max(1) * GROUP) {
        for (&run, places) in runs.iter().zip(&mut places) {
            // Past the run there are other weights, whose sums nobody reads.
            let rows: [_; GROUP] =
                from_fn(|input| group.get(input * columns + run..).unwrap_or(&[]).as_chunks());
            let rests = rows.map(|(full, rest)| match (full, rest) {
                ([], []) => [-0.0; LANES],
                _ => padded(rest),
            });
            for (at, Weights(vector)) in places.iter_mut().enumerate() {
                for ((four, (full, _)), rest) in vector.iter_mut().zip(&rows).zip(&rests) {
                    *four = *full.get(at).unwrap_or(rest);
                }
            }
        }
    }
}

/// `to` = `from` + x·W, with as many vectors as `to` has; the two may be the same. `x` has zeros up to a whole group.
#[inline(never)]
pub(super) fn product<'a>(weights: &[Weights], x: &[f32], mut from: &'a [Sums], to: &'a [Sums]) {
    if to.is_empty() || x.is_empty() {
        from.iter().zip(to).for_each(|(from, to)| to.set(from.get()));
        return;
    }
    for (x, weights) in x.as_chunks::<GROUP>().0.iter().zip(weights.chunks_exact(to.len())) {
        let x = x.map(F4::splat);
        let (blocks, weights) = weights.as_chunks::<BLOCK>();
        let (from_blocks, from_rest) = from.as_chunks::<BLOCK>();
        let (to_blocks, to_rest) = to.as_chunks::<BLOCK>();
        for ((weights, from), to) in blocks.iter().zip(from_blocks).zip(to_blocks) {
            for ((weights, from), to) in weights.iter().zip(from).zip(to) {
                vector(&x, weights, from, to);
            }
        }
        for ((weights, from), to) in weights.iter().zip(from_rest).zip(to_rest) {
            vector(&x, weights, from, to);
        }
        from = to;
    }
}

/// Four sums with the products of a group.
#[inline(always)]
fn vector(x: &[F4; GROUP], Weights(weights): &Weights, from: &Sums, to: &Sums) {
    let mut sum = F4::load(&from.get());
    for (x, w) in x.iter().zip(weights) {
        sum = sum + *x * F4::load(w);
    }
    to.set(sum.lanes());
}

/// Values as sums.
pub(super) fn sums(values: &mut [f32]) -> &[Sums] {
    Cell::from_mut(values.as_chunks_mut::<LANES>().0).as_slice_of_cells()
}

#[cfg(test)]
mod tests;
