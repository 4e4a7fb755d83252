//! Oblivious trees (CatBoost's symmetric ones): all splits of a level ask one test, so the tests' answers are the bits of the
//! leaf's number, and no path is walked. Eight trees stand side by side, padded to one depth.
//!
//! For one row that is a load of the answer a level; for 128 rows the planes of the answers need no selection at all and are
//! only turned into leaf numbers.

use super::answers::Left;
use super::perfect::{Run, SIDE};
use super::plane::{Plane, ROWS, numbers};
use super::real::{Real, narrow};
use super::sliced::{REACH, add_leaves};
use super::{Parts, leaf_values};

/// Deepest trees of this layout: a leaf number is a byte.
pub(super) const DEEPEST: u32 = 8;
/// Leaves of the largest group.
const LARGEST: usize = SIDE * REACH;

/// The layout. Trees stand in output order, each output's in the trainer's order and padded to whole groups of [`SIDE`]. A tree
/// whose leaves have a value for each output stands once for each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Oblivious<T> {
    depth: u32,
    /// Places of the tests: `depth` levels a group, from the top.
    tests: Vec<[u16; SIDE]>,
    /// `2^depth` a tree, tree after tree, then as many as a group can have that mean nothing.
    leaves: Vec<T>,
    runs: Vec<Run>,
}

/// A tree as the layout needs it.
struct Tree {
    output: Option<u32>,
    /// Test number of each level, from the top.
    tests: Vec<u32>,
    first_value: usize,
}

/// The trees, if each has one test a level.
#[inline]
fn trees(parts: &Parts) -> Option<Vec<Tree>> {
    let mut splits = parts.splits.iter();
    let mut first_value = 0;
    let mut trees = Vec::with_capacity(parts.outputs.len());
    for (span, &output) in parts.shape.trees().iter().zip(&parts.outputs) {
        if span.depth > DEEPEST || span.leaves() != 1 << span.depth {
            return None;
        }
        let mut tests: Vec<u32> = Vec::with_capacity(span.depth as usize);
        // Levels at which right children wait.
        let (mut level, mut open) = (0, Vec::new());
        for is_split in parts.shape.of(span) {
            if is_split {
                let test = *splits.next()?;
                match tests.get(level) {
                    Some(&known) if known != test => return None,
                    Some(_) => {}
                    None => tests.push(test),
                }
                level += 1;
                open.push(level);
            } else if level != span.depth as usize {
                return None;
            } else {
                level = open.pop().unwrap_or(0);
            }
        }
        trees.push(Tree { output, tests, first_value });
        first_value += leaf_values(output, span, parts.base.len());
    }
    Some(trees)
}

impl Oblivious<f64> {
    /// `None` if a level of a tree has more than one test, or a tree is too deep. `places`: by test number, its place in the answers.
    #[inline]
    pub(super) fn new(parts: &Parts, places: &[u32]) -> Option<Self> {
        let trees = trees(parts)?;
        let depth = trees.iter().map(|t| t.tests.len()).max().unwrap_or(0).max(1);
        // Padding may not cost more than it saves, nor make the model much larger than the bundle that it came in.
        if trees.len() << depth > 3 * parts.shape.leaves() + 1024 {
            return None;
        }
        let outputs = parts.base.len();
        let mut all = Self { depth: depth as u32, tests: Vec::new(), leaves: Vec::new(), runs: Vec::new() };
        for k in 0..outputs {
            let own = |tree: &&Tree| tree.output.is_none_or(|output| output as usize == k);
            let own: Vec<&Tree> = trees.iter().filter(own).collect();
            for eight in own.chunks(SIDE) {
                all.push(eight, depth, k, parts, places);
            }
            all.runs.push(Run { output: k as u32, groups: own.len().div_ceil(SIDE) });
        }
        all.leaves.resize(all.leaves.len() + LARGEST, f64::NOTHING);
        Some(all)
    }

