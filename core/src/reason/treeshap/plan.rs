//! A forest's output, laid out for the TreeSHAP kernel.

use scorelet_kernels::treeshap::{LANES, Lanes, Question, Split, TreeRef, Twig, Work};

use super::super::quadrature::{Point, gauss_legendre};
use crate::limits;
use crate::model::forest::{Forest, NodeView, TreeView};

/// Everything that does not depend on the row.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    trees: Vec<Tree>,
    /// The parts of all trees, one tree after another.
    splits: Vec<Split>,
    twigs: Vec<Twig>,
    leaves: Vec<f64>,
    /// Quadrature rules by number of passes, [`LANES`] points a pass.
    rules: Vec<Vec<Lanes>>,
    bias: f64,
    divisor: f64,
    /// While compiling: what the path from the root says of each feature.
    path: Vec<Above>,
}

/// How many of each part a tree has.
#[derive(Clone, Copy, Debug)]
struct Tree {
    splits: u32,
    twigs: u32,
    leaves: u32,
    passes: u32,
}

/// What the path from the root says of a feature.
#[derive(Clone, Copy, Debug)]
struct Above {
    /// Where the verdict stands: see [`Question::above`].
    verdict: u32,
    /// Product of the weight fractions of the feature's splits.
    fraction: f64,
}

const NOTHING: Above = Above { verdict: 0, fraction: 1.0 };

/// A pass of a rule.
fn lanes(points: &[Point; LANES]) -> Lanes {
    Lanes::new(points.map(|p| p.t), points.map(|p| p.rest), points.map(|p| p.weight / p.rest))
}

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
    if forest.has_linear_leaves() {
        return Err("TreeSHAP is not defined for trees with linear leaves");
    }
    let of_trees = || forest.trees().map(|tree| tree.len() / 2);
    let splits: usize = of_trees().sum();
    if splits > limits::EXPLAINED_SPLITS || of_trees().any(|n| n > limits::EXPLAINED_TREE_SPLITS) {
        return Err("the forest has more splits than can be explained");
    }
    // Trees of one leaf each need no weights.
    if splits > 0 && !forest.has_covers() {
        return Err("TreeSHAP needs the training weights of the trees' nodes, and the model has none");
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

    /// How many splits it keeps.
    pub(super) fn len(&self) -> usize {
        self.splits.len() + self.twigs.len()
    }

    /// Working memory for the largest tree.
    pub(super) fn work(&self, features: usize) -> Work {
        let slots = self.trees.iter().map(|t| t.splits as usize + t.twigs as usize + t.leaves as usize);
        Work::new(features, slots.max().unwrap_or(0))
    }

    /// Contributions of one row; `left[test]` says whether the row passes a test.
    pub(super) fn run(&self, left: &[bool], work: &mut Work, out: &mut [f64]) {
        work.begin();
        let all = (self.splits.as_slice(), self.twigs.as_slice(), self.leaves.as_slice());
        let (mut splits, mut twigs, mut leaves) = all;
        for tree in &self.trees {
            let cut = TreeRef {
                splits: cut(&mut splits, tree.splits),
                twigs: cut(&mut twigs, tree.twigs),
                leaves: cut(&mut leaves, tree.leaves),
            };
            for lanes in self.rules.get(tree.passes as usize).into_iter().flatten() {
                work.pass(cut, lanes, left);
            }
        }
        work.end(self.divisor, out);
    }

    /// Adds a tree, of whose leaves the `value`-th number counts; gives back its expected value.
    pub(super) fn add(&mut self, nodes: &[NodeView<'_>], value: usize) -> f64 {
        let kinds = kinds(nodes);
        let (slots, [splits, twigs, leaves]) = slots(&kinds);
        let slot = |node: usize| slots.get(node).copied().unwrap_or(0);
        let cover = |node: usize| match nodes.get(node) {
            Some(NodeView::Split { cover, .. } | NodeView::Leaf { cover, .. }) => *cover,
            None => 0.0,
        };
        let leaf = |node: usize| match nodes.get(node) {
            Some(NodeView::Leaf { values, .. }) => values.get(value).copied().unwrap_or(0.0),
            _ => 0.0,
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
            let Some(&NodeView::Split { feature, test, right, cover: weight }) = nodes.get(node) else {
                expected += share * leaf(node);
                if kinds.get(node) == Some(&Kind::Lone) {
                    self.leaves.push(leaf(node));
                }
                continue;
            };
            let above = self.path.get(feature as usize).copied().unwrap_or(NOTHING);
            let distinct = distinct + u32::from(above.verdict == 0);
            most_distinct = most_distinct.max(distinct);
            let children = [right as usize, node + 1];
            let fractions = children.map(|child| fraction(cover(child), weight));
            let [on_right, on_left] = fractions;
            let question = Question { test, feature, above: above.verdict, above_fraction: above.fraction };
            if kinds.get(node) == Some(&Kind::Twig) {
                let leaves @ [right, left] = children.map(leaf);
                let mean = right * on_right + left * on_left;
                expected += share * mean;
                self.twigs.push(Twig { question, leaves, mean });
                continue;
            }
            self.splits.push(Split { question, children: children.map(slot), fractions });
            // Last in, first out: left side, right side, then the feature as it was before this split.
            steps.push(Step::Set { feature, above });
            for (side, (child, fraction)) in (0..).zip(children.into_iter().zip(fractions)) {
                let verdict = 1 + 2 * slot(node) + side;
                let inside = Above { verdict, fraction: above.fraction * fraction };
                steps.push(Step::Enter { node: child, share: share * fraction, distinct });
                steps.push(Step::Set { feature, above: inside });
            }
        }
        // n points are exact up to degree 2n − 1; the integrand has degree distinct − 1. A lone leaf is all bias.
        let passes = if nodes.len() == 1 { 0 } else { most_distinct.div_ceil(2 * LANES as u32).max(1) };
        for known in self.rules.len()..=passes as usize {
            let points = gauss_legendre(known * LANES);
            self.rules.push(points.as_chunks().0.iter().map(lanes).collect());
        }
        self.trees.push(Tree { splits, twigs, leaves, passes });
        expected
    }
}

/// What a node is to the kernel.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// A split with a split under it.
    Split,
    /// A split with two leaves.
    Twig,
    /// A leaf of a twig.
    OfTwig,
    /// Any other leaf.
    Lone,
}

