//! A forest's output, laid out for the TreeSHAP kernel.

use super::super::quadrature::gauss_legendre;
use super::kernel::{LANES, Lanes, Split, Work};
use crate::limits;
use crate::model::forest::{Forest, NodeView, TreeView};

/// Everything that does not depend on the row.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    trees: Vec<Tree>,
    /// Splits of all trees, in preorder.
    splits: Vec<Split>,
    /// Values of the leaves of all trees, in preorder.
    leaves: Vec<f64>,
    /// Quadrature rules by number of passes, [`LANES`] points a pass.
    rules: Vec<Vec<Lanes>>,
    bias: f64,
    divisor: f64,
    /// While compiling: what the path from the root says of each feature.
    path: Vec<Above>,
}

#[derive(Clone, Copy, Debug)]
struct Tree {
    splits: u32,
    passes: u32,
}

/// What the path from the root says of a feature.
#[derive(Clone, Copy, Debug)]
struct Above {
    /// Where the verdict stands: see [`Split::above`].
    verdict: u32,
    /// Product of the weight fractions of the feature's splits.
    fraction: f64,
}

const NOTHING: Above = Above { verdict: 0, fraction: 1.0 };

/// A step of the walk through a tree.
enum Step {
    /// Go to a node, which the fraction `share` of the training weight reaches by `distinct` different features.
    Enter { node: usize, share: f64, distinct: u32 },
    /// Remember this of a feature.
    Set { feature: u32, above: Above },
}

/// See [`super::TreeShap::check`].
pub(super) fn check(forest: &Forest, output: u32) -> Result<(), &'static str> {
    if output as usize >= forest.outputs() {
        return Err("the explained output is not one of the forest's");
    }
    if !forest.has_covers() {
        return Err("TreeSHAP needs the training weights of the trees' nodes, and the model has none");
    }
    if forest.has_linear_leaves() {
        return Err("TreeSHAP is not defined for trees with linear leaves");
    }
    if forest.trees().map(|tree| tree.len() / 2).sum::<usize>() > limits::EXPLAINED_SPLITS {
        return Err("the forest has more splits than can be explained");
    }
    Ok(())
}

