//! Generates forests and rows for them from a seed.

use scorelet_core::author::forest::{Feature, FeatureKind, ForestDraft, LeafLinear, Test, Tree, TreeNode};
use scorelet_core::model::forest::{Arithmetic, MissingRule};

/// SplitMix64: the same models on every machine.
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Uniform in -1..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }
}

/// What kind of forest to make.
#[derive(Debug, Clone)]
pub(crate) struct Recipe {
    pub(crate) seed: u64,
    pub(crate) arithmetic: Arithmetic,
    pub(crate) trees: usize,
    pub(crate) features: usize,
    pub(crate) outputs: usize,
    /// Longest path.
    pub(crate) depth: usize,
    /// Chance that a node above the longest path is a split, in percent.
    pub(crate) full: usize,
    /// Grows trees of so many leaves leaf by leaf, at random, instead of by depth; 0 for by depth.
    pub(crate) leaves: usize,
    /// Thresholds come from a grid of this many, so that they repeat; 0 for no grid.
    pub(crate) grid: usize,
    pub(crate) categories: bool,
    pub(crate) vector: bool,
    pub(crate) linear: bool,
    pub mixed_rules: bool,
    /// One test a level of a tree, as in CatBoost's symmetric trees; with `full` at 100 they get a kernel of their own.
    pub(crate) oblivious: bool,
}

impl Recipe {
    /// The plain model of the benchmark's shape.
    pub(crate) fn plain(arithmetic: Arithmetic, trees: usize, depth: usize) -> Self {
        Self {
            seed: 1,
            arithmetic,
            trees,
            features: 50,
            outputs: 1,
            depth,
            full: 100,
            leaves: 0,
            grid: 256,
            categories: false,
            vector: false,
            linear: false,
            mixed_rules: false,
            oblivious: false,
        }
    }

    pub(crate) fn draft(&self) -> ForestDraft {
        let mut rng = Rng(self.seed);
        let name = |i| Feature { name: format!("f{i}"), kind: FeatureKind::Number };
        let wide = self.arithmetic == Arithmetic::F64LessEqual;
        ForestDraft {
            features: (0..self.features).map(name).collect(),
            arithmetic: self.arithmetic,
            base: (0..self.outputs).map(|_| f64::from(rng.unit() as f32)).collect(),
            base_first: rng.chance(50),
            divisor: if wide && rng.chance(30) { 3.0 } else { 1.0 },
            trees: (0..self.trees).map(|i| self.tree(i, &mut rng)).collect(),
        }
    }

    fn tree(&self, number: usize, rng: &mut Rng) -> Tree {
        let output = if self.vector && rng.chance(50) { None } else { Some((number % self.outputs) as u32) };
        let mut tree = Tree { output, nodes: Vec::new() };
        let depth = if self.leaves > 0 { 0 } else { self.depth };
        // Some trees of a forest are shallower.
        let depth = if self.oblivious && rng.chance(20) { rng.below(depth + 1) } else { depth };
        let one = |rng: &mut Rng| (rng.below(self.features) as u32, self.test(rng));
        let levels: Vec<_> = (0..if self.oblivious { depth } else { 0 }).map(|_| one(rng)).collect();
        self.node(&mut tree, depth, &levels, rng);
        let mut leaves = vec![0];
        while leaves.len() < self.leaves {
            let at = leaves.swap_remove(rng.below(leaves.len()));
            let (feature, test) = (rng.below(self.features) as u32, self.test(rng));
            let (left, _) = self.node(&mut tree, 0, &[], rng);
            let (right, _) = self.node(&mut tree, 0, &[], rng);
            tree.nodes[at as usize] = TreeNode::Split { feature, test, left, right, cover: 1.0 };
            leaves.extend([left, right]);
        }
        tree
    }

