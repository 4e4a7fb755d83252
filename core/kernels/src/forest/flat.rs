//! Trees of any shape and size: flat nodes whose two children stand side by side. Eight walks go on at once, so that their
//! loads overlap; one that has come to its leaf stays there until all have.

use super::Parts;
use super::bins::Bins;
use super::perfect::{SIDE, trees_by_output};
use super::plane::{ROWS, place_of};
use super::real::{Real, narrow};
use crate::column::Inputs;

/// Steps between two looks whether all walks have ended.
const STRIDE: usize = 4;

/// The layout. A node is a column of ranks (16 bits), a rank (16 bits) and the place of its right child (32 bits), which the
/// left child follows: the row goes left if its rank in the column is not over the node's. Node 0 is a leaf of no tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flat<T> {
    nodes: Vec<u64>,
    /// By node; of use for leaves only.
    values: Vec<T>,
    /// In output order, each output's in the trainer's order.
    roots: Vec<u32>,
    /// Trees of each output.
    runs: Vec<usize>,
    /// Columns of ranks: one that all rows fail, then two a slot, for tests that send missing values right and left.
    columns: usize,
}

/// Ranks of a row or of 128 rows.
#[derive(Debug, Default)]
pub(super) struct Ranks {
    row: Vec<u16>,
    /// Eight rows side by side, then the next eight.
    rows: Vec<[u16; SIDE]>,
    column: Vec<u32>,
}

/// Sizes of the table of ranks.
const FEW: usize = 256;
const SOME: usize = 4096;
/// The rank of a row that fails every test.
const FAILS: u16 = u16::MAX;

impl Flat<f64> {
    /// `None` if ranks or columns do not fit 16 bits.
    #[inline]
    pub(super) fn new(parts: &Parts, bins: &Bins<f64>) -> Option<Self> {
        let columns = 1 + 2 * bins.slots.len();
        if columns > 1 << 16 || bins.slots.iter().any(|b| b.len >= u32::from(FAILS)) {
            return None;
        }
        let room = parts.shape.nodes() + 1;
        let mut flat = Self {
            nodes: Vec::with_capacity(room),
            values: Vec::with_capacity(room),
            roots: Vec::with_capacity(parts.outputs.len()),
            runs: Vec::new(),
            columns,
        };
        flat.push_leaf_at(0, f64::NOTHING);
        let questions = questions(parts);
        for (_, trees) in trees_by_output(parts) {
            flat.runs.push(trees.len());
            for tree in trees {
                flat.lay_out(parts, tree, &questions);
            }
        }
        Some(flat)
    }

    #[inline]
    fn push_leaf_at(&mut self, at: usize, value: f64) {
        self.nodes.resize(self.nodes.len().max(at + 1), 0);
        self.values.resize(self.nodes.len(), f64::NOTHING);
        if let (Some(node), Some(to)) = (self.nodes.get_mut(at), self.values.get_mut(at)) {
            // Its own right child, and every row fails column 0.
            *node = (at as u64) << 32;
            *to = value;
        }
    }

    #[inline]
    fn lay_out(&mut self, parts: &Parts, tree: usize, questions: &[u32]) {
        let Some(span) = parts.shape.trees().get(tree) else { return };
        let root = self.nodes.len();
        self.roots.push(root as u32);
        self.push_leaf_at(root, f64::NOTHING);
        let mut splits = parts.splits.iter().skip(span.split as usize);
        // Without vector leaves, a leaf's number is its value's.
        let mut values = parts.values.iter().skip(span.leaf as usize);
        let (mut at, mut open) = (root, Vec::new());
        for is_split in parts.shape.of(span) {
            if is_split {
                let question = splits.next().and_then(|&test| questions.get(test as usize));
                let children = self.nodes.len();
                self.push_leaf_at(children + 1, f64::NOTHING);
                if let (Some(node), Some(&question)) = (self.nodes.get_mut(at), question) {
                    *node = (children as u64) << 32 | u64::from(question);
                }
                open.push(children);
                at = children + 1;
            } else {
                self.push_leaf_at(at, values.next().copied().unwrap_or(0.0));
                at = open.pop().unwrap_or(0);
            }
        }
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Flat<f32> {
        let Self { nodes, values, roots, runs, columns } = self;
        Flat { nodes, values: narrow(&values), roots, runs, columns }
    }
}

impl<T: Real> Flat<T> {
    /// Columns with those that no node has: a power of two, so that the walk can mask instead of checking.
    fn room(&self) -> usize {
        if self.columns <= FEW {
            FEW
        } else if self.columns <= SOME {
            SOME
        } else {
            1 << 16
        }
    }

