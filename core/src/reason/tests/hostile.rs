//! Games that lie.

use super::*;
use crate::limits;
use crate::split::Given;

fn refused(change: impl FnOnce(&mut ReasonSpec)) -> &'static str {
    let mut case = products(vec![0, 1, 2, 3, 4], ReasonMethod::Shapley, 0);
    change(&mut case.spec);
    // What is refused is not computed either, or gives nothing that is not a number.
    if let Some(found) = case.found(0) {
        assert!(found.values.iter().all(|x| x.is_finite()), "{found:?}");
    }
    case.spec.check(&case.graph, 5).unwrap_err()
}

fn game(spec: &mut ReasonSpec) -> &mut Game {
    spec.game.as_mut().unwrap()
}

#[test]
fn players_that_are_none() {
    for players in [vec![0, 1, 2, 4, 3], vec![0, 1, 2, 3, 3], vec![0, 1, 2, 3, 6], vec![0, 1, 2, 3, u32::MAX]]
    {
        let what = refused(|spec| game(spec).players = players);
        assert!(what.starts_with("players are columns"), "{what}");
    }
    // x0 is known, but nobody says what x1 is.
    let what = refused(|spec| {
        game(spec).players.remove(1);
        game(spec).references.truncate(8);
        spec.groups.pop();
    });
    assert!(what.contains("no player"), "{what}");
    // The product is a player, so that x0 and x1 move nothing.
    let what = refused(|spec| {
        game(spec).players = vec![0, 2, 3, 4, 5];
    });
    assert!(what.contains("not computed from"), "{what}");
    let what = refused(|spec| *game(spec) = Game { players: vec![], permutations: 0, references: vec![] });
    assert!(what.contains("a reason group for each player"), "{what}");
}

#[test]
fn counts_that_lie() {
    for cells in [0, 1, 4, 6, 9, 5 * (limits::REFERENCE_ROWS + 1)] {
        let what = refused(|spec| game(spec).references.resize(cells, (1.0, State::PRESENT)));
        assert!(what.contains("reference row"), "{what}");
    }
    assert!(refused(|spec| spec.groups.push(0)).contains("for each player"));
    assert!(refused(|spec| spec.groups[0] = 5).contains("that the bundle does not have"));
    assert!(refused(|spec| spec.node = 2).contains("not in the graph"));
    assert!(refused(|spec| spec.output = 1).contains("not in the graph"));
    assert!(refused(|spec| game(spec).permutations = 4).contains("not of permutations"));
    for permutations in [0, 2, 5, u32::MAX] {
        let what = refused(|spec| {
            spec.method = ReasonMethod::Permutation;
            // Compiling this would ask for much memory: it is refused before.
            *game(spec) = Game { permutations, ..game(spec).clone() };
            if permutations == u32::MAX {
                spec.game.as_mut().unwrap().permutations = 5;
            }
        });
        assert!(what.contains("pairs"), "{what}");
    }
    assert!(refused(|spec| spec.game = None).contains("evaluate them"));
    assert!(refused(|spec| spec.method = ReasonMethod::Linear).contains("evaluate them"));
}

#[test]
fn more_than_the_limits() {
    let mut case = products(vec![0, 1, 2, 3, 4], ReasonMethod::Permutation, 4);
    game(&mut case.spec).permutations = u32::MAX - 1;
    assert!(case.spec.check(&case.graph, 5).unwrap_err().contains("more coalitions"));
    let sum = Linear::new(vec![0.0], vec![1.0; 13], None).unwrap();
    let graph = Graph::new(13, vec![node(0, (0..13).collect(), sum)]).unwrap();
    let spec = ReasonSpec {
        node: 0,
        output: 0,
        method: ReasonMethod::Shapley,
        higher_is_worse: true,
        max: 1,
        groups: (0..13).collect(),
        game: Some(Game {
            players: (0..13).collect(),
            permutations: 0,
            references: vec![(0.0, State::PRESENT); 13],
        }),
    };
    assert!(spec.check(&graph, 13).unwrap_err().contains("12 reason groups"));
    // A dense layer of a million figures, 4096 coalitions, two rows.
    let big = Program {
        inputs: vec![Absent::Propagate; 12],
        memory: 12 + (1 << 17),
        figures: vec![0.5; 12 << 16],
        steps: vec![Step::Dense {
            rows: 1,
            inputs: 12,
            outputs: 1 << 16,
            input: 0,
            output: 12,
            weights: 0,
            bias: None,
        }],
        outputs: vec![12],
        quantised: Vec::new(),
    };
    let graph = Graph::new(12, vec![node(0, (0..12).collect(), Network::new(big).unwrap())]).unwrap();
    let mut spec = ReasonSpec { groups: (0..12).collect(), ..spec };
    *game(&mut spec) =
        Game { players: (0..12).collect(), permutations: 0, references: vec![(0.0, State::PRESENT); 24] };
    assert!(spec.check(&graph, 12).unwrap_err().contains("cost more"));
}

#[test]
fn what_the_device_computes_is_not_computed_at_the_edge() {
    let sum = || Linear::new(vec![0.0], vec![1.0, 1.0], None).unwrap();
    let given = Node { stage: Stage::Device, ..node(0, vec![], Given { width: 1, one_hot: false }) };
    let graph = Graph::new(1, vec![given, node(1, vec![0, 1], sum())]).unwrap();
    let of = |players: Vec<u32>| ReasonSpec {
        node: 1,
        output: 0,
        method: ReasonMethod::Shapley,
        higher_is_worse: true,
        max: 1,
        groups: vec![0; players.len()],
        game: Some(Game { references: vec![(0.0, State::PRESENT); players.len()], players, permutations: 0 }),
    };
    assert!(of(vec![0]).check(&graph, 1).unwrap_err().contains("on the device"));
    of(vec![0, 1]).check(&graph, 1).unwrap();
    // Explained on the device: the edge knows nothing of its inputs.
    let there = ReasonSpec { node: 0, ..of(vec![0]) };
    assert_eq!(there.check(&graph, 1), Ok(0));
    let mut block = Block::new(graph.columns(), 1);
    block.set_rows(1);
    block.column_mut(1).set(0, 1.0);
    assert_eq!(Explainer::default().reasons(&graph, &there, block.all(), 0), None);
}
