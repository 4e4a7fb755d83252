//! Contributions of one row of an evaluated block, and the reasons they give.

use super::shapley::Shapley;
use super::{Ranking, Reason, ReasonMethod, ReasonSpec, TreeShap, game, linear, points};
use crate::column::{Columns, Inputs};
use crate::graph::{Graph, Op, Scratch};
use crate::limits;
use crate::model::forest::Forest;

/// What each input of the explained node, or each player, moved one row's output by, and from where.
///
/// The values, added to the baseline, give the explained output: for a scorecard its total before rounding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contributions {
    /// One for each of [`ReasonSpec::columns`], in their order and in the explained output's unit. Of coalitions, a group's
    /// stands at its first column and the others have 0.
    pub values: Vec<f64>,
    /// Of an estimate: the standard error of each value. Otherwise empty.
    pub errors: Vec<f64>,
    /// The output that the contributions start from: the reference applicant's.
    pub baseline: f64,
}

/// Explains rows of one graph. It owns its memory and what it compiles on first use, so that the later calls allocate
/// nothing but the reasons that they give back.
#[derive(Debug, Default)]
pub struct Explainer {
    /// Input values of the explained row.
    row: Vec<f64>,
    found: Contributions,
    ranking: Ranking,
    /// Compiled forests by node and output: the score that asks first pays for it.
    forests: Vec<((u32, u32), TreeShap)>,
    games: Vec<Shapley>,
    /// What nodes work in that are evaluated for coalitions.
    scratch: Scratch,
}

impl ReasonSpec {
    /// Checks the spec against the graph and the number of the bundle's reason groups: the explained node is there, of the
    /// method's kind, has what the method needs and a group for each input.
    ///
    /// Returns the multiply-adds, or what takes as long, that coalitions cost one row; 0 for the other methods. All scores
    /// of a bundle together may not cost more than [`limits::COALITION_WORK`].
    pub fn check(&self, graph: &Graph, groups: usize) -> Result<u64, &'static str> {
        let node = graph.nodes().get(self.node as usize).ok_or("the explained node is not in the graph")?;
        // Explained on the device: its inputs are not known here.
        let given = matches!(node.op, Op::Given(_));
        if self.groups.iter().any(|&group| group as usize >= groups) {
            return Err("a reason group that the bundle does not have");
        }
        match &self.game {
            _ if self.game.is_some() != self.method.plays() => {
                return Err("coalitions are of the methods that evaluate them, and of no other");
            }
            Some(game) if !given => return game::check(graph, self, game),
            _ => {}
        }
        if self.groups.len() != node.inputs.len() && !given {
            return Err("there must be a reason group for each input of the explained node");
        }
        match (self.method, &node.op) {
            (ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage, Op::Scorecard(card)) => {
                if self.output != 0 {
                    return Err("a scorecard has one output");
                }
                points::check(card, self.method)?;
            }
            (ReasonMethod::Linear, Op::Linear(model)) => linear::check(model, self.output)?,
            (ReasonMethod::TreeShap, Op::Forest(forest)) => TreeShap::check(forest, self.output)?,
            (_, Op::Given(_)) => {}
            (ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage, _) => {
                return Err("points can be explained of a scorecard only");
            }
            (ReasonMethod::Linear, _) => {
                return Err("linear contributions can be explained of a linear model only");
            }
            (_, _) => return Err("TreeSHAP can be explained of a forest only"),
        }
        Ok(0)
    }
}

impl Explainer {
    /// Contributions of one row of a block that `graph` has evaluated. `None` if the explained output is absent there, or
    /// the spec does not fit the graph (see [`ReasonSpec::check`]).
    pub fn contributions(
        &mut self,
        graph: &Graph,
        spec: &ReasonSpec,
        columns: Columns<'_>,
        row: usize,
    ) -> Option<&Contributions> {
        let node = graph.nodes().get(spec.node as usize)?;
        let output = graph.first_column(spec.node as usize)?.checked_add(spec.output as usize)?;
        if !columns.column(output).states.get(row)?.is_present() {
            return None;
        }
        // The values of absent inputs are NaN, which only forests take: other nodes' outputs are then absent.
        self.row.clear();
        let inputs = Inputs::new(columns, &node.inputs);
        self.row.extend(inputs.iter().map(|c| c.values.get(row).copied().unwrap_or(f64::NAN)));
        self.found.values.clear();
        self.found.values.resize(spec.columns(graph).len(), 0.0);
        self.found.errors.clear();
        if spec.method.plays() {
            let game = ready(&mut self.games, graph, spec)?;
            game.contributions(graph, columns, row, &mut self.scratch, &mut self.found)?;
            return Some(&self.found);
        }
        let values = &mut self.found.values;
        self.found.baseline = match (spec.method, &node.op) {
            (ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage, Op::Scorecard(card)) => {
                points::contributions(card, spec.method, &self.row, values);
                points::baseline(card, spec.method)
            }
            (ReasonMethod::Linear, Op::Linear(model)) => {
                linear::contributions(model, spec.output, &self.row, values);
                linear::baseline(model, spec.output)
            }
            (ReasonMethod::TreeShap, Op::Forest(forest)) => {
                let shap = compiled(&mut self.forests, spec, forest)?;
                shap.contributions(forest, &self.row, values);
                shap.bias()
            }
            _ => return None,
        };
        Some(&self.found)
    }

    /// The ranked reasons of one row. `None` if there is nothing to explain (see [`Explainer::contributions`]); an empty
    /// list if no group is adverse.
    pub fn reasons(
        &mut self,
        graph: &Graph,
        spec: &ReasonSpec,
        columns: Columns<'_>,
        row: usize,
    ) -> Option<Vec<Reason>> {
        self.contributions(graph, spec, columns, row)?;
        Some(self.ranking.reasons(spec, &self.found.values).to_vec())
    }
}

/// The compiled forest of a spec, compiled now if it is asked for the first time.
fn compiled<'a>(
    forests: &'a mut Vec<((u32, u32), TreeShap)>,
    spec: &ReasonSpec,
    forest: &Forest,
) -> Option<&'a mut TreeShap> {
    let key = (spec.node, spec.output);
    let at = match forests.iter().position(|(k, _)| *k == key) {
        Some(at) => at,
        None => {
            let shap = TreeShap::new(forest, spec.output).ok()?;
            let kept =
                |forests: &[((u32, u32), TreeShap)]| forests.iter().map(|(_, s)| s.splits()).sum::<usize>();
            // Many scores on large forests are compiled in turn rather than all kept.
            while !forests.is_empty() && kept(forests) + shap.splits() > limits::EXPLAINED_SPLITS {
                forests.remove(0);
            }
            forests.push((key, shap));
            forests.len() - 1
        }
    };
    forests.get_mut(at).map(|(_, shap)| shap)
}

/// The compiled game of a spec, compiled now if it is asked for the first time.
fn ready<'a>(games: &'a mut Vec<Shapley>, graph: &Graph, spec: &ReasonSpec) -> Option<&'a mut Shapley> {
    let at = match games.iter().position(|game| game.is_of(spec)) {
        Some(at) => at,
        None => {
            let game = Shapley::new(graph, spec)?;
            while !games.is_empty()
                && games.iter().map(Shapley::size).sum::<usize>() + game.size() > limits::BLOCK_CELLS
            {
                games.remove(0);
            }
            games.push(game);
            games.len() - 1
        }
    };
    games.get_mut(at)
}
