//! Shapley values by coalitions against their definition, on random graphs.

mod hostile;
mod naive;
mod shap;

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::column::{Block, State};
use crate::feature::arith::Arith;
use crate::graph::{Graph, Node, Op, Scratch};
use crate::model::linear::Linear;
use crate::model::network::step::{Function, Step};
use crate::model::network::{Absent, Network, Program};
use crate::schema::Stage;

type Cell = (f64, State);

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((z ^ (z >> 27)) >> 16) as usize % n
    }

    fn value(&mut self) -> f64 {
        self.below(4001) as f64 / 1000.0 - 2.0
    }

    fn cell(&mut self, absent: bool) -> Cell {
        match absent && self.below(8) == 0 {
            true => (0.0, State::MISSING),
            false => (self.value(), State::PRESENT),
        }
    }
}

fn node(name: usize, inputs: Vec<u32>, op: impl Into<Op>) -> Node {
    Node { name: name.to_string(), stage: Stage::Edge, inputs, op: op.into() }
}

/// One layer of tanh and a sum: of an absent input it reads 0.3.
fn network(random: &mut Random, inputs: usize) -> Network {
    let hidden = 1 + random.below(4);
    let [n, h] = [inputs as u32, hidden as u32];
    let figures = (0..inputs * hidden + 2 * hidden).map(|_| random.value() as f32).collect();
    let steps = vec![
        Step::Dense { rows: 1, inputs: n, outputs: h, input: 0, output: n, weights: 0, bias: Some(n * h) },
        Step::Map { function: Function::Tanh, alpha: 0.0, beta: 0.0, input: n, output: n, len: h },
        Step::Dense {
            rows: 1,
            inputs: h,
            outputs: 1,
            input: n,
            output: n + h,
            weights: n * h + h,
            bias: None,
        },
    ];
    let inputs = vec![Absent::Value(0.3); inputs];
    Network::new(Program {
        inputs,
        memory: n + h + 1,
        figures,
        quantised: Vec::new(),
        steps,
        outputs: vec![n + h],
    })
    .unwrap()
}

/// Fields, products and maxima of them, a network, a linear model of the network's output and another column; and
/// whether the linear model is explained.
fn graph(random: &mut Random, fields: usize) -> Graph {
    let (mut nodes, mut columns) = (Vec::new(), fields);
    for _ in 0..random.below(4) {
        let inputs = (0..2).map(|_| random.below(columns) as u32).collect();
        let op = [Arith::Mul, Arith::Max, Arith::Sub][random.below(3)].clone();
        nodes.push(node(nodes.len(), inputs, op));
        columns += 1;
    }
    let inputs: Vec<u32> = (0..1 + random.below(6)).map(|_| random.below(columns) as u32).collect();
    let network = network(random, inputs.len());
    nodes.push(node(nodes.len(), inputs, network));
    if random.below(2) == 0 {
        let inputs = vec![columns as u32, random.below(columns) as u32, columns as u32];
        let coefficients = (0..6).map(|_| random.value()).collect();
        nodes.push(node(nodes.len(), inputs, Linear::new(vec![0.5, -0.5], coefficients, None).unwrap()));
    }
    Graph::new(fields, nodes).unwrap()
}

/// The columns that a node reads; or, `deep`, the fields that these are computed from.
fn players(graph: &Graph, node: usize, deep: bool) -> Vec<u32> {
    let (mut players, mut open) = (BTreeSet::new(), graph.nodes()[node].inputs.clone());
    while let Some(column) = open.pop() {
        match graph.node_at(column as usize).filter(|_| deep) {
            Some(node) => open.extend(&graph.nodes()[node].inputs),
            None => drop(players.insert(column)),
        }
    }
    players.into_iter().collect()
}

/// A random graph with a game on its last node, and one applicant's row.
struct Case {
    graph: Graph,
    spec: ReasonSpec,
    block: Block,
}