    /// Whether [`Self::add_rows`] can be used.
    pub(super) fn has_batch(&self) -> bool {
        self.columns <= SOME
    }

    /// Finds a row's ranks.
    #[inline(never)]
    pub(super) fn rank_row(&self, bins: &Bins<T>, values: &[f64], ranks: &mut Ranks) {
        ranks.row.clear();
        ranks.row.push(FAILS);
        for bin in &bins.slots {
            let value = values.get(bin.feature as usize).copied().unwrap_or(f64::NAN);
            let rank = bins.rank(bin, value).map(|rank| rank as u16);
            ranks.row.extend([rank.unwrap_or(FAILS), rank.unwrap_or(0)]);
        }
        ranks.row.resize(self.room(), FAILS);
    }

    /// Finds the ranks of rows `first..` of the block, up to [`ROWS`]. Rows beyond the block have any ranks.
    #[inline(never)]
    pub(super) fn rank_rows(&self, bins: &Bins<T>, inputs: &Inputs<'_>, first: usize, ranks: &mut Ranks) {
        ranks.rows.clear();
        ranks.rows.resize(ROWS / SIDE * self.columns + self.room(), [FAILS; SIDE]);
        ranks.column.resize(ROWS, 0);
        for (i, bin) in bins.slots.iter().enumerate() {
            let values = inputs.column(bin.feature as usize).values;
            let values = values.get(first..values.len().min(first + ROWS)).unwrap_or(&[]);
            let absent = bins.ranks(bin, values, &mut ranks.column);
            let eights = ranks.rows.chunks_mut(self.columns).zip(ranks.column.chunks(SIDE));
            for (eight, (to, from)) in eights.enumerate() {
                let Some([right, left]) = to.get_mut(1 + 2 * i..3 + 2 * i) else { continue };
                let absent = absent >> (eight * SIDE);
                for (lane, ((right, left), &rank)) in right.iter_mut().zip(left).zip(from).enumerate() {
                    let absent = absent >> lane & 1 == 1;
                    *right = if absent { FAILS } else { rank as u16 };
                    *left = if absent { 0 } else { rank as u16 };
                }
            }
        }
    }

    /// Adds each output's trees to a row's sums.
    #[inline(never)]
    pub(super) fn add_row(&self, ranks: &Ranks, sums: &mut [T]) {
        let mut roots = self.roots.as_slice();
        for (&trees, sum) in self.runs.iter().zip(sums) {
            let (run, rest) = roots.split_at_checked(trees).unwrap_or((&[], &[]));
            roots = rest;
            for eight in run.chunks(SIDE) {
                let mut at = [0; SIDE];
                at.iter_mut().zip(eight).for_each(|(at, &root)| *at = root);
                if let Some(ranks) = ranks.row.first_chunk::<FEW>().filter(|_| self.columns <= FEW) {
                    walk_trees(&self.nodes, ranks, &mut at);
                } else if let Some(ranks) = ranks.row.first_chunk::<SOME>().filter(|_| self.has_batch()) {
                    walk_trees(&self.nodes, ranks, &mut at);
                } else if let Some(ranks) = ranks.row.first_chunk::<{ 1 << 16 }>() {
                    walk_trees(&self.nodes, ranks, &mut at);
                }
                *sum = at.iter().fold(*sum, |sum, &at| sum + self.value(at));
            }
        }
    }

