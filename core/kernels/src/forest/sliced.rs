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
        let (size, group) = (1 << self.depth, SIDE << self.depth);
        let mut standing: Standing = [Plane::none(); REACH / 8];
        let mut at = [[[0; 2]; 8]; SIDE];
        let mut from = 0;
        for (run, sums) in self.runs.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
            for _ in 0..run.groups {
                let nodes = self.nodes.get(from..from + group).unwrap_or(&[]);
                leaves_of_eight(self.depth as usize, nodes, left, &mut standing, &mut at);
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

/// Where rows stand while a tree is worked on: two levels are selected at once, so it is a quarter of the widest level but the
/// first. Kept from tree to tree, because clearing it would cost as much as a level.
type Standing = [Plane; REACH / 8];

/// The leaves that rows come to in 8 trees of this depth, whose heap `nodes` is. Apart from the adding, so that it is
/// compiled once and not again for each type of number; the depth is no constant, because the levels' loops gain nothing by it.
#[inline(never)]
fn leaves_of_eight(depth: usize, nodes: &[u16], left: &[Plane], standing: &mut Standing, at: &mut At) {
    for (tree, at) in at.iter_mut().enumerate() {
        leaf_numbers(depth, nodes, tree, left, standing, at);
    }
}

/// The leaf that each row comes to in one tree.
#[inline(always)]
#[allow(
    clippy::indexing_slicing,
    reason = "levels are below 8, and a quarter of a level is within `standing`"
)]
fn leaf_numbers(
    depth: usize,
    nodes: &[u16],
    tree: usize,
    left: &[Plane],
    standing: &mut Standing,
    at: &mut [[u64; 2]; 8],
) {
    // The `i`-th node of a level, which begins at node `SIDE << level` with the first tree's.
    let plane = |level: usize, i: usize| {
        let place = nodes.get(((SIDE + tree) << level) + i).copied().unwrap_or(0);
        left.get(usize::from(place)).copied().unwrap_or(Plane::none())
    };
    let mut decisions = [Plane::none(); 8];
    decisions[0] = plane(0, 0);
    if depth > 1 {
        decisions[1] = decisions[0].select(plane(1, 1), plane(1, 0));
    }
    for level in 2..depth.min(8) {
        // The bit of the first decision counts most: it tells the halves of a level apart.
        let quarter = 1 << (level - 2);
        for (i, standing) in standing.iter_mut().enumerate().take(quarter) {
            let low = decisions[0].select(plane(level, 2 * quarter + i), plane(level, i));
            let high = decisions[0].select(plane(level, 3 * quarter + i), plane(level, quarter + i));
            *standing = decisions[1].select(high, low);
        }
        let mut half = quarter / 2;
        for above in &decisions[2..level] {
            let (low, high) = standing.split_at_mut(half);
            low.iter_mut().zip(high).for_each(|(low, high)| *low = above.select(*high, *low));
            half /= 2;
        }
        decisions[level] = standing[0];
    }
    // The last decision is the lowest bit.
    let mut bits = [Plane::none(); 8];
    let taken = decisions.get(..depth).unwrap_or(&decisions);
    bits.iter_mut().zip(taken.iter().rev()).for_each(|(bit, decision)| *bit = *decision);
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
