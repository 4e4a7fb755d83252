//! Time of a scorecard of 15 characteristics through the score graph: `cargo bench -p scorelet-core --bench nodes`.
//!
//! Minimum of several runs, since other work on the machine only ever adds time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use scorelet_core::band::Bands;
use scorelet_core::column::{Block, State};
use scorelet_core::feature::StateValues;
use scorelet_core::feature::bins::{Bins, Closed};
use scorelet_core::feature::lookup::Lookup;
use scorelet_core::graph::{Graph, Node, Op, Scratch};
use scorelet_core::model::link::Link;
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::rounding::{Rounding, RoundingMode};
use scorelet_core::scale::{Scale, ScaleMap};
use scorelet_core::schema::Stage;
use std::hint::black_box;
use std::time::Instant;

const CHARACTERISTICS: u32 = 15;
/// Rows evaluated in a round: more than a branch predictor learns, few enough for the second-level cache.
const ROWS: usize = 4096;
const ROUNDS: usize = 300;

fn node(name: &str, inputs: Vec<u32>, op: impl Into<Op>) -> Node {
    Node { name: name.to_owned(), stage: Stage::Edge, inputs, op: op.into() }
}

/// Ten numeric and five categorical characteristics, `edges` edges each.
fn characteristics(edges: usize) -> Vec<Node> {
    let own = StateValues { missing: Some(-5.0), special: Some(-7.0), ..StateValues::default() };
    let points = |n: usize| (0..n).map(|i| i as f64 * 7.0 - 20.0).collect::<Vec<_>>();
    let characteristic = |i: u32| -> Op {
        if i % 3 == 2 {
            return Lookup::new(points(edges + 1), own.clone()).unwrap().into();
        }
        let at = (0..edges).map(|e| (e as f64 + 0.5) * 10.0 / edges as f64).collect();
        Bins::new(Closed::Left, at, points(edges + 1), own.clone()).unwrap().into()
    };
    (0..CHARACTERISTICS).map(|i| node(&format!("points{i}"), vec![i], characteristic(i))).collect()
}

/// The characteristics and the first `tail` of: total, log-odds, PD, band.
fn graph(edges: usize, tail: usize) -> Graph {
    let mut nodes = characteristics(edges);
    let n = CHARACTERISTICS;
    let range = PointsRange { minimum: -20.0, maximum: 50.0, average: None };
    let half_even = Rounding::new(RoundingMode::HalfEven, 0).unwrap();
    let card = Scorecard::new(500.0, true, half_even, vec![range; n as usize]).unwrap();
    nodes.push(node("points", (n..2 * n).collect(), card));
    let log_odds = ScaleMap::Linear { lo: 487.0, hi: 516.0, at_lo: 0.0, at_hi: -1.0 };
    let log_odds = Scale::new(log_odds, Rounding::NONE, f64::NEG_INFINITY, f64::INFINITY).unwrap();
    nodes.push(node("log_odds", vec![2 * n], log_odds));
    nodes.push(node("pd", vec![2 * n + 1], Link::Logit { sigmoid: 1.0 }));
    nodes.push(node("band", vec![2 * n], Bands::new(vec![400.0, 500.0, 600.0]).unwrap()));
    nodes.truncate(n as usize + tail);
    Graph::new(n as usize, nodes).unwrap()
}

/// Blocks with different rows in each, so that a branch predictor cannot learn them by heart.
fn blocks(graph: &Graph, block_rows: usize, absent_share: u64) -> Vec<Block> {
    let mut seed = 1u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let fill = |_| {
        let mut block = Block::new(graph.columns(), block_rows);
        block.set_rows(block_rows);
        for c in 0..graph.fields() {
            let mut column = block.column_mut(c);
            for row in 0..block_rows {
                match next() % 100 < absent_share {
                    true => column.set_absent(row, State::MISSING),
                    false if c % 3 == 2 => column.set(row, (next() % 5) as f64),
                    false => column.set(row, (next() % 1000) as f64 / 100.0),
                }
            }
        }
        block
    };
    (0..ROWS / block_rows).map(fill).collect()
}

/// Nanoseconds a row, the least of several rounds.
fn measure(graph: &Graph, block_rows: usize, absent_share: u64) -> f64 {
    let mut blocks = blocks(graph, block_rows, absent_share);
    let mut scratch = Scratch::default();
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for block in &mut blocks {
            graph.evaluate(black_box(block), &mut scratch);
        }
        best = best.min(start.elapsed().as_nanos() as f64 / ROWS as f64);
    }
    best
}

fn main() {
    println!(
        "{:>8} {:>6} {:>7} {:>7} {:>12} {:>14}",
        "nodes", "edges", "block", "absent", "ns a row", "rows/s"
    );
    for (tail, edges, block, absent) in [
        (4, 6, 256, 0),
        (4, 6, 256, 10),
        (4, 6, 1, 0),
        (0, 6, 256, 0),
        (0, 6, 256, 10),
        (1, 6, 256, 0),
        (2, 6, 256, 0),
        (3, 6, 256, 0),
        (0, 20, 256, 0),
        (0, 100, 256, 0),
        (0, 1000, 256, 0),
    ] {
        let ns = measure(&graph(edges, tail), block, absent);
        let nodes = CHARACTERISTICS as usize + tail;
        println!("{nodes:>8} {edges:>6} {block:>7} {absent:>6}% {ns:>12.1} {:>14.0}", 1e9 / ns);
    }
}