fn kinds(nodes: &[NodeView<'_>]) -> Vec<Kind> {
    let is_leaf = |node: usize| matches!(nodes.get(node), Some(NodeView::Leaf { .. }));
    let mut kinds = vec![Kind::Lone; nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        if let NodeView::Split { right, .. } = *node {
            let twig = is_leaf(i + 1) && is_leaf(right as usize);
            let set = if twig {
                [(i, Kind::Twig), (i + 1, Kind::OfTwig), (right as usize, Kind::OfTwig)]
            } else {
                [(i, Kind::Split); 3]
            };
            for (at, kind) in set {
                if let Some(of_node) = kinds.get_mut(at) {
                    *of_node = kind;
                }
            }
        }
    }
    kinds
}

/// Where the kernel keeps each node, and how many splits, twigs and lone leaves there are: each in preorder, splits first.
fn slots(kinds: &[Kind]) -> (Vec<u32>, [u32; 3]) {
    let count = |kind: Kind| kinds.iter().filter(|&&k| k == kind).count() as u32;
    let counts = [Kind::Split, Kind::Twig, Kind::Lone].map(count);
    let [splits, twigs, _] = counts;
    let (mut split, mut twig, mut lone) = (0, splits, splits + twigs);
    let slot = |kind: &Kind| {
        let next = match kind {
            Kind::Split => &mut split,
            Kind::Twig => &mut twig,
            Kind::Lone => &mut lone,
            Kind::OfTwig => return 0,
        };
        *next += 1;
        *next - 1
    };
    (kinds.iter().map(slot).collect(), counts)
}

/// The next `n` of a list.
fn cut<'a, T>(list: &mut &'a [T], n: u32) -> &'a [T] {
    let (head, tail) = list.split_at_checked(n as usize).unwrap_or((&[], &[]));
    *list = tail;
    head
}

/// The part of a node's weight that goes to a child. Where no weight came, both children are as likely.
fn fraction(child: f64, parent: f64) -> f64 {
    if parent > 0.0 { (child / parent).min(1.0) } else { 0.5 }
}
