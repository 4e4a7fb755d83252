//! Complete trees: small trees padded to one depth, without child pointers. Eight trees make one heap: their roots are the
//! nodes 8 to 15, and the children of node `i` are `2i` (right) and `2i + 1` (left), so a walk is `i = 2i + left` from whichever
//! root. One heap instead of eight needs one base address instead of eight, which is what lets eight walks stay in registers.

use super::Parts;
use super::answers::Left;
use super::bins::Bins;
use super::real::{Real, narrow};

/// Trees that are walked side by side, so that their loads overlap. Below 8 the compiler undoes the interleaving.
pub(super) const SIDE: usize = 8;
/// Deepest trees of this layout.
pub(super) const DEEPEST: u32 = 8;
/// Size of the largest heap. Nodes and leaves are followed by as many that mean nothing, so that an array of this size can be
/// taken at each heap, whatever its own size.
const LARGEST: usize = SIDE << DEEPEST;

/// The layout. Trees stand in output order, each output's in the trainer's order and padded to whole groups of [`SIDE`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Perfect<T> {
    pub(super) depth: u32,
    /// Places of the tests, `SIDE · 2^depth` a group; the first eight of a group are not used.
    pub(super) nodes: Vec<u16>,
    /// `2^depth` a tree, tree after tree.
    pub(super) leaves: Vec<T>,
    pub(super) runs: Vec<Run>,
}

/// The trees of one output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    pub(super) output: u32,
    /// Groups of [`SIDE`] trees.
    pub(super) groups: usize,
}

/// The trees of each output, by number, in the trainer's order.
#[inline]
pub(super) fn trees_by_output(parts: &Parts) -> Vec<(u32, Vec<usize>)> {
    let mut by_output: Vec<(u32, Vec<usize>)> =
        (0..parts.base.len()).map(|k| (k as u32, Vec::new())).collect();
    for (tree, output) in parts.outputs.iter().enumerate() {
        if let Some((_, trees)) = output.and_then(|k| by_output.get_mut(k as usize)) {
            trees.push(tree);
        }
    }
    by_output
}

/// By test number, its place in the answers.
#[inline]
pub(super) fn places(parts: &Parts, bins: &Bins<f64>) -> Vec<u32> {
    let slots = parts.tests.slots.iter().zip(&bins.slots);
    slots.flat_map(|(slot, bin)| (0..slot.len).map(|i| bin.first + i)).collect()
}

impl Perfect<f64> {
    #[inline]
    pub(super) fn new(parts: &Parts, places: &[u32]) -> Self {
        let depth = parts.shape.trees().iter().map(|t| t.depth).max().unwrap_or(0).clamp(1, DEEPEST);
        let size = 1_usize << depth;
        let by_output = trees_by_output(parts);
        let trees: usize = by_output.iter().map(|(_, t)| t.len().next_multiple_of(SIDE)).sum();
        let mut nodes = vec![0_u16; trees * size + LARGEST];
        let mut leaves = vec![f64::NOTHING; trees * size + LARGEST];
        let mut runs = Vec::with_capacity(by_output.len());
        let mut at = 0;
        for (output, trees) in &by_output {
            for (eight, trees) in trees.chunks(SIDE).enumerate() {
                let group = (at + eight * SIDE) * size..(at + eight * SIDE + SIDE) * size;
                if let (Some(nodes), Some(leaves)) = (nodes.get_mut(group.clone()), leaves.get_mut(group)) {
                    for (i, &tree) in trees.iter().enumerate() {
                        lay_out(parts, tree, SIDE + i, places, nodes, leaves);
                    }
                }
            }
            let groups = trees.len().div_ceil(SIDE);
            at += groups * SIDE;
            runs.push(Run { output: *output, groups });
        }
        Self { depth, nodes, leaves, runs }
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Perfect<f32> {
        let Self { depth, nodes, leaves, runs } = self;
        Perfect { depth, nodes, leaves: narrow(&leaves), runs }
    }
}

impl<T: Real> Perfect<T> {
    /// Adds each output's trees to its sum.
    #[inline(never)]
    pub(super) fn add(&self, left: &Left, sums: &mut [T]) {
        let mut from = 0;
        for run in &self.runs {
            let (nodes, leaves) = (self.nodes.get(from..), self.leaves.get(from..));
            let sum = sums.get_mut(run.output as usize);
            if let (Some(nodes), Some(leaves), Some(sum)) = (nodes, leaves, sum) {
                *sum = walk(self.depth, run.groups, nodes, leaves, left, *sum);
            }
            from += (run.groups * SIDE) << self.depth;
        }
    }
}

/// Walks `groups` groups of trees of one depth and adds their leaves in order. The depth is not a constant, because the compiler
/// would then unroll the levels and keep every bit of every path apart.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "a u16 indexes 2^16 answers; node numbers are masked")]
fn walk<T: Real>(depth: u32, groups: usize, nodes: &[u16], leaves: &[T], left: &Left, mut sum: T) -> T {
    let group = SIDE << depth;
    for from in (0..groups * group).step_by(group) {
        // The heap, and what stands behind it and is never read: with a size that is known, a mask bounds the index.
        let nodes = nodes.get(from..).and_then(<[u16]>::first_chunk::<LARGEST>);
        let leaves = leaves.get(from..).and_then(<[T]>::first_chunk::<LARGEST>);
        let (Some(nodes), Some(leaves)) = (nodes, leaves) else { return sum };
        let mut at: [usize; SIDE] = core::array::from_fn(|tree| SIDE + tree);
        let down = |at: &mut [usize; SIDE]| {
            for at in at {
                *at = 2 * *at + usize::from(left[usize::from(nodes[*at % LARGEST])]);
            }
        };
        // Two levels a turn: a host that stops what runs too long looks at the clock in every turn.
        for _ in 0..depth / 2 {
            down(&mut at);
            down(&mut at);
        }
        if depth % 2 == 1 {
            down(&mut at);
        }
        // Below the last level, node `group + i` is leaf `i`.
        for at in at {
            sum = sum + leaves[(at - group) % LARGEST];
        }
    }
    sum
}

/// Fills the nodes and leaves of one tree, whose root has the number `root`, in its group's. Below a leaf that stands higher
/// than the padded depth, every path ends in that leaf.
#[inline]
fn lay_out(parts: &Parts, tree: usize, root: usize, places: &[u32], nodes: &mut [u16], leaves: &mut [f64]) {
    let Some(span) = parts.shape.trees().get(tree) else { return };
    let mut splits = parts.splits.iter().skip(span.split as usize);
    // Without vector leaves, a leaf's number is its value's.
    let mut values = parts.values.iter().skip(span.leaf as usize);
    let (mut at, mut open) = (root, Vec::new());
    for is_split in parts.shape.of(span) {
        if is_split {
            let place = splits.next().and_then(|&test| places.get(test as usize));
            if let (Some(node), Some(&place)) = (nodes.get_mut(at), place) {
                *node = place as u16;
            }
            open.push(2 * at);
            at = 2 * at + 1;
        } else {
            let value = values.next().copied().unwrap_or(0.0);
            let (mut from, mut to) = (at, at + 1);
            while from < leaves.len() {
                (from, to) = (2 * from, 2 * to);
            }
            let size = leaves.len();
            leaves.get_mut(from - size..to - size).unwrap_or(&mut []).fill(value);
            at = open.pop().unwrap_or(root);
        }
    }
}
