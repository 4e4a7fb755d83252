//! Contributions of one row of an evaluated block, and the reasons they give.

use super::{Ranking, Reason, ReasonMethod, ReasonSpec, TreeShap, linear, points};
use crate::column::{Columns, Inputs};
use crate::graph::{Graph, Op};
use crate::limits;
use crate::model::forest::Forest;

/// What each input of the explained node moved one row's output by, and from where.
///
/// The values, added to the baseline, give the explained output: for a scorecard its total before rounding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contributions {
    /// One an input of the explained node, in that node's order and in its output's unit.
    pub values: Vec<f64>,
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
}

impl ReasonSpec {
    /// Checks the spec against the graph and the number of the bundle's reason groups: the explained node is there, of the
    /// method's kind, has what the method needs and a group for each input.
    pub fn check(&self, graph: &Graph, groups: usize) -> Result<(), &'static str> {
        let node = graph.nodes().get(self.node as usize).ok_or("the explained node is not in the graph")?;
        // Explained on the device: its inputs are not known here.
        let given = matches!(node.op, Op::Given(_));
        if self.groups.len() != node.inputs.len() && !given {
            return Err("there must be a reason group for each input of the explained node");
        }
        if self.groups.iter().any(|&group| group as usize >= groups) {
            return Err("a reason group that the bundle does not have");
        }
        match (self.method, &node.op) {
            (ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage, Op::Scorecard(card)) => {
                if self.output != 0 {
                    return Err("a scorecard has one output");
                }
                points::check(card, self.method)
            }
            (ReasonMethod::Linear, Op::Linear(model)) => linear::check(model, self.output),
            (ReasonMethod::TreeShap, Op::Forest(forest)) => TreeShap::check(forest, self.output),
            (_, Op::Given(_)) => Ok(()),
            (ReasonMethod::PointsFromMaximum | ReasonMethod::PointsFromAverage, _) => {
                Err("points can be explained of a scorecard only")
            }
            (ReasonMethod::Linear, _) => Err("linear contributions can be explained of a linear model only"),
            (ReasonMethod::TreeShap, _) => Err("TreeSHAP can be explained of a forest only"),
        }
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
        self.found.values.resize(node.inputs.len(), 0.0);
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