impl Case {
    /// With at most `groups` groups; of some seeds, absent values are among the applicant's and the references'.
    fn new(seed: u64, groups: usize, permutations: u32) -> Self {
        let mut random = Random(seed);
        let fields = 1 + random.below(7);
        let graph = graph(&mut random, fields);
        let last = graph.nodes().len() - 1;
        let deep = random.below(2) == 0;
        let own = match players(&graph, last, deep) {
            // A player may not be computed anew of another: take the fields.
            own if Path::new(&graph, &own, last as u32, 0).is_err() => players(&graph, last, true),
            own => own,
        };
        let absent = random.below(3) == 0;
        let rows = 1 + random.below(5);
        let references = (0..rows * own.len()).map(|_| random.cell(absent)).collect();
        let method = if permutations == 0 { ReasonMethod::Shapley } else { ReasonMethod::Permutation };
        let width = graph.nodes()[last].op.width(graph.nodes()[last].inputs.len());
        let spec = ReasonSpec {
            node: last as u32,
            output: random.below(width) as u32,
            method,
            higher_is_worse: true,
            max: 4,
            groups: own.iter().map(|_| random.below(groups) as u32).collect(),
            game: Some(Game { players: own, permutations, references }),
        };
        spec.check(&graph, groups).unwrap();
        let mut block = Block::new(graph.columns(), 3);
        block.set_rows(3);
        for field in 0..fields {
            for row in 0..3 {
                let (value, state) = random.cell(absent);
                match state.is_present() {
                    true => block.column_mut(field).set(row, value),
                    false => block.column_mut(field).set_absent(row, state),
                }
            }
        }
        graph.evaluate(&mut block, &mut Scratch::default());
        Self { graph, spec, block }
    }

    fn found(&self, row: usize) -> Option<Contributions> {
        let mut explainer = Explainer::default();
        explainer.contributions(&self.graph, &self.spec, self.block.all(), row).cloned()
    }

    fn output(&self, row: usize) -> f64 {
        let first = self.graph.first_column(self.spec.node as usize).unwrap();
        self.block.column(first + self.spec.output as usize).values[row]
    }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-11 * a.abs().max(b.abs()).max(1.0)
}

proptest! {
    #[test]
    fn exact_values_are_those_of_the_definition(seed in any::<u64>()) {
        let case = Case::new(seed, 6, 0);
        for row in 0..3 {
            let (found, wanted) = (case.found(row), naive::values(&case, row));
            prop_assert_eq!(found.is_some(), wanted.is_some());
            let (Some(found), Some((baseline, values))) = (found, wanted) else { continue };
            prop_assert!(near(found.baseline, baseline), "{} {baseline}", found.baseline);
            for (found, wanted) in found.values.iter().zip(&values) {
                prop_assert!(near(*found, *wanted), "{:?} {values:?}", found);
            }
            prop_assert!(found.errors.is_empty());
        }
    }

    #[test]
    fn baseline_and_contributions_add_up_to_the_output(seed in any::<u64>(), permutations in 0u32..5) {
        let case = Case::new(seed, 6, if permutations < 2 { 0 } else { 2 * permutations });
        for row in 0..3 {
            let Some(found) = case.found(row) else { continue };
            let total = found.values.iter().fold(found.baseline, |sum, value| sum + value);
            prop_assert!(near(total, case.output(row)), "{total} {}", case.output(row));
        }
    }

    #[test]
    fn estimates_are_within_their_stated_error(seed in any::<u64>()) {
        let mut case = Case::new(seed, 6, 128);
        let estimated = case.found(0);
        case.spec.method = ReasonMethod::Shapley;
        case.spec.game.as_mut().unwrap().permutations = 0;
        let (Some(estimated), Some(exact)) = (estimated, case.found(0)) else { return Ok(()) };
        prop_assert!(near(estimated.baseline, exact.baseline));
        for ((value, error), exact) in estimated.values.iter().zip(&estimated.errors).zip(&exact.values) {
            // 6 standard errors of 64 pairs: never, in practice.
            prop_assert!((value - exact).abs() <= 6.0 * error + 1e-12, "{value} ± {error}, not {exact}");
        }
    }
}

