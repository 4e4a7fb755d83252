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

mod kernel;
mod leaves;
mod view;
mod wire;

pub use leaves::{Leaves, LeavesScratch};
pub use scorelet_kernels::forest::{Arithmetic, ForestScratch, MissingRule, Slot, SlotKind, ZERO_BAND};
pub use view::{LinearView, NodeView, TreeView};

use scorelet_kernels::forest::{Layout, Parts};

/// What the write side builds a forest from.
#[cfg(feature = "author")]
pub(crate) mod parts {
    pub(crate) use super::wire::{SET_WORDS, shape};
    pub(crate) use scorelet_kernels::forest::{Linear, Parts, Slot, SlotKind, Tests};
}

/// The canonical form of a forest, checked and ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest {
    // Boxed, so that a node of the graph stays small.
    parts: Box<Parts>,
    layout: Box<Layout>,
}

impl Forest {
    /// Compiles checked parts.
    pub(crate) fn new(parts: Parts) -> Self {
        let layout = Box::new(Layout::new(&parts));
        Self { parts: Box::new(parts), layout }
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
