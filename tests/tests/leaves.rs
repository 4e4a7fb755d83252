//! Leaves of generated forests: the leaf that the forest itself takes its value from.

use scorelet_core::author::forest::{ForestDraft, Tree, TreeNode};
use scorelet_core::column::{Block, Inputs, State};
use scorelet_core::graph::{Op, Scratch};
use scorelet_core::model::forest::Leaves;
use scorelet_tests::generate::{self, ForestShape};
use scorelet_tests::random::Random;

const SEEDS: u64 = 60;
const ROWS: usize = 37;

/// The tree alone, its leaves having their numbers for values, from left to right.
fn numbered(draft: &ForestDraft, tree: &Tree) -> (ForestDraft, usize) {
    let mut nodes = tree.nodes.clone();
    let (mut open, mut count) = (vec![0], 0);
    while let Some(at) = open.pop() {
        match &mut nodes[at as usize] {
            TreeNode::Split { left, right, .. } => open.extend([*right, *left]),
            TreeNode::Leaf { values, linear, .. } => {
                (*values, *linear) = (vec![count as f64], None);
                count += 1;
            }
        }
    }
    let trees = vec![Tree { output: Some(0), nodes }];
    (ForestDraft { base: vec![0.0], divisor: 1.0, trees, ..draft.clone() }, count)
}

#[test]
fn leaves_are_those_that_the_forest_adds() {
    let mut compared = 0;
    for seed in 0..SEEDS {
        let fields = generate::bundle(seed).fields;
        let mut random = Random::new(seed ^ 0x1eaf);
        let shape = ForestShape {
            trees: random.between(1, 12),
            depth: random.between(0, 7),
            full: random.one_in(2),
            outputs: random.between(1, 3),
        };
        let draft = generate::draft(&mut random, &fields, shape);
        let alone: Vec<(ForestDraft, usize)> =
            draft.trees.iter().map(|tree| numbered(&draft, tree)).collect();
        let count: usize = alone.iter().map(|(_, leaves)| leaves).sum();
        let own: Vec<u32> = (0..count as u32).map(|i| 1000 - i % 7 + 10 * i).collect();
        for ids in [Vec::new(), own] {
            let op = Op::from(Leaves::new(draft.compile().unwrap(), ids.clone()).unwrap());
            let found = evaluate(&op, fields.len(), &mut Random::new(seed));
            let mut first = 0;
            for (tree, (forest, leaves)) in alone.iter().enumerate() {
                let forest = Op::from(forest.compile().unwrap());
                let values = &evaluate(&forest, fields.len(), &mut Random::new(seed))[0];
                for (&leaf, &value) in found[tree].iter().zip(values) {
                    let wanted = if ids.is_empty() { value } else { f64::from(ids[first + value as usize]) };
                    assert_eq!(leaf, wanted, "seed {seed}, tree {tree}");
                    compared += 1;
                }
                first += leaves;
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

/// The op's output columns over random rows, some of whose values are absent.
fn evaluate(op: &Op, inputs: usize, random: &mut Random) -> Vec<Vec<f64>> {
    op.check(inputs).unwrap();
    let width = op.width(inputs);
    let mut block = Block::new(inputs + width, ROWS);
    block.set_rows(ROWS);
    for i in 0..inputs {
        let mut column = block.column_mut(i);
        for row in 0..ROWS {
            match random.below(6) {
                0 => column.set_absent(row, State::MISSING),
                1 => column.set(row, 0.0),
                _ => column.set(row, (random.below(81) as f64 - 40.0) / 4.0),
            }
        }
    }
    let ids: Vec<u32> = (0..inputs as u32).collect();
    let (columns, mut outputs) = block.split(inputs);
    op.eval(&Inputs::new(columns, &ids), &mut outputs, &mut Scratch::default());
    let column = |k: usize| {
        let column = block.column(inputs + k);
        assert!(column.states.iter().all(|state| state.is_present()));
        column.values.to_vec()
    };
    (0..width).map(column).collect()
}

#[test]
fn numbers_of_leaves_that_do_not_fit_are_refused() {
    let fields = generate::bundle(1).fields;
    let shape = ForestShape { trees: 2, depth: 1, full: true, outputs: 1 };
    let forest = generate::draft(&mut Random::new(1), &fields, shape).compile().unwrap();
    assert!(Leaves::new(forest.clone(), vec![1, 2, 3, 4]).is_ok());
    assert!(Leaves::new(forest, vec![1, 2, 3]).is_err());
    let none = ForestShape { trees: 0, depth: 1, full: true, outputs: 1 };
    let forest = generate::draft(&mut Random::new(1), &fields, none).compile().unwrap();
    assert!(Op::from(Leaves::new(forest, Vec::new()).unwrap()).check(fields.len()).is_err());
}
