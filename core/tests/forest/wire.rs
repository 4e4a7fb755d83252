//! The bundle form.

use proptest::prelude::*;
use scorelet_core::bundle::wire::{Reader, Wire};
use scorelet_core::graph::{Kernel, Scratch};
use scorelet_core::model::forest::{Arithmetic, Forest, NodeView};

use crate::draft::{Recipe, Rng};
use crate::equal::evaluate;

fn rich(seed: u64, wide: bool) -> Recipe {
    Recipe {
        seed,
        features: 4,
        outputs: 2,
        categories: true,
        mixed_rules: true,
        vector: !wide,
        linear: wide,
        full: 80,
        grid: 8,
        ..Recipe::plain(if wide { Arithmetic::F64LessEqual } else { Arithmetic::F32Less }, 5, 4)
    }
}

fn bytes(recipe: &Recipe) -> Vec<u8> {
    let mut out = Vec::new();
    recipe.draft().compile().unwrap().put(&mut out);
    out
}

/// Reads, and runs what could be read.
fn try_bytes(bytes: &[u8]) {
    let mut reader = Reader::new(bytes, "forest");
    let Ok(forest) = Forest::get(&mut reader) else { return };
    if forest.check(forest.features()).is_ok() && forest.features() < 100 {
        let mut rng = Rng(7);
        let rows: Vec<Vec<f64>> =
            (0..3).map(|_| (0..forest.features()).map(|_| rng.unit() * 4.0).collect()).collect();
        for size in [1, 3] {
            evaluate(&forest, &rows, size, &mut Scratch::default());
        }
    }
}

#[test]
fn round_trip_and_every_truncation() {
    for wide in [false, true] {
        for seed in 0..20 {
            let bytes = bytes(&rich(seed, wide));
            let mut reader = Reader::new(&bytes, "forest");
            let forest = Forest::get(&mut reader).unwrap();
            reader.end().unwrap();
            let mut again = Vec::new();
            forest.put(&mut again);
            assert_eq!(bytes, again);
            for end in 0..bytes.len() {
                assert!(Forest::get(&mut Reader::new(&bytes[..end], "forest")).is_err());
            }
        }
    }
}

#[test]
fn a_byte_changed_anywhere_never_panics() {
    for wide in [false, true] {
        let bytes = bytes(&rich(3, wide));
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7F, 0x80, 0xFF, bytes[at] ^ 0x10] {
                let mut changed = bytes.clone();
                changed[at] = value;
                try_bytes(&changed);
            }
        }
    }
}

proptest! {
    #[test]
    fn mutations_never_panic(
        seed in any::<u64>(),
        wide in any::<bool>(),
        edits in prop::collection::vec((any::<usize>(), any::<u8>()), 1..12),
    ) {
        let mut bytes = bytes(&rich(seed, wide));
        for (at, value) in edits {
            let at = at % bytes.len();
            bytes[at] = value;
        }
        try_bytes(&bytes);
    }
}

#[test]
fn the_view_walks_to_the_same_leaf() {
    let recipe = Recipe { vector: false, full: 80, ..Recipe::plain(Arithmetic::F32Less, 20, 6) };
    let draft = recipe.draft();
    let forest = draft.compile().unwrap();
    let mut left = Vec::new();
    let mut rng = Rng(5);
    for _ in 0..50 {
        let row = recipe.row(&mut rng);
        forest.decide(&row, &mut left);
        let mut sum = if draft.base_first { draft.base[0] as f32 } else { 0.0 };
        for tree in forest.trees() {
            let nodes = tree.nodes();
            let mut at = 0;
            loop {
                match nodes[at] {
                    NodeView::Split { test, right, .. } => {
                        at = if left[test as usize] { at + 1 } else { right as usize };
                    }
                    NodeView::Leaf { values, .. } => break sum += values[0] as f32,
                }
            }
        }
        let sum = if draft.base_first { sum } else { sum + draft.base[0] as f32 };
        assert_eq!(f64::from(sum), draft.margins(&row)[0]);
    }
}

#[test]
fn covers_come_back() {
    let recipe = Recipe { full: 90, ..Recipe::plain(Arithmetic::F64LessEqual, 10, 4) };
    let draft = recipe.draft();
    let forest = draft.compile().unwrap();
    for (tree, view) in draft.trees.iter().zip(forest.trees()) {
        // The generator writes nodes in preorder too.
        for (node, seen) in tree.nodes.iter().zip(view.nodes()) {
            use scorelet_core::author::forest::TreeNode;
            let (TreeNode::Split { cover, .. } | TreeNode::Leaf { cover, .. }) = node;
            let (NodeView::Split { cover: found, .. } | NodeView::Leaf { cover: found, .. }) = seen;
            assert!((cover - found).abs() <= 1e-5 * cover);
        }
    }
}
