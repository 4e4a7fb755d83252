//! The loops of TreeSHAP (`scorelet_core::reason::treeshap` has the method): one tree, one row, [`LANES`] quadrature points.
//!
//! At a point t, let z be the product of the weight fractions of the splits on a feature, down to some edge, and o whether
//! the row passes them all; the edge's factor is t·o + (1−t)·z over the same of the feature's edge above. With
//! ρ = (1−t)·z / (t + (1−t)·z) of the edge above (1−t if there is none, 1 if the row has failed there), the child that
//! the row goes to has the factor 1 − ρ + ρ·z' and the other ρ·z', where z' is the split's own fraction. Gathering the leaves,
//! a split is worth hot − d with d = ρ · (hot − (z'·hot + z''·cold)), and d, times the product of the path over the
//! edge above, is what the split's feature gets. It gets nothing where the row has failed above.

mod four;

use four::Four;
pub use four::LANES;

/// A pass: some points of a rule.
#[derive(Clone, Debug)]
pub struct Lanes {
    t: Four,
    rest: Four,
    /// weight / (1 − t): with it at the root, every gathered sum is weighted.
    start: Four,
}

impl Lanes {
    /// The points t, 1 − t as exactly as it is known, and weight / (1 − t).
    pub fn new(t: [f64; LANES], rest: [f64; LANES], start: [f64; LANES]) -> Self {
        Self { t: Four(t), rest: Four(rest), start: Four(start) }
    }
}

/// What every split has.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// The test that it asks.
    pub test: u32,
    /// The feature that it asks about.
    pub feature: u32,
    /// Verdict of the nearest split above on the same feature, for the side on which this split stands: 1 + 2 · slot for
    /// its right side, one more for its left side; 0, which always passes, if there is none.
    pub above: u32,
    /// Product of the weight fractions of the splits above on the same feature.
    pub above_fraction: f64,
}

/// A split with a split under it. Pairs have the right child first: they are indexed by "goes left".
#[derive(Clone, Copy, Debug)]
pub struct Split {
    /// What it asks.
    pub question: Question,
    /// Slots: the tree's splits of this kind with parents before children, then its [`Twig`]s, then its lone leaves.
    pub children: [u32; 2],
    /// Fractions of the weight.
    pub fractions: [f64; 2],
}

/// A split with two leaves.
#[derive(Clone, Copy, Debug)]
pub struct Twig {
    /// What it asks.
    pub question: Question,
    /// The leaves, the right one first.
    pub leaves: [f64; 2],
    /// The leaves' mean by weight.
    pub mean: f64,
}

/// One tree's part of the plan.
#[derive(Clone, Copy, Debug)]
pub struct TreeRef<'a> {
    /// Splits, parents before children.
    pub splits: &'a [Split],
    /// Splits with two leaves.
    pub twigs: &'a [Twig],
    /// Leaves whose sibling is a split.
    pub leaves: &'a [f64],
}

/// What the way down leaves for the way up.
#[derive(Clone, Copy, Debug, Default)]
struct Down {
    /// ρ.
    share: Four,
    /// Product of the path over the factor of the feature's edge above.
    reach: Four,
}

/// Working memory, allocated once.
#[derive(Clone, Debug, Default)]
pub struct Work {
    /// By slot: on the way down the product of the path, on the way up the gathered leaves.
    cells: Vec<Four>,
    downs: Vec<Down>,
    /// Whether the row passes all splits on the feature down to here: see [`Question::above`].
    verdicts: Vec<bool>,
    /// By feature, what it has gathered.
    sums: Vec<Four>,
}

impl Work {
    /// For trees of up to `slots` slots.
    pub fn new(features: usize, slots: usize) -> Self {
        let mut verdicts = vec![false; 2 * slots + 1];
        if let Some(always) = verdicts.first_mut() {
            *always = true;
        }
        Self {
            cells: vec![Four::default(); slots],
            downs: vec![Down::default(); slots],
            verdicts,
            sums: vec![Four::default(); features],
        }
    }

    /// Starts a row.
    pub fn begin(&mut self) {
        self.sums.fill(Four::default());
    }