    /// Adds each output's trees to the sums of `rows` rows: `sums` has [`ROWS`] an output, in the order of `place_of`. Tree by
    /// tree, so that a tree stays near while all rows walk it.
    #[inline(never)]
    pub(super) fn add_rows(&self, ranks: &Ranks, rows: usize, sums: &mut [T]) {
        let mut roots = self.roots.as_slice();
        for (&trees, sums) in self.runs.iter().zip(sums.as_chunks_mut::<ROWS>().0) {
            let (run, rest) = roots.split_at_checked(trees).unwrap_or((&[], &[]));
            roots = rest;
            for &root in run {
                for eight in 0..rows.div_ceil(SIDE) {
                    let mut at = [root; SIDE];
                    // The table is larger than what is used of it, so tables overlap: side by side at a power of two, their
                    // columns would fall on the same lines of the cache.
                    let table = ranks.rows.get(eight * self.columns..).unwrap_or(&[]);
                    if let Some(table) = table.first_chunk::<FEW>().filter(|_| self.columns <= FEW) {
                        walk_rows(&self.nodes, table, &mut at);
                    } else if let Some(table) = table.first_chunk::<SOME>() {
                        walk_rows(&self.nodes, table, &mut at);
                    }
                    for (lane, &at) in at.iter().enumerate() {
                        if let Some(sum) = sums.get_mut(place_of(eight * SIDE + lane)) {
                            *sum = *sum + self.value(at);
                        }
                    }
                }
            }
        }
    }

    fn value(&self, at: u32) -> T {
        self.values.get(at as usize).copied().unwrap_or(T::NOTHING)
    }
}

/// By test: its column of ranks, and its rank from bit 16 on.
#[inline]
fn questions(parts: &Parts) -> Vec<u32> {
    let tests = &parts.tests;
    let mut questions = Vec::with_capacity(tests.count());
    for (i, slot) in tests.slots.iter().enumerate() {
        let missing = tests.missing_left.get(slot.first as usize..).unwrap_or(&[]);
        let of_slot = missing.iter().take(slot.len as usize).zip(0_u32..);
        questions.extend(of_slot.map(|(&left, rank)| (1 + 2 * i as u32 + u32::from(left)) | rank << 16));
    }
    questions
}

/// Walks eight trees with one row.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "masked")]
fn walk_trees<const COLUMNS: usize>(nodes: &[u64], ranks: &[u16; COLUMNS], at: &mut [u32; SIDE]) {
    walk(nodes, at, |column, _| ranks[column % COLUMNS]);
}

/// Walks one tree with eight rows.
#[inline(never)]
#[allow(clippy::indexing_slicing, reason = "masked")]
fn walk_rows<const COLUMNS: usize>(nodes: &[u64], ranks: &[[u16; SIDE]; COLUMNS], at: &mut [u32; SIDE]) {
    walk(nodes, at, |column, lane| ranks[column % COLUMNS][lane]);
}

/// Walks from `at` to the leaves. `rank` gives a lane's rank in a column.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "children are places of nodes: `lay_out` made both")]
fn walk(nodes: &[u64], at: &mut [u32; SIDE], rank: impl Fn(usize, usize) -> u16) {
    let mut here = *at;
    loop {
        let mut moved = 0;
        for step in 0..STRIDE {
            for (lane, here) in here.iter_mut().enumerate() {
                let node = nodes[*here as usize];
                let left = rank(node as usize, lane) <= (node >> 16) as u16;
                let next = (node >> 32) as u32 + u32::from(left);
                if step + 1 == STRIDE {
                    moved |= next ^ *here;
                }
                *here = next;
            }
        }
        // A walk that is not at its leaf moves with every step.
        if moved == 0 {
            break;
        }
    }
    *at = here;
}
