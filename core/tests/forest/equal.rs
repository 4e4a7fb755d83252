//! Kernels against the naive walk.

use proptest::prelude::*;
use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Kernel, Scratch};
use scorelet_core::model::forest::{Arithmetic, Forest};

use crate::draft::{Recipe, Rng};

/// Evaluates rows in blocks of at most `size`; row-major outputs.
pub(crate) fn evaluate(forest: &Forest, rows: &[Vec<f64>], size: usize, scratch: &mut Scratch) -> Vec<f64> {
    let (features, outputs) = (forest.features(), forest.outputs());
    let ids: Vec<u32> = (0..features as u32).collect();
    let mut block = Block::new(features + outputs, size);
    let mut all = Vec::new();
    for chunk in rows.chunks(size) {
        block.set_rows(chunk.len());
        for f in 0..features {
            let column = block.column_mut(f);
            for (r, row) in chunk.iter().enumerate() {
                column.values[r] = row[f];
                column.states[r] = if row[f].is_nan() { State::MISSING } else { State::PRESENT };
            }
        }
        let (columns, mut out) = block.split(features);
        forest.eval(&Inputs::new(columns, &ids), &mut out, scratch);
        for r in 0..chunk.len() {
            all.extend((0..outputs).map(|k| block.column(features + k).values[r]));
        }
    }
    all
}

fn same(a: f64, b: f64) -> bool {
    // A sum that overflows is absent in a column.
    a.to_bits() == b.to_bits() || (!a.is_finite() && b.is_nan())
}

/// Compares every block size on `rows` rows.
pub(crate) fn check(recipe: &Recipe, rows: usize) {
    let draft = recipe.draft();
    let forest = draft.compile().unwrap();
    let mut rng = Rng(recipe.seed ^ 0xABCD);
    let rows: Vec<Vec<f64>> = (0..rows).map(|_| recipe.row(&mut rng)).collect();
    let naive: Vec<f64> = rows.iter().flat_map(|row| draft.margins(row)).collect();
    let mut scratch = Scratch::default();
    for size in [1, 7, 128, 256] {
        let fast = evaluate(&forest, &rows, size, &mut scratch);
        for (i, (a, b)) in naive.iter().zip(&fast).enumerate() {
            let row = &rows[i / forest.outputs()];
            assert!(same(*a, *b), "{recipe:?} block {size} cell {i}: naive {a:?} kernel {b:?}\nrow {row:?}");
        }
    }
}

fn recipes() -> impl Strategy<Value = Recipe> {
    let size = (any::<u64>(), any::<bool>(), 0..40_usize, 1..9_usize, 1..4_usize, 0..11_usize);
    let kind = (50..101_usize, prop::sample::select(vec![0, 4, 40]), any::<[bool; 3]>(), 0..8_u8);
    (size, kind).prop_map(|((seed, wide, trees, features, outputs, depth), (full, grid, flags, odd))| {
        Recipe {
            seed,
            arithmetic: if wide { Arithmetic::F64LessEqual } else { Arithmetic::F32Less },
            // Keeps a case small: a full tree of depth 10 has 2,047 nodes.
            trees: trees.min(4096 >> depth),
            features,
            outputs,
            depth,
            full: if flags[2] { 100 } else { full },
            leaves: 0,
            grid,
            categories: flags[0],
            vector: odd == 0,
            linear: odd == 1 && wide,
            mixed_rules: flags[1],
            oblivious: flags[2],
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]
    #[test]
    fn every_kernel_equals_the_naive_walk(recipe in recipes()) {
        check(&recipe, 263);
    }
}

#[test]
fn big_plain_models() {
    for arithmetic in [Arithmetic::F32Less, Arithmetic::F64LessEqual] {
        for depth in [1, 3, 6, 7, 8] {
            check(&Recipe::plain(arithmetic, 150 >> (depth / 4), depth), 300);
        }
        check(&Recipe { outputs: 3, ..Recipe::plain(arithmetic, 101, 5) }, 300);
        for depth in [1, 6, 8, 9] {
            let plain = Recipe::plain(arithmetic, 50, depth);
            check(&Recipe { oblivious: true, outputs: 3, vector: depth == 6, ..plain }, 300);
        }
        check(&Recipe { full: 85, features: 9, ..Recipe::plain(arithmetic, 30, 14) }, 300);
    }
}

#[test]
fn unbalanced_trees() {
    for arithmetic in [Arithmetic::F32Less, Arithmetic::F64LessEqual] {
        for leaves in [9, 31, 129, 255, 256, 257] {
            check(&Recipe { leaves, mixed_rules: leaves < 100, ..Recipe::plain(arithmetic, 60, 0) }, 300);
        }
        check(&Recipe { leaves: 2000, ..Recipe::plain(arithmetic, 5, 0) }, 300);
        check(&Recipe { full: 55, mixed_rules: true, ..Recipe::plain(arithmetic, 60, 40) }, 300);
    }
}

#[test]
fn over_65536_tests() {
    let recipe = Recipe { features: 3, grid: 0, ..Recipe::plain(Arithmetic::F64LessEqual, 70, 10) };
    assert!(recipe.draft().compile().unwrap().tests() > 65_536);
    check(&recipe, 260);
}

#[test]
fn a_forest_without_trees_gives_its_base() {
    let draft = Recipe::plain(Arithmetic::F32Less, 0, 0).draft();
    let forest = draft.compile().unwrap();
    let row = vec![0.0; 50];
    let fast = evaluate(&forest, std::slice::from_ref(&row), 1, &mut Scratch::default());
    assert_eq!(fast, draft.margins(&row));
}
