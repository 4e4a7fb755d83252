//! Time of a scorecard of 15 characteristics through the score graph: `cargo bench -p scorelet-core --bench nodes`.
//!
//! Minimum of several runs, since other work on the machine only ever adds time.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

use scorelet_core::band::Bands;
use scorelet_core::bundle::{Bundle, Digest, Meta};
use scorelet_core::column::{Block, State};
use scorelet_core::feature::StateValues;
use scorelet_core::feature::bins::{Bins, Closed};
use scorelet_core::feature::lookup::Lookup;
use scorelet_core::graph::{Graph, Node, Op, Scratch};
use scorelet_core::model::link::Link;
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::rounding::{Rounding, RoundingMode};
use scorelet_core::scale::{Scale, ScaleMap};
use scorelet_core::schema::{Field, FieldType, Policies, Policy, Special, Stage};
use scorelet_core::scorer::Scorer;
use scorelet_core::split::Trusted;
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

/// A bundle around the graph: bounded numbers with a special code, and categories.
fn bundle(graph: Graph) -> Bundle {
    let own = Policy::OwnBin;
    let policies = Policies { missing: own, special: own, unseen: own, out_of_range: own };
    let special = Special { value: -9.0, text: String::new(), name: "no file".to_owned() };
    let field = |i: u32| Field {
        name: format!("x{i}"),
        kind: match i % 3 {
            2 => FieldType::Category { values: (0..5).map(|v| format!("v{v}")).collect() },
            _ => FieldType::Number,
        },
        unit: String::new(),
        stage: Stage::Edge,
        leaves_device: true,
        min: if i.is_multiple_of(3) { f64::NEG_INFINITY } else { 0.0 },
        max: if i.is_multiple_of(3) { f64::INFINITY } else { 100.0 },
        specials: if i % 3 == 1 { vec![special.clone()] } else { vec![] },
        policies,
        labels: vec![],
    };
    Bundle {
        digest: Digest([0; 32]),
        signer: None,
        meta: Meta::default(),
        fields: (0..CHARACTERISTICS).map(field).collect(),
        graph,
        scores: vec![],
        groups: vec![],
        checks: vec![],
        form: vec![],
        cut: None,
        trusted: Trusted::default(),
        forecasts: Vec::new(),
        policy: None,
        #[cfg(feature = "author")]
        notice: Vec::new(),
        outputs: Vec::new(),
    }
}

/// Field values, column-major, NaN where absent. Each row is another, so that no branch predictor learns them by heart.
fn rows(absent_percent: u64) -> Vec<f64> {
    let mut seed = 1u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let cell = |i| match i / ROWS % 3 {
        _ if next() % 100 < absent_percent => f64::NAN,
        2 => (next() % 5) as f64,
        _ => (next() % 1000) as f64 / 100.0,
    };
    (0..CHARACTERISTICS as usize * ROWS).map(cell).collect()
}

/// The rows in blocks, as the scorer would fill them.
fn blocks(graph: &Graph, block_rows: usize, values: &[f64]) -> Vec<Block> {
    let fill = |b: usize| {
        let mut block = Block::new(graph.columns(), block_rows);
        block.set_rows(block_rows);
        for (c, given) in values.chunks(ROWS).enumerate() {
            let mut column = block.column_mut(c);
            for (row, &x) in given.iter().skip(b * block_rows).take(block_rows).enumerate() {
                if x.is_nan() { column.set_absent(row, State::MISSING) } else { column.set(row, x) }
            }
        }
        block
    };
    (0..ROWS / block_rows).map(fill).collect()
}

/// Nanoseconds a row, the least of several rounds.
fn least(mut round: impl FnMut()) -> f64 {
    let one = |_| {
        let start = Instant::now();
        round();
        start.elapsed().as_nanos() as f64 / ROWS as f64
    };
    (0..ROUNDS).map(one).fold(f64::INFINITY, f64::min)
}

fn print(what: &str, edges: usize, block: usize, absent: u64, ns: f64) {
    println!("{what:<22} {edges:>6} {block:>6} {absent:>6}% {ns:>10.1} {:>12.0}", 1e9 / ns);
}

fn main() {
    println!(
        "{:<22} {:>6} {:>6} {:>7} {:>10} {:>12}",
        "what", "edges", "block", "absent", "ns a row", "rows/s"
    );
    for (what, tail, edges, block, absent) in [
        ("characteristics", 0, 6, 256, 0),
        ("characteristics", 0, 6, 256, 10),
        ("characteristics", 0, 20, 256, 0),
        ("characteristics", 0, 100, 256, 0),
        ("characteristics", 0, 1000, 256, 0),
        ("and total", 1, 6, 256, 0),
        ("and PD", 3, 6, 256, 0),
        ("and band", 4, 6, 256, 0),
        ("and band", 4, 6, 256, 10),
        ("and band", 4, 6, 1, 0),
    ] {
        let graph = graph(edges, tail);
        let mut blocks = blocks(&graph, block, &rows(absent));
        let mut scratch = Scratch::default();
        let ns = least(|| blocks.iter_mut().for_each(|b| graph.evaluate(black_box(b), &mut scratch)));
        print(what, edges, block, absent, ns);
    }
    for absent in [0, 10] {
        let (values, mut out) = (rows(absent), vec![0.0; 3 * ROWS]);
        let mut scorer = Scorer::new(bundle(graph(6, 4)));
        // Total, PD, band.
        let outputs = [2, 4, 5].map(|i| 2 * CHARACTERISTICS - 2 + i);
        let ns = least(|| scorer.score_columns(ROWS, black_box(&values), &outputs, &mut out).unwrap());
        print("Scorer::score_columns", 6, 256, absent, ns);
    }
}
