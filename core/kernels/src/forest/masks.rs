//! Trees of any shape, of up to 256 leaves, over 128 rows. From the root down, every split divides the set of rows that stand
//! at it in two. Then the sets at the leaves are turned into each row's leaf number, and leaves are looked up and added. No
//! row walks and nothing branches, so a lopsided tree costs no more than a full one with as many leaves.

use super::Parts;
use super::perfect::{SIDE, trees_by_output};
use super::plane::{Plane, ROWS, numbers};
use super::real::{Real, narrow};
use super::sliced::add_leaves;

/// Most leaves of a tree of this layout: a leaf number is a byte.
pub(super) const LEAVES: usize = 256;
/// Sets of rows in a tree: every node's.
const SETS: usize = 2 * LEAVES;

/// The layout. Trees stand in output order, each output's in the trainer's order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Masks<T> {
    trees: Vec<Tree>,
    steps: Vec<Step>,
    /// By leaf: its set.
    leaf_sets: Vec<u16>,
    leaves: Vec<T>,
    /// Trees of each output.
    runs: Vec<usize>,
}

/// Where a tree's steps and leaves begin; they end where the next tree's begin.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tree {
    step: u32,
    leaf: u32,
}

/// A split. The `k`-th of a tree writes the sets `2k + 1` (left) and `2k + 2` (right); set 0 is the root's.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    /// The set of rows that stand here.
    from: u16,
    /// Place of the test.
    place: u16,
}

impl Masks<f64> {
    #[inline]
    pub(super) fn new(parts: &Parts, places: &[u32]) -> Self {
        let mut masks = Self {
            trees: Vec::with_capacity(parts.outputs.len() + 1),
            steps: Vec::with_capacity(parts.shape.splits()),
            leaf_sets: Vec::with_capacity(parts.shape.leaves()),
            leaves: Vec::with_capacity(parts.shape.leaves()),
            runs: Vec::new(),
        };
        for (_, trees) in trees_by_output(parts) {
            masks.runs.push(trees.len());
            for tree in trees {
                masks.lay_out(parts, tree, places);
            }
        }
        masks.trees.push(masks.end());
        masks
    }

    #[inline]
    fn end(&self) -> Tree {
        Tree { step: self.steps.len() as u32, leaf: self.leaves.len() as u32 }
    }

    #[inline]
    fn lay_out(&mut self, parts: &Parts, tree: usize, places: &[u32]) {
        let Some(span) = parts.shape.trees().get(tree) else { return };
        self.trees.push(self.end());
        let mut splits = parts.splits.iter().skip(span.split as usize);
        // Without vector leaves, a leaf's number is its value's.
        let mut values = parts.values.iter().skip(span.leaf as usize);
        let (mut set, mut step, mut open) = (0_u16, 0_u16, Vec::new());
        for is_split in parts.shape.of(span) {
            if is_split {
                let place = splits.next().and_then(|&test| places.get(test as usize)).copied().unwrap_or(0);
                self.steps.push(Step { from: set, place: place as u16 });
                open.push(2 * step + 2);
                set = 2 * step + 1;
                step += 1;
            } else {
                self.leaf_sets.push(set);
                self.leaves.push(values.next().copied().unwrap_or(0.0));
                set = open.pop().unwrap_or(0);
            }
        }
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Masks<f32> {
        let Self { trees, steps, leaf_sets, leaves, runs } = self;
        Masks { trees, steps, leaf_sets, leaves: narrow(&leaves), runs }
    }
}

impl<T: Real> Masks<T> {
    /// Adds each output's trees to the sums of 128 rows: `sums` has [`ROWS`] an output, in the order of `place_of`.
    #[inline(never)]
    pub(super) fn add(&self, left: &[Plane], sums: &mut [T]) {
        // What a tree has no leaf for is never read.
        let mut tables = [[T::of(0.0); LEAVES]; SIDE];
        let mut at = [[[0; 2]; 8]; SIDE];
        let mut first = 0;
        for (&trees, sums) in self.runs.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
            for eight in (first..first + trees).step_by(SIDE) {
                for (i, (table, at)) in tables.iter_mut().zip(&mut at).enumerate() {
                    if eight + i < first + trees {
                        self.look_up(eight + i, left, table, at);
                    } else {
                        clear(table);
                    }
                }
                add_leaves(tables.each_ref(), &at, sums);
            }
            first += trees;
        }
    }

    /// The leaves of a tree, and which one each row comes to.
    #[inline(never)]
    fn look_up(&self, tree: usize, left: &[Plane], table: &mut [T; LEAVES], at: &mut [[u64; 2]; 8]) {
        let (Some(from), Some(to)) = (self.trees.get(tree), self.trees.get(tree + 1)) else { return };
        let leaves = from.leaf as usize..to.leaf as usize;
        let steps = self.steps.get(from.step as usize..to.step as usize).unwrap_or(&[]);
        let leaf_sets = self.leaf_sets.get(leaves.clone()).unwrap_or(&[]);
        table.iter_mut().zip(self.leaves.get(leaves).unwrap_or(&[])).for_each(|(to, from)| *to = *from);
        *at = leaf_numbers(steps, leaf_sets, left);
    }
}

/// Apart and of no fixed length: the compiler would write down every store, which is 8 KB of wasm.
#[inline(never)]
fn clear<T: Real>(table: &mut [T]) {
    table.fill(T::NOTHING);
}

#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "set numbers are masked")]
fn leaf_numbers(steps: &[Step], leaf_sets: &[u16], left: &[Plane]) -> [[u64; 2]; 8] {
    let mut sets = [Plane::of([u64::MAX; 2]); SETS];
    for (k, step) in steps.iter().enumerate() {
        let here = sets[usize::from(step.from) % SETS];
        let goes_left = left.get(usize::from(step.place)).copied().unwrap_or(Plane::none());
        sets[(2 * k + 1) % SETS] = here.and(goes_left);
        sets[(2 * k + 2) % SETS] = here.and_not(goes_left);
    }
    // Bit 0 of the number is set for the rows at odd leaves. Then neighbours are joined, and bit 1 is set for those at odd
    // pairs; and so on.
    let mut joined = [Plane::none(); LEAVES / 2];
    let mut bits = [Plane::none(); 8];
    let mut odd = Plane::none();
    let (pairs, last) = leaf_sets.as_chunks::<2>();
    for (joined, &[a, b]) in joined.iter_mut().zip(pairs) {
        let (a, b) = (sets[usize::from(a) % SETS], sets[usize::from(b) % SETS]);
        odd = odd.or(b);
        *joined = a.or(b);
    }
    if let ([last], Some(joined)) = (last, joined.get_mut(pairs.len())) {
        *joined = sets[usize::from(*last) % SETS];
    }
    bits[0] = odd;
    let mut count = leaf_sets.len().div_ceil(2);
    for bit in &mut bits[1..] {
        if count < 2 {
            break;
        }
        let mut odd = Plane::none();
        for i in 0..count.div_ceil(2) {
            let a = joined[2 * i % (LEAVES / 2)];
            let b = if 2 * i + 1 < count { joined[(2 * i + 1) % (LEAVES / 2)] } else { Plane::none() };
            odd = odd.or(b);
            joined[i] = a.or(b);
        }
        *bit = odd;
        count = count.div_ceil(2);
    }
    numbers(bits)
}