    /// Ends a row: writes one contribution a feature.
    pub fn end(&self, divisor: f64, out: &mut [f64]) {
        for (o, sum) in out.iter_mut().zip(&self.sums) {
            *o = sum.sum() / divisor;
        }
    }

    /// One tree at some quadrature points; `left[test]` says whether the row passes a test.
    pub fn pass(&mut self, tree: TreeRef<'_>, lanes: &Lanes, left: &[bool]) {
        if let Some(root) = self.cells.first_mut() {
            *root = lanes.start;
        }
        self.go_down(tree.splits, lanes, left);
        self.turn(tree.splits.len(), tree.twigs, lanes, left);
        let lone = self.cells.iter_mut().skip(tree.splits.len() + tree.twigs.len());
        for (cell, &leaf) in lone.zip(tree.leaves) {
            *cell = Four::all(leaf);
        }
        self.go_up(tree.splits, left);
    }

    #[inline(never)]
    #[allow(
        clippy::indexing_slicing,
        reason = "the plan's slots, verdicts and tests are within the tables that were made for them"
    )]
    fn go_down(&mut self, splits: &[Split], lanes: &Lanes, left: &[bool]) {
        for (i, (split, down)) in splits.iter().zip(&mut self.downs).enumerate() {
            let path = self.cells[i];
            let goes_left = left[split.question.test as usize];
            let passes = self.verdicts[split.question.above as usize];
            self.verdicts[1 + 2 * i] = passes & !goes_left;
            self.verdicts[2 + 2 * i] = passes & goes_left;
            *down = above(&split.question, path, passes, lanes);
            let (hot, cold) = (usize::from(goes_left), usize::from(!goes_left));
            let part = path * down.share;
            self.cells[split.children[hot] as usize] = part * split.fractions[hot] + (path - part);
            self.cells[split.children[cold] as usize] = part * split.fractions[cold];
        }
    }

    #[inline(never)]
    #[allow(
        clippy::indexing_slicing,
        reason = "the plan's features, verdicts and tests are within the tables that were made for them"
    )]
    fn turn(&mut self, first: usize, twigs: &[Twig], lanes: &Lanes, left: &[bool]) {
        for (twig, cell) in twigs.iter().zip(self.cells.iter_mut().skip(first)) {
            let hot = twig.leaves[usize::from(left[twig.question.test as usize])];
            let passes = self.verdicts[twig.question.above as usize];
            let Down { share, reach } = above(&twig.question, *cell, passes, lanes);
            let difference = share * (hot - twig.mean);
            let sum = &mut self.sums[twig.question.feature as usize];
            *sum = *sum + reach * difference;
            *cell = Four::all(hot) - difference;
        }
    }

    #[inline(never)]
    #[allow(
        clippy::indexing_slicing,
        reason = "the plan's slots, features and tests are within the tables that were made for them"
    )]
    fn go_up(&mut self, splits: &[Split], left: &[bool]) {
        for (i, (split, down)) in splits.iter().zip(&self.downs).enumerate().rev() {
            let goes_left = left[split.question.test as usize];
            let (h, c) = (usize::from(goes_left), usize::from(!goes_left));
            let hot = self.cells[split.children[h] as usize];
            let cold = self.cells[split.children[c] as usize];
            let mean = hot * split.fractions[h] + cold * split.fractions[c];
            let difference = down.share * (hot - mean);
            let sum = &mut self.sums[split.question.feature as usize];
            *sum = *sum + down.reach * difference;
            self.cells[i] = hot - difference;
        }
    }
}

/// ρ, and the path over the factor of the feature's edge above.
#[inline(always)]
fn above(question: &Question, path: Four, passes: bool, lanes: &Lanes) -> Down {
    if question.above == 0 {
        return Down { share: lanes.rest, reach: path };
    }
    if !passes {
        return Down { share: Four::all(1.0), reach: Four::default() };
    }
    let rest = lanes.rest * question.above_fraction;
    let inverse = Four::all(1.0) / (lanes.t + rest);
    Down { share: rest * inverse, reach: path * inverse }
}