/// A linear model of products: x0·x1 + x2, x2 again, and x3 with coefficient 0.
fn products(groups: Vec<u32>, method: ReasonMethod, permutations: u32) -> Case {
    let product = node(0, vec![0, 1], Arith::Mul);
    let sum = Linear::new(vec![1.0], vec![1.0, 1.0, 1.0, 0.0], None).unwrap();
    let graph = Graph::new(5, vec![product, node(1, vec![5, 2, 4, 3], sum)]).unwrap();
    let present = |values: &[f64]| values.iter().map(|&x| (x, State::PRESENT)).collect::<Vec<_>>();
    let references = [present(&[0.0, 0.0, 1.0, 9.0, 1.0]), present(&[1.0, 1.0, 3.0, -9.0, 3.0])].concat();
    let game = Game { players: vec![0, 1, 2, 3, 4], permutations, references };
    let spec =
        ReasonSpec { node: 1, output: 0, method, higher_is_worse: true, max: 9, groups, game: Some(game) };
    spec.check(&graph, 5).unwrap();
    let mut block = Block::new(graph.columns(), 1);
    block.set_rows(1);
    for (field, value) in [3.0, 3.0, 7.0, 5.0, 7.0].into_iter().enumerate() {
        block.column_mut(field).set(0, value);
    }
    graph.evaluate(&mut block, &mut Scratch::default());
    Case { graph, spec, block }
}

#[test]
fn a_worked_example_its_equals_and_its_dummy() {
    let found = products(vec![0, 1, 2, 3, 4], ReasonMethod::Shapley, 0).found(0).unwrap();
    // Against (0, 0) the product is 9, half for each; against (1, 1) it rises from 1 by 8.
    assert_eq!(found.values, [4.25, 4.25, 5.0, 0.0, 5.0]);
    assert_eq!(found.baseline, 1.0 + (0.0 + 1.0) / 2.0 + 2.0 + 2.0);
    for permutations in [4, 6, 64] {
        let estimate =
            products(vec![0, 1, 2, 3, 4], ReasonMethod::Permutation, permutations).found(0).unwrap();
        // An order and its reverse have each of two factors before the other once.
        assert_eq!(estimate.values, found.values);
        assert_eq!(estimate.errors, [0.0; 5]);
    }
}

#[test]
fn a_group_plays_as_one_and_stands_at_its_first_column() {
    let case = products(vec![2, 2, 0, 1, 0], ReasonMethod::Shapley, 0);
    assert_eq!(case.found(0).unwrap().values, [8.5, 0.0, 10.0, 0.0, 0.0]);
    let reasons = Explainer::default().reasons(&case.graph, &case.spec, case.block.all(), 0).unwrap();
    let reasons: Vec<_> = reasons.iter().map(|r| (r.group, r.contribution)).collect();
    assert_eq!(reasons, [(0, 10.0), (2, 8.5)]);
}

#[test]
fn one_group_has_the_whole_difference() {
    for (method, permutations) in [(ReasonMethod::Shapley, 0), (ReasonMethod::Permutation, 4)] {
        let found = products(vec![3; 5], method, permutations).found(0).unwrap();
        assert_eq!(found.values, [18.5, 0.0, 0.0, 0.0, 0.0]);
        assert!(found.errors.iter().all(|&error| error == 0.0));
    }
}

#[test]
fn a_reference_row_without_output_is_left_out() {
    let mut case = products(vec![0, 1, 2, 3, 4], ReasonMethod::Shapley, 0);
    let spec = |case: &mut Case, cell: usize| {
        case.spec.game.as_mut().unwrap().references[cell] = (0.0, State::MISSING);
    };
    spec(&mut case, 5);
    let found = case.found(0).unwrap();
    assert_eq!(found.baseline, 3.0);
    assert!(found.values.iter().zip([4.5, 4.5, 6.0, 0.0, 6.0]).all(|(a, b)| near(*a, b)), "{found:?}");
    spec(&mut case, 1);
    assert_eq!(case.found(0), None);
}

#[test]
fn scores_of_one_explainer_do_not_disturb_each_other() {
    let cases: Vec<Case> =
        (0..12).map(|seed| Case::new(seed, 5, if seed % 2 == 0 { 0 } else { 8 })).collect();
    let alone: Vec<_> = cases.iter().map(|case| case.found(1)).collect();
    // Each explainer sees one graph only: all specs of it.
    let case = &cases[0];
    let other = ReasonSpec {
        method: ReasonMethod::Permutation,
        game: Some(Game { permutations: 10, ..case.spec.game.clone().unwrap() }),
        ..case.spec.clone()
    };
    let mut explainer = Explainer::default();
    for _ in 0..3 {
        let found = explainer.contributions(&case.graph, &case.spec, case.block.all(), 1).cloned();
        assert_eq!(found, alone[0]);
        let found = explainer.contributions(&case.graph, &other, case.block.all(), 1).cloned();
        assert_eq!(found.map(|f| f.errors.len()), alone[0].as_ref().map(|f| f.values.len()));
    }
}
