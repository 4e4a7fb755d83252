//! Random forests: every way of comparing, every missing rule, category sets, unbalanced trees, several outputs.

use scorelet_core::author::forest::{Feature, FeatureKind, ForestDraft, LeafLinear, Test, Tree, TreeNode};
use scorelet_core::model::forest::{Arithmetic, MissingRule};
use scorelet_core::schema::{Field, FieldType};

use super::grid;
use crate::random::Random;

/// How large.
#[derive(Clone, Copy, Debug)]
pub struct ForestShape {
    /// Trees.
    pub trees: usize,
    /// Splits from root to leaf at most.
    pub depth: usize,
    /// Whether every path has that length.
    pub full: bool,
    /// Outputs.
    pub outputs: usize,
}

/// A forest that reads all fields.
pub fn draft(random: &mut Random, fields: &[Field], shape: ForestShape) -> ForestDraft {
    let arithmetic = *random.pick(&[Arithmetic::F32Less, Arithmetic::F64LessEqual]);
    let lightgbm = arithmetic == Arithmetic::F64LessEqual;
    let vector_leaves = shape.outputs > 1 && random.one_in(3);
    let mut maker = Maker {
        arithmetic,
        fields,
        linear: lightgbm && !vector_leaves && random.one_in(5),
        leaf_values: if vector_leaves { shape.outputs } else { 1 },
        random,
    };
    let trees = (0..shape.trees).map(|i| {
        let output = (!vector_leaves).then_some((i % shape.outputs) as u32);
        Tree { output, nodes: maker.tree(shape) }
    });
    let trees = trees.collect();
    let base = (0..shape.outputs).map(|_| maker.exact(0.3)).collect();
    let divisor =
        if maker.random.one_in(5) { shape.trees.div_ceil(shape.outputs).max(1) as f64 } else { 1.0 };
    ForestDraft {
        features: fields.iter().map(feature).collect(),
        arithmetic,
        base,
        base_first: !lightgbm,
        divisor,
        trees,
    }
}

fn feature(field: &Field) -> Feature {
    let kind = match &field.kind {
        FieldType::Category { values } => FeatureKind::Category { values: Some(values.clone()) },
        _ => FeatureKind::Number,
    };
    Feature { name: field.name.clone(), kind }
}

struct Maker<'a> {
    random: &'a mut Random,
    fields: &'a [Field],
    arithmetic: Arithmetic,
    linear: bool,
    leaf_values: usize,
}

impl Maker<'_> {
    /// A small number that the arithmetic has.
    fn exact(&mut self, size: f64) -> f64 {
        let value = size * self.random.normal();
        if self.arithmetic == Arithmetic::F32Less { f64::from(value as f32) } else { value }
    }

    fn tree(&mut self, shape: ForestShape) -> Vec<TreeNode> {
        let mut nodes = Vec::new();
        self.node(&mut nodes, shape, shape.depth);
        nodes
    }

    /// Adds a node with all under it; its index and weight.
    fn node(&mut self, nodes: &mut Vec<TreeNode>, shape: ForestShape, depth: usize) -> (u32, f64) {
        let at = nodes.len();
        if depth == 0 || (!shape.full && self.random.one_in(5)) {
            let cover = self.random.between(1, 500) as f64;
            let values = (0..self.leaf_values).map(|_| self.exact(0.1)).collect();
            let linear = (self.linear && self.random.one_in(2)).then(|| self.leaf_linear());
            nodes.push(TreeNode::Leaf { values, linear, cover });
            return (at as u32, cover);
        }
        // A place for the parent, so that it comes before its children.
        nodes.push(TreeNode::Leaf { values: vec![], linear: None, cover: 0.0 });
        let feature = self.random.below(self.fields.len());
        let test = self.test(feature);
        let (left, left_cover) = self.node(nodes, shape, depth - 1);
        let (right, right_cover) = self.node(nodes, shape, depth - 1);
        let cover = left_cover + right_cover;
        nodes[at] = TreeNode::Split { feature: feature as u32, test, left, right, cover };
        (at as u32, cover)
    }

    fn test(&mut self, feature: usize) -> Test {
        if let FieldType::Category { values } = &self.fields[feature].kind
            && self.random.one_in(2)
        {
            let categories = (0..values.len() as u32 + 2).filter(|_| self.random.one_in(2)).collect();
            let (nan_left, invalid_left) = (self.random.one_in(2), self.random.one_in(2));
            return Test::InSet { categories, nan_left, invalid_left };
        }
        let threshold = match self.random.below(20) {
            0 => 0.0,
            1 => self.exact(4.0),
            _ => grid(self.random),
        };
        let missing = match self.arithmetic {
            Arithmetic::F32Less => *self.random.pick(&[MissingRule::NanLeft, MissingRule::NanRight]),
            Arithmetic::F64LessEqual => *self.random.pick(&[
                MissingRule::NanLeft,
                MissingRule::NanRight,
                MissingRule::NanIsZero,
                MissingRule::ZeroLeft,
                MissingRule::ZeroRight,
            ]),
        };
        Test::Below { threshold, missing }
    }

    fn leaf_linear(&mut self) -> LeafLinear {
        let terms = (0..self.random.below(4))
            .map(|_| (self.random.below(self.fields.len()) as u32, self.exact(0.01)))
            .collect();
        LeafLinear { constant: self.exact(0.1), terms }
    }
}
