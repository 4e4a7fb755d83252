//! The hot loop of TreeSHAP: one tree, one row, [`LANES`] quadrature points.

use super::super::quadrature::Point;

/// Quadrature points worked on at once.
pub(super) const LANES: usize = 4;

type Four = [f64; LANES];

/// A pass: some points of a rule.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    t: Four,
    rest: Four,
    /// weight / (1 − t): with it at the root, every gathered sum is weighted.
    start: Four,
}

impl Lanes {
    pub(super) fn new(points: &[Point; LANES]) -> Self {
        Self {
            t: points.map(|p| p.t),
            rest: points.map(|p| p.rest),
            start: points.map(|p| p.weight / p.rest),
        }
    }
}

/// A split. Children are slots: the tree's splits in preorder, then its leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Split {
    pub(super) test: u32,
    pub(super) feature: u32,
    pub(super) left: u32,
    pub(super) right: u32,
    /// Verdict of the nearest split above on the same feature, for the side on which this split stands: 1 + 2 · split for
    /// its left side, one more for its right side; 0, which always passes, if there is none.
    pub(super) above: u32,
    /// Product of the weight fractions of the splits above on the same feature.
    pub(super) above_fraction: f64,
    /// Fraction of the weight that goes left.
    pub(super) left_fraction: f64,
    /// Fraction of the weight that goes right.
    pub(super) right_fraction: f64,
}

/// What the way down leaves for the way up.
#[derive(Clone, Copy, Debug, Default)]
struct Down {
    left_factor: Four,
    right_factor: Four,
    /// Product of the path, for the difference that this split makes.
    reach: Four,
    /// Slot of the child that the row goes to.
    hot: u32,
}

/// Working memory, allocated once.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    /// By slot: on the way down the product of the path, on the way up the gathered leaves.
    cells: Vec<Four>,
    downs: Vec<Down>,
    /// Whether the row passes all splits on the feature down to here: see [`Split::above`].
    verdicts: Vec<u8>,
    /// By feature, what it has gathered.
    sums: Vec<Four>,
}

impl Work {
    /// For trees of up to `splits` splits.
    pub(super) fn new(features: usize, splits: usize) -> Self {
        let slots = 2 * splits + 1;
        let mut verdicts = vec![0; slots];
        if let Some(always) = verdicts.first_mut() {
            *always = 1;
        }
        let zeros = [0.0; LANES];
        Self {
            cells: vec![zeros; slots],
            downs: vec![Down::default(); splits],
            verdicts,
            sums: vec![zeros; features],
        }
    }

    /// Starts a row.
    pub(super) fn begin(&mut self) {
        self.sums.fill([0.0; LANES]);
    }

    /// Ends a row: writes one contribution a feature.
    pub(super) fn end(&self, divisor: f64, out: &mut [f64]) {
        for (o, [a, b, c, d]) in out.iter_mut().zip(&self.sums) {
            *o = ((a + b) + (c + d)) / divisor;
        }
    }

    /// One tree at some quadrature points.
    ///
    /// With z the product of a feature's fractions down to an edge and o whether the row passes, an edge's factor is
    /// t·o + (1−t)·z over the same of the feature's edge above. A split's feature gets, from the leaves gathered under it,
    /// reach · (hot child − whole): what the row's own child gives less what both give together. Under a split of the same
    /// feature that the row does not pass, the fraction is all that is left, and the difference is nothing.
    pub(super) fn pass(&mut self, splits: &[Split], leaves: &[f64], lanes: &Lanes, left: &[bool]) {
        self.go_down(splits, lanes, left);
        for (cell, &leaf) in self.cells.iter_mut().skip(splits.len()).zip(leaves) {
            *cell = [leaf; LANES];
        }
        self.go_up(splits);
    }

    #[inline(never)]
    #[allow(
        clippy::indexing_slicing,
        reason = "the plan's slots, verdicts and tests are within the tables that were made for them"
    )]
    fn go_down(&mut self, splits: &[Split], lanes: &Lanes, left: &[bool]) {
        let Lanes { t, rest, start } = lanes;
        self.cells[0] = *start;
        for (i, (split, down)) in splits.iter().zip(&mut self.downs).enumerate() {
            let path = self.cells[i];
            let goes_left = left[split.test as usize];
            let passes = self.verdicts[split.above as usize];
            let (on_left, on_right) = (passes & u8::from(goes_left), passes & u8::from(!goes_left));
            self.verdicts[1 + 2 * i] = on_left;
            self.verdicts[2 + 2 * i] = on_right;
            down.hot = if goes_left { split.left } else { split.right };
            if split.above == 0 {
                down.left_factor = factor(t, rest, on_left, split.left_fraction);
                down.right_factor = factor(t, rest, on_right, split.right_fraction);
                down.reach = path;
            } else if passes == 0 {
                down.left_factor = [split.left_fraction; LANES];
                down.right_factor = [split.right_fraction; LANES];
                down.reach = [0.0; LANES];
            } else {
                let above = factor(t, rest, 1, split.above_fraction);
                let over = |x: Four, y: Four| core::array::from_fn(|q| x[q] / y[q]);
                let inverse = over([1.0; LANES], above);
                let z = split.above_fraction;
                down.left_factor = times(factor(t, rest, on_left, z * split.left_fraction), inverse);
                down.right_factor = times(factor(t, rest, on_right, z * split.right_fraction), inverse);
                down.reach = times(path, inverse);
            }
            self.cells[split.left as usize] = times(path, down.left_factor);
            self.cells[split.right as usize] = times(path, down.right_factor);
        }
    }

    #[inline(never)]
    #[allow(
        clippy::indexing_slicing,
        reason = "the plan's slots and features are within the tables that were made for them"
    )]
    fn go_up(&mut self, splits: &[Split]) {
        for (i, (split, down)) in splits.iter().zip(&self.downs).enumerate().rev() {
            let (l, r) = (self.cells[split.left as usize], self.cells[split.right as usize]);
            let hot = self.cells[down.hot as usize];
            let sum = &mut self.sums[split.feature as usize];
            let mut whole = [0.0; LANES];
            for q in 0..LANES {
                whole[q] = down.left_factor[q] * l[q] + down.right_factor[q] * r[q];
                sum[q] += down.reach[q] * (hot[q] - whole[q]);
            }
            self.cells[i] = whole;
        }
    }
}

/// t·o + (1−t)·z.
#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "q is under LANES")]
fn factor(t: &Four, rest: &Four, o: u8, z: f64) -> Four {
    let o = f64::from(o);
    core::array::from_fn(|q| t[q] * o + rest[q] * z)
}

#[inline(always)]
#[allow(clippy::indexing_slicing, reason = "q is under LANES")]
fn times(x: Four, y: Four) -> Four {
    core::array::from_fn(|q| x[q] * y[q])
}
