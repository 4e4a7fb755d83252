//! Complete trees over 128 rows: no row walks. Level by level, the planes of the nodes that rows stand at are selected with
//! the planes of the decisions above, until the bits of each row's leaf number stand in one plane a level.

use super::perfect::{Perfect, SIDE};
use super::plane::{Plane, ROWS, numbers};
use super::real::Real;

/// Where 128 rows stand in 8 trees: leaf numbers, turned as `numbers` gives them.
type At = [[[u64; 2]; 8]; SIDE];

/// Leaves that a leaf number can name: it is a byte.
pub(super) const REACH: usize = 256;

impl<T: Real> Perfect<T> {
    /// Adds each output's trees to the sums of 128 rows: `sums` has [`ROWS`] an
    /// output, in the order of `place_of`.
    #[inline(never)]
    pub(super) fn add_sliced(&self, left: &[Plane], sums: &mut [T]) {
        // Apart from the leaves, so that it is compiled once a depth and not again for each type of number.
        let find = match self.depth {
            1 => leaves_of_eight::<1, 2>,
            2 => leaves_of_eight::<2, 4>,
            3 => leaves_of_eight::<3, 8>,
            4 => leaves_of_eight::<4, 16>,
            5 => leaves_of_eight::<5, 32>,
            6 => leaves_of_eight::<6, 64>,
            7 => leaves_of_eight::<7, 128>,
            _ => leaves_of_eight::<8, 256>,
        };
        let (size, group) = (1 << self.depth, SIDE << self.depth);
        let mut at = [[[0; 2]; 8]; SIDE];
        let mut from = 0;
        for (run, sums) in self.runs.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
            for _ in 0..run.groups {
                find(self.nodes.get(from..).unwrap_or(&[]), left, &mut at);
                // A leaf number is under `size`: what its array has beyond is other trees' and never read.
                let leaves = core::array::from_fn(|tree| {
                    self.leaves.get(from + tree * size..).and_then(<[T]>::first_chunk::<REACH>)
                });
                if let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)] = leaves {
                    add_leaves([a, b, c, d, e, f, g, h], &at, sums);
                }
                from += group;
            }
        }
    }
}

/// `SIZE` is `2^DEPTH`; `nodes` begins with those of the 8 trees.
#[inline(never)]
fn leaves_of_eight<const DEPTH: usize, const SIZE: usize>(nodes: &[u16], left: &[Plane], at: &mut At) {
    let Some(nodes) = nodes.as_chunks::<SIZE>().0.first_chunk::<SIDE>() else { return };
    for (tree, at) in at.iter_mut().enumerate() {
        leaf_numbers::<DEPTH, SIZE>(nodes.as_flattened(), tree, left, at);
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
#[allow(clippy::indexing_slicing, reason = "a byte indexes 256 leaves; rows are below 8")]
pub(super) fn add_leaves<T: Real>(leaves: [&[T; REACH]; SIDE], at: &At, sums: &mut [T; ROWS]) {
    let (sums, _) = sums.as_chunks_mut::<8>();
    for (eight, sums) in sums.iter_mut().enumerate() {
        let at: [[u8; 8]; SIDE] = at.each_ref().map(|at| at.as_flattened()[eight % 16].to_le_bytes());
        for (row, sum) in sums.iter_mut().enumerate() {
            for (at, leaves) in at.iter().zip(leaves) {
                *sum = *sum + leaves[usize::from(at[row])];
            }
        }
    }
}
