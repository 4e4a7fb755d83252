//! Forest kernels natively: `cargo bench -p scorelet-core --features author --bench forest`. The smallest of many runs, since
//! other work on the machine can only make a run longer. `cargo xtask bench-peers` has the figures that count: in wasm, with
//! the call, next to the trainers' own libraries.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may panic and prints")]

#[allow(dead_code, reason = "shared with the tests")]
#[path = "../tests/forest/draft.rs"]
mod draft;

use std::hint::black_box;
use std::time::Instant;

use draft::{Recipe, Rng};
use scorelet_core::bundle::wire::{Reader, Wire};
use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Kernel, Scratch};
use scorelet_core::limits::BLOCK_ROWS;
use scorelet_core::model::forest::{Arithmetic, Forest};

fn main() {
    use Arithmetic::{F32Less, F64LessEqual};
    println!("{:<34}{:>10}{:>16}{:>12}", "model", "1 row, µs", "batch, rows/s", "load, ms");
    for (name, recipe) in [
        ("100 trees, depth 6, f32", Recipe::plain(F32Less, 100, 6)),
        ("500 trees, depth 6, f32", Recipe::plain(F32Less, 500, 6)),
        ("500 trees, depth 6, f64", Recipe::plain(F64LessEqual, 500, 6)),
        ("500 trees, 255 leaves, f64", Recipe { leaves: 255, ..Recipe::plain(F64LessEqual, 500, 0) }),
        ("200 trees, depth 10, f32", Recipe::plain(F32Less, 200, 10)),
        ("50 trees, depth 14, f32", Recipe { full: 95, ..Recipe::plain(F32Less, 50, 14) }),
    ] {
        measure(name, &recipe);
    }
}

fn measure(name: &str, recipe: &Recipe) {
    let forest = recipe.draft().compile().unwrap();
    let mut bytes = Vec::new();
    forest.put(&mut bytes);
    let mut rng = Rng(99);
    let cell = |rng: &mut Rng| if rng.chance(10) { f64::NAN } else { rng.unit() * 3.0 };
    let rows: Vec<Vec<f64>> =
        (0..BLOCK_ROWS).map(|_| (0..recipe.features).map(|_| cell(&mut rng)).collect()).collect();
    let mut singles: Vec<Block> = rows.chunks(1).map(|row| block(row, &forest)).collect();
    let mut batch = block(&rows, &forest);
    let ids: Vec<u32> = (0..recipe.features as u32).collect();
    let mut scratch = Scratch::default();
    let mut eval = |block: &mut Block| {
        let (columns, mut outputs) = block.split(recipe.features);
        forest.eval(&Inputs::new(columns, &ids), &mut outputs, &mut scratch);
    };
    let one = best(40, || singles.iter_mut().for_each(&mut eval)) / rows.len() as f64;
    let many = best(40, || eval(&mut batch)) / rows.len() as f64;
    let load = best(10, || {
        black_box(Forest::get(&mut Reader::new(&bytes, "forest")).unwrap());
    });
    println!("{name:<34}{:>10.2}{:>16.0}{:>12.2}", one * 1e6, 1.0 / many, load * 1e3);
}

fn block(rows: &[Vec<f64>], forest: &Forest) -> Block {
    let mut block = Block::new(forest.features() + forest.outputs(), rows.len());
    block.set_rows(rows.len());
    for feature in 0..forest.features() {
        let column = block.column_mut(feature);
        for ((value, state), row) in column.values.iter_mut().zip(column.states).zip(rows) {
            *value = row.get(feature).copied().unwrap_or(f64::NAN);
            *state = if value.is_nan() { State::MISSING } else { State::PRESENT };
        }
    }
    block
}

/// Seconds of the quickest of `n` runs.
fn best(n: usize, mut run: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    (0..n).map(time).fold(f64::MAX, f64::min)
}
