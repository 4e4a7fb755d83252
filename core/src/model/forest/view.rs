//! A forest to read: for reason codes, inspection and drawing. Not for scoring.

use scorelet_kernels::forest::{SlotKind, Span, leaf_values};

use super::Forest;

/// One tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeView<'a> {
    forest: &'a Forest,
    output: Option<u32>,
    span: Span,
    first_value: usize,
}

/// A node of a tree. Nodes are numbered in preorder from the tree's root 0, so the left child of split `i` is `i + 1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NodeView<'a> {
    /// Asks its test; yes goes left.
    Split {
        /// Input feature.
        feature: u32,
        /// Test number: see [`Forest::decide`].
        test: u32,
        /// Number of the right child.
        right: u32,
        /// Training weight that came here; 0 if the trainer gave none.
        cover: f64,
    },
    /// Adds to the sums.
    Leaf {
        /// One value, or one an output if the tree's output is `None`.
        values: &'a [f64],
        /// Linear leaf.
        linear: Option<LinearView<'a>>,
        /// Training weight that came here; 0 if the trainer gave none.
        cover: f64,
    },
}

/// A linear leaf: `constant + Σ coefficient · x`; the leaf's plain value if an input is missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearView<'a> {
    /// Constant.
    pub constant: f64,
    /// Input feature and coefficient.
    pub terms: &'a [(u32, f64)],
}

impl Forest {
    /// The thresholds that features are compared with: feature, threshold. Category sets have none.
    pub fn thresholds(&self) -> impl Iterator<Item = (u32, f64)> + '_ {
        let tests = &self.parts.tests;
        let numeric = tests.slots.iter().filter(|slot| !matches!(slot.kind, SlotKind::Category { .. }));
        numeric.flat_map(|slot| tests.thresholds_of(slot).iter().map(|&threshold| (slot.feature, threshold)))
    }

    /// The trees in the trainer's order.
    pub fn trees(&self) -> impl Iterator<Item = TreeView<'_>> {
        let mut first_value = 0;
        self.parts.shape.trees().iter().zip(&self.parts.outputs).map(move |(&span, &output)| {
            let tree = TreeView { forest: self, output, span, first_value };
            first_value += leaf_values(output, &span, self.outputs());
            tree
        })
    }

    /// How many tests there are: distinct questions that the splits ask.
    pub fn tests(&self) -> usize {
        self.parts.tests.count()
    }

    /// Whether the trainer gave training weights, which TreeSHAP needs.
    pub fn has_covers(&self) -> bool {
        !self.parts.covers.is_empty()
    }

    /// Whether a leaf is a linear model, of which TreeSHAP knows nothing.
    pub fn has_linear_leaves(&self) -> bool {
        !self.parts.linears.is_empty()
    }

    /// Asks every test about one row (`values`: one an input feature, NaN for missing): `left[test]` says whether it goes
    /// left.
    pub fn decide(&self, values: &[f64], left: &mut Vec<bool>) {
        self.parts.tests.decide(values, self.parts.arithmetic, left);
    }
}

impl<'a> TreeView<'a> {
    /// The output that the tree adds to; `None` if its leaves have a value for each.
    pub fn output(&self) -> Option<u32> {
        self.output
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        2 * self.span.splits as usize + 1
    }

    /// Never: a tree has a root.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Splits on its longest path.
    pub fn depth(&self) -> usize {
        self.span.depth as usize
    }

    /// Its nodes in preorder. Walks the tree once: keep the result, do not call it for each row.
    pub fn nodes(&self) -> Vec<NodeView<'a>> {
        let mut nodes = self.preorder();
        // Backwards, a node's children stand on a stack: the left one on top.
        let mut done: Vec<(u32, f64)> = Vec::new();
        let inner = &self.forest.parts.inner_covers;
        for (i, node) in nodes.iter_mut().enumerate().rev() {
            match node {
                NodeView::Split { right, cover, .. } => {
                    let (_, left_cover) = done.pop().unwrap_or_default();
                    let (right_child, right_cover) = done.pop().unwrap_or_default();
                    let id = self.span.node + i as u32;
                    *right = right_child;
                    *cover = match inner.binary_search_by_key(&id, |c| c.0) {
                        Ok(at) => inner.get(at).map_or(0.0, |c| c.1),
                        Err(_) => left_cover + right_cover,
                    };
                    done.push((i as u32, *cover));
                }
                NodeView::Leaf { cover, .. } => done.push((i as u32, *cover)),
            }
        }
        nodes
    }

    /// The nodes without their right children and the splits' covers.
    fn preorder(&self) -> Vec<NodeView<'a>> {
        let parts = &self.forest.parts;
        let width = if self.output.is_some() { 1 } else { parts.base.len() };
        let (mut split, mut leaf) = (self.span.split as usize, self.span.leaf as usize);
        let mut value = self.first_value;
        let node = |is_split| {
            if is_split {
                let test = parts.splits.get(split).copied().unwrap_or(0);
                split += 1;
                let feature = parts.tests.slot_of(test).map_or(0, |s| s.feature);
                return NodeView::Split { feature, test, right: 0, cover: 0.0 };
            }
            let linear = parts.linears.binary_search_by_key(&(leaf as u32), |l| l.leaf).ok();
            let linear = linear.and_then(|at| parts.linears.get(at));
            let node = NodeView::Leaf {
                values: parts.values.get(value..value + width).unwrap_or(&[]),
                linear: linear.map(|l| LinearView { constant: l.constant, terms: &l.terms }),
                cover: parts.covers.get(leaf).copied().unwrap_or(0.0),
            };
            leaf += 1;
            value += width;
            node
        };
        parts.shape.of(&self.span).map(node).collect()
    }
}
