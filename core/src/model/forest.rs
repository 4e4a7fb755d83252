//! Decision trees: GBDT, random forest, DART.
//!
//! Three forms. The editable one (`author::forest::ForestDraft`) is what importers make. [`Forest`] is the canonical one:
//! compact, checked, what the bundle holds (`docs/bundle-format-forest.md` has every byte). From it the engine compiles,
//! at load, the layouts that its kernels walk.
//!
//! The idea that all kernels share: a test of a tree, whatever its trainer, becomes *a place in a sorted list*. The
//! thresholds of a feature stand in one list, ascending. A row's value has a **rank** in that list, the number of tests
//! that it fails, and test `i` sends the row left exactly if `rank <= i`. A missing value has no rank; each test has a bit
//! that says where missing goes. So f32 and f64 trainers, default directions, zero-as-missing and category sets look the
//! same to a kernel, and a value is looked up once a row instead of once a node.

mod answers;
mod asked;
mod bins;
mod engine;
mod flat;
mod kernel;
mod masks;
mod perfect;
mod plane;
mod real;
mod shape;
mod sliced;
mod slot;
mod view;
mod walk;
mod wire;

pub use kernel::ForestScratch;
pub use slot::{Slot, SlotKind};
pub use view::{LinearView, NodeView, TreeView};

use shape::Shape;
use slot::Tests;

/// What the write side builds a forest from.
#[cfg(feature = "author")]
pub(crate) mod parts {
    pub(crate) use super::shape::Shape;
    pub(crate) use super::slot::{Slot, SlotKind, Tests};
    pub(crate) use super::wire::SET_WORDS;
    pub(crate) use super::{Linear, Parts};
}

/// How the trainer compares and adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// XGBoost: inputs, thresholds, leaves and sums in f32; a value goes left if it is less than the threshold.
    F32Less,
    /// LightGBM, scikit-learn: f64; a value goes left if it is less than or equal to the threshold.
    F64LessEqual,
}

/// What a split does with NaN (and, for LightGBM's zero_as_missing, with zero).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MissingRule {
    /// NaN goes left.
    NanLeft,
    /// NaN goes right.
    NanRight,
    /// NaN is compared as 0 (LightGBM missing_type None).
    NanIsZero,
    /// NaN and |x| <= 1e-35 go left (LightGBM missing_type Zero).
    ZeroLeft,
    /// NaN and |x| <= 1e-35 go right.
    ZeroRight,
}

/// A value this near to zero is missing under [`MissingRule::ZeroLeft`] and [`MissingRule::ZeroRight`]: LightGBM's
/// constant, which is the f32 1e-35 widened.
pub const ZERO_BAND: f64 = 1e-35_f32 as f64;

/// A linear model in a leaf: `constant + Σ coefficient · x` in the order given; if an input is NaN, the leaf's plain value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Linear {
    pub(crate) leaf: u32,
    pub(crate) constant: f64,
    pub(crate) terms: Vec<(u32, f64)>,
}

/// Everything that the bundle says about a forest. A [`Forest`] is this, checked and compiled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    /// Input features.
    pub(crate) features: u32,
    pub(crate) arithmetic: Arithmetic,
    /// Start (or end) of the sum, one an output.
    pub(crate) base: Vec<f64>,
    pub(crate) base_first: bool,
    pub(crate) divisor: f64,
    pub(crate) tests: Tests,
    /// Output of each tree; `None` for a tree whose leaves have a value for each output.
    pub(crate) outputs: Vec<Option<u32>>,
    /// Shapes of all trees.
    pub(crate) shape: Shape,
    /// Test of each split, in preorder over all trees.
    pub(crate) splits: Vec<u32>,
    /// Leaf values, in preorder; as many a leaf as its tree has outputs.
    pub(crate) values: Vec<f64>,
    /// Training weight of each leaf; empty if the trainer gave none.
    pub(crate) covers: Vec<f64>,
    /// Inner nodes whose weight is not the sum of their children's: node number, weight.
    pub(crate) inner_covers: Vec<(u32, f64)>,
    /// Linear leaves, ascending by leaf number.
    pub(crate) linears: Vec<Linear>,
}

/// The canonical form of a forest, checked and ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    // Boxed, so that a node of the graph stays small.
    parts: Box<Parts>,
    plan: Box<kernel::Plan>,
}

impl Forest {
    /// Compiles checked parts.
    pub(crate) fn new(parts: Parts) -> Self {
        let plan = Box::new(kernel::Plan::new(&parts));
        Self { parts: Box::new(parts), plan }
    }

    /// Input features.
    pub fn features(&self) -> usize {
        self.parts.features as usize
    }

    /// Outputs: one, or one a class.
    pub fn outputs(&self) -> usize {
        self.parts.base.len()
    }

    /// How the trainer compares and adds.
    pub fn arithmetic(&self) -> Arithmetic {
        self.parts.arithmetic
    }

    /// Start (or end) of each output's sum.
    pub fn base(&self) -> &[f64] {
        &self.parts.base
    }

    /// Whether the sum starts at the base; if not, the base is added after the division.
    pub fn base_first(&self) -> bool {
        self.parts.base_first
    }

    /// Divisor of the sum.
    pub fn divisor(&self) -> f64 {
        self.parts.divisor
    }
}
