//! Complete trees over 128 rows: no row walks. Level by level, the planes of the nodes that rows stand at are selected with
//! the planes of the decisions above, until the bits of each row's leaf number stand in one plane a level.

use super::perfect::{Perfect, SIDE};
use super::plane::{Plane, ROWS, numbers};
use super::real::Real;

impl<T: Real> Perfect<T> {
    /// Adds each output's trees to the sums of 128 rows: `sums` has [`ROWS`] an
    /// output, in the order of `place_of`.
    pub(super) fn add_sliced(&self, left: &[Plane], sums: &mut [T]) {
        let mut from = 0;
        for run in &self.runs {
            let to = from + ((run.groups * SIDE) << self.depth);
            let start = run.output as usize * ROWS;
            let (nodes, leaves) = (self.nodes.get(from..to), self.leaves.get(from..to));
            let sums = sums.get_mut(start..start + ROWS).and_then(|s| s.as_mut_array::<ROWS>());
            if let (Some(nodes), Some(leaves), Some(sums)) = (nodes, leaves, sums) {
                match self.depth {
                    1 => run_trees::<T, 1, 2>(nodes, leaves, left, sums),
                    2 => run_trees::<T, 2, 4>(nodes, leaves, left, sums),
                    3 => run_trees::<T, 3, 8>(nodes, leaves, left, sums),
                    4 => run_trees::<T, 4, 16>(nodes, leaves, left, sums),
                    5 => run_trees::<T, 5, 32>(nodes, leaves, left, sums),
                    6 => run_trees::<T, 6, 64>(nodes, leaves, left, sums),
                    7 => run_trees::<T, 7, 128>(nodes, leaves, left, sums),
                    _ => run_trees::<T, 8, 256>(nodes, leaves, left, sums),
                }
            }
            from = to;
        }
    }
}

/// `SIZE` is `2^DEPTH`.
#[inline(never)]
fn run_trees<T: Real, const DEPTH: usize, const SIZE: usize>(
    nodes: &[u16],
    leaves: &[T],
    left: &[Plane],
    sums: &mut [T; ROWS],
) {
    let (nodes, _) = nodes.as_chunks::<SIZE>();
    let (leaves, _) = leaves.as_chunks::<SIZE>();
    let (nodes, _) = nodes.as_chunks::<SIDE>();
    let (leaves, _) = leaves.as_chunks::<SIDE>();
    let mut at = [[[0; 2]; 8]; SIDE];
    for (nodes, leaves) in nodes.iter().zip(leaves) {
        for (tree, at) in at.iter_mut().enumerate() {
            leaf_numbers::<DEPTH, SIZE>(nodes.as_flattened(), tree, left, at);
        }
        add_leaves(leaves, &at, sums);
    }
}

/// The leaf that each row comes to in one tree.
#[inline(always)]
#[allow(
    clippy::indexing_slicing,
    reason = "levels and halves are below DEPTH and SIZE by the loops' own bounds"
)]
fn leaf_numbers<const DEPTH: usize, const SIZE: usize>(
    nodes: &[u16],
    tree: usize,
    left: &[Plane],
    at: &mut [[u64; 2]; 8],
) {
    // The `i`-th node of a level, which begins at node `SIDE << level` with the first tree's.
    let plane = |level: usize, i: usize| {
        let place = nodes.get(((SIDE + tree) << level) + i).copied().unwrap_or(0);
        left.get(usize::from(place)).copied().unwrap_or(Plane::none())
    };
    let mut decisions = [Plane::none(); DEPTH];
    let mut standing = [Plane::none(); SIZE];
    decisions[0] = plane(0, 0);
    for level in 1..DEPTH {
        let half = 1 << (level - 1);
        for (i, standing) in standing.iter_mut().enumerate().take(half) {
            *standing = decisions[0].select(plane(level, half + i), plane(level, i));
        }
        let mut half = half / 2;
        for above in &decisions[1..level] {
            let (low, high) = standing.split_at_mut(half);
            low.iter_mut().zip(high).for_each(|(low, high)| *low = above.select(*high, *low));
            half /= 2;
        }
        decisions[level] = standing[0];
    }
    let mut bits = [Plane::none(); 8];
    for (bit, decision) in bits.iter_mut().zip(decisions.iter().rev()) {
        *bit = *decision;
    }
    *at = numbers(bits);
}

/// Adds 8 trees' leaves to each row's sum, in order.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "a leaf number is masked")]
pub(super) fn add_leaves<T: Real, const SIZE: usize>(
    leaves: &[[T; SIZE]; SIDE],
    at: &[[[u64; 2]; 8]; SIDE],
    sums: &mut [T; ROWS],
) {
    let (sums, _) = sums.as_chunks_mut::<8>();
    for (eight, sums) in sums.iter_mut().enumerate() {
        let at: [[u8; 8]; SIDE] = at.each_ref().map(|at| at.as_flattened()[eight % 16].to_le_bytes());
        for (row, sum) in sums.iter_mut().enumerate() {
            for (at, leaves) in at.iter().zip(leaves) {
                *sum = *sum + leaves[usize::from(at[row]) % SIZE];
            }
        }
    }
}
