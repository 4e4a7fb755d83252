//! What lies between the players of a game and the explained output.

use crate::graph::{Graph, Op};
use crate::model::forest::Forest;

/// The nodes that compute the explained output from the players, over columns of their own: the players first, then each
/// node's outputs.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    pub(super) steps: Vec<Step>,
    /// Columns in all.
    pub(super) columns: usize,
    /// The explained output's.
    pub(super) output: usize,
}

/// A node on the way.
#[derive(Clone, Debug)]
pub(super) struct Step {
    /// Index in the graph.
    node: u32,
    /// Its inputs among the path's columns.
    pub(super) inputs: Vec<u32>,
    /// Its first output.
    pub(super) first: usize,
}

impl Step {
    /// What the node computes.
    pub(super) fn op<'a>(&self, graph: &'a Graph) -> Option<&'a Op> {
        graph.nodes().get(self.node as usize).map(|node| &node.op)
    }
}

impl Path {
    /// Finds the way back from the output to the players (ascending). Refuses, in words, players that do not determine
    /// the output, or that it does not depend on.
    pub(crate) fn new(graph: &Graph, players: &[u32], node: u32, output: u32) -> Result<Self, &'static str> {
        const NO_OUTPUT: &str = "the explained output is not in the graph";
        let explained = graph.nodes().get(node as usize).ok_or(NO_OUTPUT)?;
        let target = graph.first_column(node as usize).ok_or(NO_OUTPUT)?;
        if output as usize >= explained.op.width(explained.inputs.len()) {
            return Err(NO_OUTPUT);
        }
        if !players.is_sorted_by(|a, b| a < b) || players.last().is_some_and(|&p| p as usize >= target) {
            return Err("players are columns before the explained node, ascending");
        }
        let mut wanted = vec![false; node as usize + 1];
        let mut played = vec![false; players.len()];
        if let Some(last) = wanted.last_mut() {
            *last = true;
        }
        for (index, step) in graph.nodes().iter().enumerate().take(node as usize + 1).rev() {
            if !wanted.get(index).is_some_and(|&wanted| wanted) {
                continue;
            }
            if matches!(step.op, Op::Given(_)) {
                return Err("a node between the players and the explained output runs on the device");
            }
            if !step.op.event_lists().is_empty() {
                return Err("an event list cannot be a player: take the columns of the node that reads it");
            }
            let first = graph.first_column(index).unwrap_or(0);
            let end = first + step.op.width(step.inputs.len());
            let before = |column: usize| players.partition_point(|&p| (p as usize) < column);
            if before(first) != before(end) {
                return Err("a player is an output of a node that other players' coalitions compute anew");
            }
            for &input in &step.inputs {
                if let Ok(at) = players.binary_search(&input) {
                    if let Some(played) = played.get_mut(at) {
                        *played = true;
                    }
                    continue;
                }
                match graph.node_at(input as usize).and_then(|node| wanted.get_mut(node)) {
                    Some(wanted) => *wanted = true,
                    None => return Err("the explained output is computed from a field that is no player"),
                }
            }
        }
        if !played.iter().all(|&played| played) {
            return Err("a player that the explained output is not computed from");
        }
        Ok(Self::laid_out(graph, players, &wanted, output))
    }

    fn laid_out(graph: &Graph, players: &[u32], wanted: &[bool], output: u32) -> Self {
        let mut columns = players.len();
        let mut firsts = vec![0; wanted.len()];
        let mut steps = Vec::new();
        for (node, step) in graph.nodes().iter().enumerate().take(wanted.len()) {
            if !wanted.get(node).is_some_and(|&wanted| wanted) {
                continue;
            }
            let own = |&input: &u32| match players.binary_search(&input) {
                Ok(at) => at as u32,
                Err(_) => {
                    let node = graph.node_at(input as usize).unwrap_or(0);
                    let first = graph.first_column(node).unwrap_or(0);
                    (firsts.get(node).copied().unwrap_or(0) + (input as usize).saturating_sub(first)) as u32
                }
            };
            let inputs = step.inputs.iter().map(own).collect();
            if let Some(first) = firsts.get_mut(node) {
                *first = columns;
            }
            steps.push(Step { node: node as u32, inputs, first: columns });
            columns += step.op.width(step.inputs.len());
        }
        let first = firsts.last().copied().unwrap_or(0);
        Self { steps, columns, output: first + output as usize }
    }

    /// The nodes, ascending.
    #[cfg(feature = "author")]
    pub(crate) fn nodes(&self) -> impl Iterator<Item = u32> + '_ {
        self.steps.iter().map(|step| step.node)
    }

    /// Multiply-adds, or what takes as long, of one row.
    pub(super) fn cost(&self, graph: &Graph) -> u64 {
        let splits = |forest: &Forest| forest.trees().map(|tree| tree.len() as u64).sum();
        let of = |step: &Step| {
            let Some(op) = step.op(graph) else { return 0 };
            let inputs = step.inputs.len();
            let cells = (inputs.max(1) as u64).saturating_mul(op.width(inputs).max(1) as u64);
            let own: u64 = match op {
                Op::Network(network) => {
                    return network.work().saturating_add((inputs + op.width(inputs)) as u64);
                }
                Op::Forest(forest) => splits(forest),
                Op::Leaves(leaves) => splits(leaves.forest()),
                // No loops over events: a node that reads a list is on no path.
                Op::Formula(formula) => formula.steps().len() as u64,
                Op::DecisionTable(table) => table.work(),
                _ => 0,
            };
            cells.saturating_add(own)
        };
        self.steps.iter().map(of).fold(0, u64::saturating_add)
    }
}
