//! From values to parts in order: between the parts that are nodes of their own stands a formula of all that the next ones read.

use std::collections::{BTreeMap, BTreeSet};

use super::super::inconsistent;
use super::graph::{Graph, Id, Node, PartOp};
use super::{PmmlColumn, PmmlOp, PmmlPart};
use crate::Error;
use crate::author::formula::{FormulaBuilder, Register};
use crate::feature::formula::Function;
use crate::graph::Op;

/// The parts, and the columns of the outputs.
pub(super) fn parts(graph: &Graph, outputs: &[Id]) -> Result<(Vec<PmmlPart>, Vec<PmmlColumn>), Error> {
    let plan = Plan::new(graph, outputs);
    let mut parts = Vec::new();
    let mut columns: BTreeMap<Id, PmmlColumn> = BTreeMap::new();
    for (id, node) in (0u32..).map(Id).zip(graph.nodes()) {
        if let Node::Field(field) = node {
            columns.insert(id, PmmlColumn::Field(*field));
        }
    }
    let last = plan.needed.iter().map(|&id| plan.level(id)).max().unwrap_or(0);
    for level in 0..=last {
        for (number, part) in (0u32..).zip(graph.parts()) {
            if plan.part_levels.get(number as usize) != Some(&level) || !plan.used_parts.contains(&number) {
                continue;
            }
            let inputs = part.inputs.iter().map(|id| columns.get(id).copied()).collect::<Option<Vec<_>>>();
            let Some(inputs) = inputs else { return Err(inconsistent("a part reads itself", "model")) };
            let op = match &part.op {
                PartOp::Forest(forest) => PmmlOp::Forest(forest.clone()),
                PartOp::Op(op) => PmmlOp::Op(op.clone()),
            };
            let here = parts.len() as u32;
            for &id in plan.part_outputs.get(&number).into_iter().flatten() {
                if let Node::Part(_, output) = graph.node(id) {
                    columns.insert(id, PmmlColumn::Part { part: here, output: *output });
                }
            }
            parts.push(PmmlPart { inputs, op });
        }
        formulas(graph, &plan, level, &mut parts, &mut columns)?;
    }
    let found = outputs.iter().map(|id| columns.get(id).copied()).collect::<Option<Vec<_>>>();
    let found = found.ok_or_else(|| inconsistent("an output is never computed", "model"))?;
    Ok((parts, found))
}

/// Which values are needed, when they are known, and which of them must be columns.
struct Plan {
    levels: Vec<usize>,
    part_levels: Vec<usize>,
    used_parts: BTreeSet<u32>,
    part_outputs: BTreeMap<u32, Vec<Id>>,
    needed: BTreeSet<Id>,
    /// Those that parts, later formulas or the outputs read.
    columns: BTreeSet<Id>,
}

impl Plan {
    fn new(graph: &Graph, outputs: &[Id]) -> Self {
        let mut plan = Self {
            levels: vec![0; graph.nodes().len()],
            part_levels: vec![0; graph.parts().len()],
            used_parts: BTreeSet::new(),
            part_outputs: BTreeMap::new(),
            needed: BTreeSet::new(),
            columns: outputs.iter().copied().collect(),
        };
        let mut open = outputs.to_vec();
        while let Some(id) = open.pop() {
            if !plan.needed.insert(id) {
                continue;
            }
            match graph.node(id) {
                Node::Part(part, _) => {
                    if plan.used_parts.insert(*part)
                        && let Some(part) = graph.parts().get(*part as usize)
                    {
                        open.extend(&part.inputs);
                        plan.columns.extend(&part.inputs);
                    }
                    plan.part_outputs.entry(*part).or_default().push(id);
                }
                node => open.extend(arguments(node)),
            }
        }
        // Values come after those that they read.
        for id in plan.needed.clone() {
            let level = match graph.node(id) {
                Node::Part(number, _) => {
                    let part = graph.parts().get(*number as usize);
                    let level = |input: &Id| {
                        let level = plan.level(*input);
                        match graph.node(*input) {
                            Node::Field(_) | Node::Part(..) => level,
                            _ => level + 1,
                        }
                    };
                    let level = part.map_or(0, |p| p.inputs.iter().map(level).max().unwrap_or(0));
                    if let Some(slot) = plan.part_levels.get_mut(*number as usize) {
                        *slot = level;
                    }
                    level
                }
                node => arguments(node).map(|a| plan.level(a)).max().unwrap_or(0),
            };
            if let Some(slot) = plan.levels.get_mut(id.0 as usize) {
                *slot = level;
            }
        }
        let crossing: Vec<Id> = plan
            .needed
            .iter()
            .flat_map(|&id| arguments(graph.node(id)).map(move |a| (id, a)))
            .filter(|&(id, a)| plan.level(a) < plan.level(id) && !is_constant(graph.node(a)))
            .map(|(_, a)| a)
            .collect();
        plan.columns.extend(crossing);
        plan
    }