impl Plan {
    pub(super) fn new(forest: &Forest, output: u32) -> Result<Self, &'static str> {
        check(forest, output)?;
        let mut plan = Self::empty(forest.features(), forest.divisor());
        let mut sum = 0.0;
        let of_output = |tree: &TreeView<'_>| tree.output().is_none_or(|o| o == output);
        for tree in forest.trees().filter(of_output) {
            let value = if tree.output().is_some() { 0 } else { output as usize };
            sum += plan.add(&tree.nodes(), value);
        }
        let base = forest.base().get(output as usize).copied().unwrap_or(0.0);
        plan.bias = if forest.base_first() { (base + sum) / plan.divisor } else { sum / plan.divisor + base };
        plan.path = Vec::new();
        Ok(plan)
    }

    /// A plan without trees.
    pub(super) fn empty(features: usize, divisor: f64) -> Self {
        Self { divisor, path: vec![NOTHING; features], ..Self::default() }
    }

    /// See [`super::TreeShap::bias`].
    pub(super) fn bias(&self) -> f64 {
        self.bias
    }

    /// Working memory for the largest tree.
    pub(super) fn work(&self, features: usize) -> Work {
        Work::new(features, self.trees.iter().map(|t| t.splits as usize).max().unwrap_or(0))
    }

    /// Contributions of one row; `left[test]` says whether the row passes a test.
    pub(super) fn run(&self, left: &[bool], work: &mut Work, out: &mut [f64]) {
        work.begin();
        let (mut splits, mut leaves) = (self.splits.as_slice(), self.leaves.as_slice());
        for tree in &self.trees {
            let n = tree.splits as usize;
            let (Some(s), Some(v)) = (splits.split_at_checked(n), leaves.split_at_checked(n + 1)) else {
                return;
            };
            for lanes in self.rules.get(tree.passes as usize).into_iter().flatten() {
                work.pass(s.0, v.0, lanes, left);
            }
            (splits, leaves) = (s.1, v.1);
        }
        work.end(self.divisor, out);
    }

    /// Adds a tree, of whose leaves the `value`-th number counts; gives back its expected value.
    pub(super) fn add(&mut self, nodes: &[NodeView<'_>], value: usize) -> f64 {
        let slots = slots(nodes);
        let slot = |node: usize| slots.get(node).copied().unwrap_or(0);
        let cover = |node: usize| match nodes.get(node) {
            Some(NodeView::Split { cover, .. } | NodeView::Leaf { cover, .. }) => *cover,
            None => 0.0,
        };
        let (mut expected, mut most_distinct) = (0.0, 0);
        let mut steps = vec![Step::Enter { node: 0, share: 1.0, distinct: 0 }];
        while let Some(step) = steps.pop() {
            let (node, share, distinct) = match step {
                Step::Enter { node, share, distinct } => (node, share, distinct),
                Step::Set { feature, above } => {
                    if let Some(at) = self.path.get_mut(feature as usize) {
                        *at = above;
                    }
                    continue;
                }
            };
            match nodes.get(node) {
                Some(&NodeView::Split { feature, test, right, cover: weight }) => {
                    let above = self.path.get(feature as usize).copied().unwrap_or(NOTHING);
                    let distinct = distinct + u32::from(above.verdict == 0);
                    most_distinct = most_distinct.max(distinct);
                    let sides =
                        [node + 1, right as usize].map(|child| (child, fraction(cover(child), weight)));
                    let [(left, left_fraction), (right, right_fraction)] = sides;
                    self.splits.push(Split {
                        test,
                        feature,
                        left: slot(left),
                        right: slot(right),
                        above: above.verdict,
                        above_fraction: above.fraction,
                        left_fraction,
                        right_fraction,
                    });
                    // Last in, first out: left side, right side, then the feature as it was before this split.
                    steps.push(Step::Set { feature, above });
                    for (side, (child, fraction)) in sides.into_iter().enumerate().rev() {
                        let verdict = 1 + 2 * slot(node) + side as u32;
                        let inside = Above { verdict, fraction: above.fraction * fraction };
                        steps.push(Step::Enter { node: child, share: share * fraction, distinct });
                        steps.push(Step::Set { feature, above: inside });
                    }
                }
                Some(NodeView::Leaf { values, .. }) => {
                    let leaf = values.get(value).copied().unwrap_or(0.0);
                    expected += share * leaf;
                    self.leaves.push(leaf);
                }
                None => {}
            }
        }
        let splits = nodes.len() as u32 / 2;
        // n points are exact up to degree 2n − 1; the integrand has degree distinct − 1. A lone leaf is all bias.
        let passes = if splits == 0 { 0 } else { most_distinct.div_ceil(2 * LANES as u32).max(1) };
        for known in self.rules.len()..=passes as usize {
            let points = gauss_legendre(known * LANES);
            self.rules.push(points.as_chunks().0.iter().map(Lanes::new).collect());
        }
        self.trees.push(Tree { splits, passes });
        expected
    }
}

/// Where the kernel keeps each node: splits first, then leaves, both in preorder.
fn slots(nodes: &[NodeView<'_>]) -> Vec<u32> {
    let (mut split, mut leaf) = (0, nodes.len() as u32 / 2);
    let slot = |node: &NodeView<'_>| {
        let next = if matches!(node, NodeView::Split { .. }) { &mut split } else { &mut leaf };
        *next += 1;
        *next - 1
    };
    nodes.iter().map(slot).collect()
}

/// The part of a node's weight that goes to a child. Where no weight came, both children are as likely.
fn fraction(child: f64, parent: f64) -> f64 {
    if parent > 0.0 { (child / parent).min(1.0) } else { 0.5 }
}