    /// A node and what is below it; `levels` are the tests of an oblivious tree, from the bottom.
    fn node(&self, tree: &mut Tree, depth: usize, levels: &[(u32, Test)], rng: &mut Rng) -> (u32, f64) {
        let at = tree.nodes.len();
        let width = if tree.output.is_some() { 1 } else { self.outputs };
        let leaf = TreeNode::Leaf {
            values: (0..width).map(|_| self.leaf_value(rng)).collect(),
            linear: (self.linear && tree.output.is_some() && rng.chance(50)).then(|| self.linear_leaf(rng)),
            cover: 1.0 + rng.below(100) as f64,
        };
        let TreeNode::Leaf { cover, .. } = leaf else { unreachable!() };
        tree.nodes.push(leaf);
        if depth == 0 || !rng.chance(self.full) {
            return (at as u32, cover);
        }
        let (feature, test) = match levels.get(depth - 1) {
            Some(level) => level.clone(),
            None => (rng.below(self.features) as u32, self.test(rng)),
        };
        let (left, left_cover) = self.node(tree, depth - 1, levels, rng);
        let (right, right_cover) = self.node(tree, depth - 1, levels, rng);
        let cover = left_cover + right_cover + f64::from(rng.chance(5));
        tree.nodes[at] = TreeNode::Split { feature, test, left, right, cover };
        (at as u32, cover)
    }

    fn leaf_value(&self, rng: &mut Rng) -> f64 {
        if rng.chance(3) { -0.0 } else { self.round(rng.unit() * 0.3) }
    }

    fn linear_leaf(&self, rng: &mut Rng) -> LeafLinear {
        let terms = rng.below(4);
        LeafLinear {
            constant: rng.unit(),
            terms: (0..terms).map(|_| (rng.below(self.features) as u32, rng.unit())).collect(),
        }
    }

    fn round(&self, x: f64) -> f64 {
        if self.arithmetic == Arithmetic::F32Less { f64::from(x as f32) } else { x }
    }

    fn test(&self, rng: &mut Rng) -> Test {
        if self.categories && rng.chance(30) {
            let mut categories: Vec<u32> = (0..rng.below(8)).map(|_| rng.below(70) as u32).collect();
            categories.sort_unstable();
            categories.dedup();
            return Test::InSet { categories, nan_left: rng.chance(50), invalid_left: rng.chance(30) };
        }
        use MissingRule::{NanIsZero, NanLeft, NanRight, ZeroLeft, ZeroRight};
        let rules = [NanLeft, NanRight, NanIsZero, ZeroLeft, ZeroRight];
        let missing = rules[rng.below(if self.mixed_rules { 5 } else { 2 })];
        Test::Below { threshold: self.threshold(rng), missing }
    }

    pub(crate) fn threshold(&self, rng: &mut Rng) -> f64 {
        let odd = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1e-40, -1e-35, 1e-35, f64::from(f32::MAX)];
        if self.mixed_rules && rng.chance(8) {
            return self.round(odd[rng.below(odd.len())]);
        }
        let x = rng.unit() * 3.0;
        if self.grid == 0 {
            return self.round(x);
        }
        let step = 6.0 / self.grid as f64;
        self.round((x / step).floor() * step)
    }

    /// A row: usual values, thresholds hit exactly, a neighbour of one, and the odd ones.
    pub(crate) fn row(&self, rng: &mut Rng) -> Vec<f64> {
        (0..self.features).map(|_| self.value(rng)).collect()
    }

    fn value(&self, rng: &mut Rng) -> f64 {
        let odd = [
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1e-35,
            1e-36,
            -1e-35,
            1.1e-35,
            1e300,
            -1e300,
            -0.5,
            -1.0,
            5.7,
            16_777_216.0,
            3e9,
        ];
        match rng.below(100) {
            0..10 => f64::NAN,
            10..30 => self.threshold(rng),
            30..40 => self.threshold(rng).next_up(),
            40..50 if self.mixed_rules => odd[rng.below(odd.len())],
            40..60 if self.categories => rng.below(80) as f64,
            _ => rng.unit() * 3.0,
        }
    }
}
