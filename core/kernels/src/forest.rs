//! Decision forests: what a checked forest consists of ([`Parts`]), and the layouts compiled from it ([`Layout`]).
//!
//! The idea that all kernels share: a test of a tree, whatever its trainer, becomes *a place in a sorted list*. The
//! thresholds of a feature stand in one list, ascending. A row's value has a **rank** in that list, the number of tests
//! that it fails, and test `i` sends the row left exactly if `rank <= i`. A missing value has no rank; each test has a bit
//! that says where missing goes. So f32 and f64 trainers, default directions, zero-as-missing and category sets look the
//! same to a kernel, and a value is looked up once a row instead of once a node.
//!
//! What builds a layout is marked `#[inline]`: so it is compiled in the crate that calls it, which in the wasm that ships is
//! compiled for size. What evaluates one is marked `#[inline(never)]` stage by stage: inlined into one another, the stages are
//! larger and no faster.

mod answers;
mod asked;
mod bins;
mod engine;
mod flat;
mod layout;
mod masks;
mod oblivious;
mod perfect;
mod plane;
mod real;
mod shape;
mod sliced;
mod slot;
mod walk;

pub use layout::{ForestScratch, Layout};
pub use shape::{Shape, ShapeError, Span, leaf_values};
pub use slot::{Rank, Slot, SlotKind, Tests};

/// How the trainer compares and adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// XGBoost: inputs, thresholds, leaves and sums in f32; a value goes left if it is less than the threshold.
    F32Less,
    /// LightGBM, scikit-learn, CatBoost (whose borders are moved for it): f64; a value goes left if it is less than or equal to the threshold.
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
pub struct Linear {
    /// Leaf, counted over all trees.
    pub leaf: u32,
    /// Constant.
    pub constant: f64,
    /// Input feature and coefficient.
    pub terms: Vec<(u32, f64)>,
}

/// Everything that the bundle says about a forest. `scorelet-core` checks it and compiles a [`Layout`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Input features.
    pub features: u32,
    /// How the trainer compares and adds.
    pub arithmetic: Arithmetic,
    /// Start (or end) of the sum, one an output.
    pub base: Vec<f64>,
    /// Whether the sum starts at the base; if not, the base is added after the division.
    pub base_first: bool,
    /// Divisor of the sum.
    pub divisor: f64,
    /// The distinct tests of all splits.
    pub tests: Tests,
    /// Output of each tree; `None` for a tree whose leaves have a value for each output.
    pub outputs: Vec<Option<u32>>,
    /// Shapes of all trees.
    pub shape: Shape,
    /// Test of each split, in preorder over all trees.
    pub splits: Vec<u32>,
    /// Leaf values, in preorder; as many a leaf as its tree has outputs.
    pub values: Vec<f64>,
    /// Training weight of each leaf; empty if the trainer gave none.
    pub covers: Vec<f64>,
    /// Inner nodes whose weight is not the sum of their children's: node number, weight.
    pub inner_covers: Vec<(u32, f64)>,
    /// Linear leaves, ascending by leaf number.
    pub linears: Vec<Linear>,
}
