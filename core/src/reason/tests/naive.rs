//! The definition, worth by worth, with the whole graph evaluated for each.

use super::*;

/// The explained output if the players have these values.
fn worth(case: &Case, cells: &[Cell]) -> Option<f64> {
    let graph = &case.graph;
    let game = case.spec.game.as_ref().unwrap();
    let mut block = Block::new(graph.columns(), 1);
    block.set_rows(1);
    let place = |block: &mut Block, columns: core::ops::Range<usize>| {
        for (&player, &(value, state)) in game.players.iter().zip(cells) {
            if columns.contains(&(player as usize)) {
                match state.is_present() {
                    true => block.column_mut(player as usize).set(0, value),
                    false => block.column_mut(player as usize).set_absent(0, state),
                }
            }
        }
    };
    place(&mut block, 0..graph.fields());
    for (index, node) in graph.nodes().iter().enumerate() {
        let first = graph.first_column(index).unwrap();
        let (columns, mut outputs) = block.split(first);
        let inputs = crate::column::Inputs::new(columns, &node.inputs);
        node.op.eval(&inputs, &mut outputs, &mut Scratch::default());
        place(&mut block, first..first + node.op.width(node.inputs.len()));
    }
    let first = graph.first_column(case.spec.node as usize).unwrap();
    let column = block.column(first + case.spec.output as usize);
    column.states[0].is_present().then_some(column.values[0])
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|i| i as f64).product()
}

/// The baseline, and a value a player: Σ over coalitions without the group, |S|! (n−|S|−1)! / n! · (v(S∪i) − v(S)).
pub(super) fn values(case: &Case, row: usize) -> Option<(f64, Vec<f64>)> {
    if !case.output(row).is_finite() {
        return None;
    }
    let game = case.spec.game.as_ref().unwrap();
    let own: Vec<Cell> = game
        .players
        .iter()
        .map(|&p| (case.block.column(p as usize).values[row], case.block.column(p as usize).states[row]))
        .collect();
    let mut groups = case.spec.groups.clone();
    groups.sort_unstable();
    groups.dedup();
    let n = groups.len();
    let has = |coalition: usize, group: u32| coalition >> groups.binary_search(&group).unwrap() & 1 == 1;
    let against = |reference: &[Cell]| -> Option<Vec<f64>> {
        (0..1 << n)
            .map(|coalition| {
                let mixed = own.iter().zip(reference).zip(&case.spec.groups);
                let cells: Vec<Cell> =
                    mixed.map(|((own, other), &g)| if has(coalition, g) { *own } else { *other }).collect();
                worth(case, &cells)
            })
            .collect()
    };
    let rows: Vec<Vec<f64>> = game.references.chunks(game.players.len()).filter_map(against).collect();
    if rows.is_empty() {
        return None;
    }
    let v = |coalition: usize| rows.iter().map(|row| row[coalition]).sum::<f64>() / rows.len() as f64;
    let of = |(at, &group): (usize, &u32)| {
        if case.spec.groups[..at].contains(&group) {
            return 0.0;
        }
        let i = 1 << groups.binary_search(&group).unwrap();
        (0_usize..1 << n)
            .filter(|s| s & i == 0)
            .map(|s| {
                let size = s.count_ones() as usize;
                factorial(size) * factorial(n - size - 1) / factorial(n) * (v(s | i) - v(s))
            })
            .sum()
    };
    Some((v(0), case.spec.groups.iter().enumerate().map(of).collect()))
}