    fn level(&self, id: Id) -> usize {
        self.levels.get(id.0 as usize).copied().unwrap_or(0)
    }
}

/// What a value reads in a formula.
pub(super) fn arguments(node: &Node) -> impl Iterator<Item = Id> + use<> {
    let (args, n) = match node {
        Node::Apply(code, args) => (*args, Function::of_code(*code).map_or(0, Function::registers)),
        Node::Table(_, x, _) => ([*x; 3], 1),
        _ => ([Id(0); 3], 0),
    };
    args.into_iter().take(n)
}

fn is_constant(node: &Node) -> bool {
    matches!(node, Node::Constant(_) | Node::Missing | Node::Invalid)
}

/// The formulas of a level: of all its values that must be columns and are none yet. Those of the first level that read other fields stand
/// apart, so that an input of a model comes from its own fields only, for reasons.
fn formulas(
    graph: &Graph,
    plan: &Plan,
    level: usize,
    parts: &mut Vec<PmmlPart>,
    columns: &mut BTreeMap<Id, PmmlColumn>,
) -> Result<(), Error> {
    let due = plan.columns.iter().filter(|id| plan.level(**id) == level && !columns.contains_key(id));
    let due: Vec<Id> = due.copied().collect();
    if due.is_empty() {
        return Ok(());
    }
    let small = level == 0 && due.len().saturating_mul(plan.needed.len()) <= APART_WORK;
    if small {
        let mut apart: BTreeMap<(usize, Vec<PmmlColumn>), Vec<Id>> = BTreeMap::new();
        for &id in &due {
            let wanted = wanted(graph, &[id], columns);
            let mut read: Vec<PmmlColumn> = wanted.iter().filter_map(|id| columns.get(id).copied()).collect();
            read.sort_unstable();
            apart.entry((read.len(), read)).or_default().push(id);
        }
        if apart.len() <= APART {
            return apart.into_values().try_for_each(|due| formula(graph, due, parts, columns));
        }
    }
    formula(graph, due, parts, columns)
}

/// Formulas that stand apart, and values that are looked at to find which.
const APART: usize = 256;
const APART_WORK: usize = 1 << 24;

/// Values and all that they read, down to columns.
fn wanted(graph: &Graph, due: &[Id], columns: &BTreeMap<Id, PmmlColumn>) -> BTreeSet<Id> {
    let mut wanted = BTreeSet::new();
    let mut open = due.to_vec();
    while let Some(id) = open.pop() {
        if wanted.insert(id) && !columns.contains_key(&id) {
            open.extend(arguments(graph.node(id)));
        }
    }
    wanted
}

/// One formula.
fn formula(
    graph: &Graph,
    due: Vec<Id>,
    parts: &mut Vec<PmmlPart>,
    columns: &mut BTreeMap<Id, PmmlColumn>,
) -> Result<(), Error> {
    let wanted = wanted(graph, &due, columns);
    let mut builder = FormulaBuilder::new();
    let mut inputs: Vec<PmmlColumn> = Vec::new();
    let mut registers: BTreeMap<Id, Register> = BTreeMap::new();
    for &id in &wanted {
        if let Some(column) = columns.get(&id) {
            registers.insert(id, Register::Input(inputs.len() as u32));
            inputs.push(*column);
            continue;
        }
        let read = |a: Id| registers.get(&a).copied().unwrap_or(Register::Constant(0));
        let register = match graph.node(id) {
            Node::Constant(bits) => builder.constant(f64::from_bits(*bits)),
            Node::Missing => {
                let zero = builder.constant(0.0);
                builder.table(Function::Lookup, zero, &[f64::NAN])
            }
            Node::Apply(code, _) => {
                let args: Vec<Register> = arguments(graph.node(id)).map(read).collect();
                match Function::of_code(*code) {
                    Some(function) => builder.apply(function, &args),
                    None => builder.constant(f64::NAN),
                }
            }
            Node::Table(code, x, bits) => {
                let values: Vec<f64> = bits.iter().map(|b| f64::from_bits(*b)).collect();
                match Function::of_code(*code) {
                    Some(function) => builder.table(function, read(*x), &values),
                    None => builder.constant(f64::NAN),
                }
            }
            _ => builder.constant(f64::NAN),
        };
        registers.insert(id, register);
    }
    let outputs: Vec<Register> = due.iter().filter_map(|id| registers.get(id).copied()).collect();
    let formula = builder.finish(inputs.len() as u32, &outputs);
    let formula = formula.map_err(|what| {
        super::super::unsupported(format!("a model whose formula would not do: {what}"), "model")
    })?;
    for (&id, output) in due.iter().zip(0u32..) {
        columns.insert(id, PmmlColumn::Part { part: parts.len() as u32, output });
    }
    parts.push(PmmlPart { inputs, op: PmmlOp::Op(Op::Formula(formula)) });
    Ok(())
}
