//! The editable form of a forest, which every tree importer makes.

mod compile;
mod naive;

use crate::model::forest::{Arithmetic, MissingRule};

/// Type of a model's input feature, as its trainer saved it.
#[derive(Clone, Debug, PartialEq)]
pub enum FeatureKind {
    /// A quantity.
    Number,
    /// A category by its code; the texts of codes 0, 1, … where the file has them.
    Category {
        /// Texts in code order.
        values: Option<Vec<String>>,
    },
    /// A category by the hash of its text (CatBoost): code `i` is the category of hash `i`, and any other code is a category that
    /// no tree asks for.
    Hashed {
        /// CatBoost's hashes, in code order.
        hashes: Vec<u32>,
        /// The texts, in code order, where the file has them.
        texts: Option<Vec<String>>,
    },
}

/// An input feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Feature {
    /// Name (the trainer's, or `f0`, `f1`, … where it has none).
    pub name: String,
    /// Type.
    pub kind: FeatureKind,
}

/// What a split asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Is the value under the threshold ([`Arithmetic`] says how it is compared)? Yes goes left.
    Below {
        /// The threshold. Under [`Arithmetic::F32Less`] an f32 value.
        threshold: f64,
        /// What NaN and zero do.
        missing: MissingRule,
    },
    /// Is the value's category in the set? Yes goes left.
    InSet {
        /// Codes that go left, ascending.
        categories: Vec<u32>,
        /// Whether NaN goes left.
        nan_left: bool,
        /// Whether a value that is no valid code (negative, or too large to be a code) goes left.
        invalid_left: bool,
    },
}

/// A linear model in a leaf (LightGBM `linear_tree`): `constant + Σ coefficient · x`, in the order given, in f64; if any of
/// its features is NaN, the leaf's plain value instead.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LeafLinear {
    /// Constant.
    pub constant: f64,
    /// Feature index, coefficient.
    pub terms: Vec<(u32, f64)>,
}

/// A node of a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum TreeNode {
    /// Inner node.
    Split {
        /// Feature index.
        feature: u32,
        /// Test; yes goes left.
        test: Test,
        /// Node index of the left child.
        left: u32,
        /// Node index of the right child.
        right: u32,
        /// Training weight that came here (XGBoost `sum_hessian`, LightGBM `internal_count`), for TreeSHAP.
        cover: f64,
    },
    /// Leaf.
    Leaf {
        /// One value, or one for each output when the tree's `output` is `None`. DART weights already multiplied in.
        values: Vec<f64>,
        /// Linear leaf.
        linear: Option<LeafLinear>,
        /// Training weight that came here.
        cover: f64,
    },
}

/// A tree; its root is node 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The output that its leaves add to; `None` if a leaf has a value for each output.
    pub output: Option<u32>,
    /// Nodes.
    pub nodes: Vec<TreeNode>,
}

/// An editable forest. Margin of output k = ((base_k if base_first) + Σ leaves in tree order) / divisor (+ base_k if not),
/// in the trainer's [`Arithmetic`].
#[derive(Clone, Debug, PartialEq)]
pub struct ForestDraft {
    /// Input features.
    pub features: Vec<Feature>,
    /// Arithmetic.
    pub arithmetic: Arithmetic,
    /// Start of the sum, one an output, as margin (not probability).
    pub base: Vec<f64>,
    /// Whether the sum starts at the base (true) or the base is added at the end.
    pub base_first: bool,
    /// Divisor of the sum (LightGBM `average_output`: number of iterations); 1 otherwise.
    pub divisor: f64,
    /// Trees in the trainer's order.
    pub trees: Vec<Tree>,
}
