//! The plain kernel: one row after the other, one tree after the other, one node after the other. It does every forest;
//! the fast kernels do those that have no vector leaves and no linear leaves.

use super::{Arithmetic, Linear, Parts, leaf_values};

/// A tree to walk: nodes in preorder, so the left child of a split is the next node.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    /// Test number, or [`LEAF`].
    test: u32,
    /// Right child of a split, counted over all trees; leaf number of a leaf.
    next: u32,
}

const LEAF: u32 = u32::MAX;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Tree {
    root: u32,
    first_leaf: u32,
    first_value: u32,
    output: Option<u32>,
}

/// The layout of the plain kernel.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Walk {
    steps: Vec<Step>,
    trees: Vec<Tree>,
}

impl Walk {
    #[inline]
    pub(super) fn new(parts: &Parts) -> Self {
        let mut steps = Vec::with_capacity(parts.shape.nodes());
        let mut trees = Vec::with_capacity(parts.outputs.len());
        let mut first_value = 0;
        let mut tests = parts.splits.iter();
        // Splits whose right child is still to come.
        let mut open: Vec<usize> = Vec::new();
        for (span, &output) in parts.shape.trees().iter().zip(&parts.outputs) {
            trees.push(Tree {
                root: span.node,
                first_leaf: span.leaf,
                first_value: first_value as u32,
                output,
            });
            first_value += leaf_values(output, span, parts.base.len());
            let mut leaf = span.leaf;
            for is_split in parts.shape.of(span) {
                if is_split {
                    open.push(steps.len());
                    steps.push(Step { test: tests.next().copied().unwrap_or(0), next: 0 });
                } else {
                    steps.push(Step { test: LEAF, next: leaf });
                    leaf += 1;
                    let after = steps.len() as u32;
                    if let Some(step) = open.pop().and_then(|split| steps.get_mut(split)) {
                        step.next = after;
                    }
                }
            }
        }
        Self { steps, trees }
    }

    /// Adds every tree's leaf to `sums` (one an output, started by the caller). `left` has each test's answer for the row;
    /// `x(feature)` is the row's value.
    pub(super) fn add(&self, parts: &Parts, left: &[bool], x: impl Fn(u32) -> f64, sums: &mut [f64]) {
        let plus = |a: f64, b: f64| match parts.arithmetic {
            Arithmetic::F32Less => f64::from(a as f32 + b as f32),
            Arithmetic::F64LessEqual => a + b,
        };
        for tree in &self.trees {
            let leaf = self.leaf(tree.root, left);
            let at = (leaf - tree.first_leaf) as usize;
            if let Some(output) = tree.output {
                let plain = parts.values.get(tree.first_value as usize + at).copied().unwrap_or(0.0);
                let value = if parts.linears.is_empty() { plain } else { linear(parts, leaf, plain, &x) };
                if let Some(sum) = sums.get_mut(output as usize) {
                    *sum = plus(*sum, value);
                }
            } else {
                let values = tree.first_value as usize + at * sums.len();
                let values = parts.values.get(values..).unwrap_or(&[]);
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = plus(*sum, *value));
            }
        }
    }

    /// The leaf that a row comes to. Ends because every step goes to a later node.
    fn leaf(&self, root: u32, left: &[bool]) -> u32 {
        let mut at = root as usize;
        loop {
            match self.steps.get(at) {
                Some(step) if step.test != LEAF => {
                    let goes_left = left.get(step.test as usize).copied().unwrap_or(false);
                    at = if goes_left { at + 1 } else { step.next as usize };
                }
                Some(step) => return step.next,
                None => return 0,
            }
        }
    }
}

/// The value of a leaf that may be linear.
fn linear(parts: &Parts, leaf: u32, plain: f64, x: &impl Fn(u32) -> f64) -> f64 {
    let found = parts.linears.binary_search_by_key(&leaf, |l| l.leaf).ok();
    let Some(Linear { constant, terms, .. }) = found.and_then(|at| parts.linears.get(at)) else {
        return plain;
    };
    if terms.iter().any(|&(feature, _)| x(feature).is_nan()) {
        return plain;
    }
    terms.iter().fold(*constant, |sum, &(feature, coefficient)| sum + coefficient * x(feature))
}