    /// Adds a group.
    #[inline]
    fn push(&mut self, trees: &[&Tree], depth: usize, output: usize, parts: &Parts, places: &[u32]) {
        for level in 0..depth {
            let place = |tree: &&Tree| {
                // A level that is padding stands above the tree's own, which asks anything: its halves are the same.
                let own = (level + tree.tests.len()).checked_sub(depth);
                let test = own.and_then(|own| tree.tests.get(own));
                test.and_then(|&test| places.get(test as usize)).copied().unwrap_or(0) as u16
            };
            self.tests.push(core::array::from_fn(|i| trees.get(i).map_or(0, place)));
        }
        for tree in trees {
            let own = 1_usize << tree.tests.len();
            let (step, shift) = if tree.output.is_some() { (1, 0) } else { (parts.base.len(), output) };
            for number in 0..1_usize << depth {
                // Leaves stand from left to right, and an answer of yes, which is 1, goes left.
                let leaf = own - 1 - number % own;
                let value = parts.values.get(tree.first_value + leaf * step + shift);
                self.leaves.push(value.copied().unwrap_or(0.0));
            }
        }
        self.leaves.resize(self.leaves.len() + ((SIDE - trees.len()) << depth), f64::NOTHING);
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Oblivious<f32> {
        let Self { depth, tests, leaves, runs } = self;
        Oblivious { depth, tests, leaves: narrow(&leaves), runs }
    }
}

impl<T: Real> Oblivious<T> {
    /// Adds each output's trees to its sum.
    #[inline(never)]
    pub(super) fn add(&self, left: &Left, sums: &mut [T]) {
        let (mut group, depth) = (0, self.depth as usize);
        for run in &self.runs {
            let tests = self.tests.get(group * depth..(group + run.groups) * depth);
            let leaves = self.leaves.get((group * SIDE) << depth..);
            let sum = sums.get_mut(run.output as usize);
            if let (Some(tests), Some(leaves), Some(sum)) = (tests, leaves, sum) {
                *sum = add_row(depth, tests, leaves, left, *sum);
            }
            group += run.groups;
        }
    }

    /// Adds each output's trees to the sums of 128 rows: `sums` has [`ROWS`] an output, in the order of `place_of`.
    #[inline(never)]
    pub(super) fn add_sliced(&self, left: &[Plane], sums: &mut [T]) {
        let depth = self.depth as usize;
        let mut groups = self.tests.chunks_exact(depth);
        let mut from = 0;
        let mut at = [[[0; 2]; 8]; SIDE];
        for (run, sums) in self.runs.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
            for tests in groups.by_ref().take(run.groups) {
                leaf_numbers(tests, left, &mut at);
                // A leaf number is under `2^depth`: what its array has beyond is other trees' and never read.
                let leaves = core::array::from_fn(|tree| {
                    self.leaves.get(from + (tree << depth)..).and_then(<[T]>::first_chunk::<REACH>)
                });
                if let [Some(a), Some(b), Some(c), Some(d), Some(e), Some(f), Some(g), Some(h)] = leaves {
                    add_leaves([a, b, c, d, e, f, g, h], &at, sums);
                }
                from += SIDE << depth;
            }
        }
    }
}

/// Adds the leaves of whole groups in order.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "a u16 indexes 2^16 answers; leaf numbers are masked")]
fn add_row<T: Real>(depth: usize, tests: &[[u16; SIDE]], leaves: &[T], left: &Left, mut sum: T) -> T {
    let mut from = 0;
    for tests in tests.chunks_exact(depth) {
        // The group's leaves, and what stands behind them and is never read: with a size that is known, a mask bounds the index.
        let leaves = leaves.get(from..).and_then(<[T]>::first_chunk::<LARGEST>);
        let Some(leaves) = leaves else { return sum };
        let mut at: [usize; SIDE] = core::array::from_fn(|tree| tree);
        for level in tests {
            for (at, &place) in at.iter_mut().zip(level) {
                *at = 2 * *at + usize::from(left[usize::from(place)]);
            }
        }
        for at in at {
            sum = sum + leaves[at % LARGEST];
        }
        from += SIDE << depth;
    }
    sum
}

/// The leaves that 128 rows come to in the eight trees of a group.
#[inline(never)]
fn leaf_numbers(tests: &[[u16; SIDE]], left: &[Plane], at: &mut [[[u64; 2]; 8]; SIDE]) {
    for (tree, at) in at.iter_mut().enumerate() {
        let mut bits = [Plane::none(); 8];
        // The last level is the lowest bit.
        for (bit, level) in bits.iter_mut().zip(tests.iter().rev()) {
            let place = level.get(tree).copied().unwrap_or(0);
            *bit = left.get(usize::from(place)).copied().unwrap_or(Plane::none());
        }
        *at = numbers(bits);
    }
}
