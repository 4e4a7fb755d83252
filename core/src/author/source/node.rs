//! `[nodes]`: the kinds of nodes, and the order in which they are built.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{Builder, Here};
use super::code;
use super::decision_table;
use super::fields::FieldDraft;
use super::meta::{MetaDraft, STAGES};
use super::report::{Name, Report};
use super::suggest;
use super::table::Table;
use super::{
    arithmetic, combine, encoders, entropy, formula, linear, network, outcome, pmml, scorecard, scores,
    series, tree, trees, window,
};
use crate::limits;

/// A node as written: what it reads, and how it becomes nodes of the graph.
pub(super) trait Spec {
    /// Names of the fields and nodes that it reads.
    fn inputs(&self) -> Vec<Name>;
    /// Fields that an imported model reads, in case nobody declares them.
    fn fields(&self) -> Vec<FieldDraft> {
        Vec::new()
    }
    /// Adds it to the graph. `None` after a mistake was reported.
    fn build(&self, here: &Here, builder: &mut Builder<'_>) -> Option<()>;
}

/// A spec, or `None` after a mistake was reported.
pub(super) type Parsed = Option<Box<dyn Spec>>;

/// Reads one kind of node. Gets the node's name for messages about derived names.
type Parse = fn(&Table<'_>, &Name) -> Parsed;

const KINDS: &[(&str, Parse)] = &[
    ("bins", encoders::bins),
    ("one_hot", encoders::one_hot),
    ("ordinal", encoders::ordinal),
    ("target", encoders::target),
    ("impute", encoders::impute),
    ("clip", arithmetic::clip),
    ("log", arithmetic::log),
    ("log1p", arithmetic::log1p),
    ("sqrt", arithmetic::sqrt),
    ("exp", arithmetic::exp),
    ("abs", arithmetic::abs),
    ("negate", arithmetic::negate),
    ("standardise", arithmetic::standardise),
    ("affine", arithmetic::affine),
    ("ratio", arithmetic::ratio),
    ("subtract", arithmetic::subtract),
    ("add", arithmetic::add),
    ("multiply", arithmetic::multiply),
    ("min", arithmetic::min),
    ("max", arithmetic::max),
    ("weighted_sum", arithmetic::weighted_sum),
    ("compare", arithmetic::compare),
    ("is_absent", arithmetic::is_absent),
    ("tree", tree::parse),
    ("combine", combine::parse),
    ("entropy_gain", entropy::parse),
    ("formula", formula::parse),
    ("table", decision_table::table),
    ("decision", decision_table::decision),
    ("window", window::parse),
    ("series", series::parse),
    ("scorecard", scorecard::parse),
    ("linear", linear::parse),
    ("trees", trees::parse),
    ("leaves", trees::leaves),
    ("network", network::parse),
    ("pmml", pmml::parse),
    ("link", outcome::link),
    ("platt", outcome::platt),
    ("isotonic", outcome::isotonic),
    ("scale", outcome::scale),
    ("bands", outcome::bands),
];

/// The kinds that run where they are told to, on the edge if nothing tells: a model must not ship to devices by itself.
const MODELS: [&str; 16] = [
    "table",
    "decision",
    "scorecard",
    "linear",
    "trees",
    "leaves",
    "network",
    "pmml",
    "link",
    "platt",
    "isotonic",
    "scale",
    "bands",
    "tree",
    "combine",
    "entropy_gain",
];

/// A node that could be read.
pub(super) struct NodeDraft {
    pub(super) here: Here,
    pub(super) spec: Box<dyn Spec>,
}

/// The nodes of a source.
pub(super) struct Nodes {
    pub(super) drafts: Vec<NodeDraft>,
    /// Names of nodes that could not be read.
    pub(super) broken: BTreeSet<String>,
}

/// Reads `[nodes]`.
pub(super) fn read(root: &Table<'_>, meta: &MetaDraft, fields: &[FieldDraft]) -> Nodes {
    let mut nodes = Nodes { drafts: Vec::new(), broken: BTreeSet::new() };
    let Some(table) = root.get("nodes").and_then(|item| item.table("[nodes]".into())) else { return nodes };
    let report = table.report();
    for (name, item) in table.named() {
        if name.value.trim().is_empty() || name.value.contains('.') {
            let message = format!("`{}` cannot be the name of a node", name.value);
            report.error(
                code::NAME,
                &name.span,
                message,
                "use letters, digits, `_` and `-`: a dot separates a node from its output",
            );
            continue;
        }
        if fields.iter().any(|f| f.name.value == name.value) {
            let message = format!("`{}` is the name of a field and of a node", name.value);
            report.error(code::NAME, &name.span, message, "give the node another name");
            continue;
        }
        match draft(&name, &item, meta) {
            Some(draft) => nodes.drafts.push(draft),
            None => drop(nodes.broken.insert(name.value)),
        }
    }
    if let Some(extra) = nodes.drafts.get(limits::NODES) {
        let message = format!("there are {} nodes; the limit is {}", nodes.drafts.len(), limits::NODES);
        report.error(code::LIMIT, &extra.here.name.span, message, "make the bundle smaller");
    }
    nodes
}

fn draft(name: &Name, item: &super::table::Item<'_>, meta: &MetaDraft) -> Option<NodeDraft> {
    let table = item.table(format!("node `{}`", name.value))?.at(name.span.clone());
    let written = table.get("stage").and_then(|i| i.choice(STAGES));
    let parse = table.need("kind", "\"bins\"").and_then(|i| i.choice(KINDS))?;
    let spec = (parse.value)(&table, name);
    let model = table.get("kind").and_then(|i| i.text()).is_some_and(|k| MODELS.contains(&k.value.as_str()));
    table.finish();
    let stage = written.as_ref().map_or(meta.stage, |stage| stage.value);
    let here = Here { name: name.clone(), stage, written: written.is_some(), feature: !model };
    Some(NodeDraft { here, spec: spec? })
}

/// Adds every node to the graph, each after those that it reads.
pub(super) fn build(nodes: &Nodes, builder: &mut Builder<'_>) {
    builder.broken.extend(nodes.broken.iter().cloned());
    let order = order(nodes, builder);
    let known: BTreeSet<usize> = order.iter().copied().collect();
    for (draft, index) in nodes.drafts.iter().zip(0..) {
        // Whatever stands in a circle is not built: those who read it are not to blame.
        if !known.contains(&index) {
            builder.broken.insert(draft.here.name.value.clone());
        }
    }
    for index in order {
        let Some(draft) = nodes.drafts.get(index) else { continue };
        if draft.spec.build(&draft.here, builder).is_none() {
            builder.broken.insert(draft.here.name.value.clone());
        }
    }
}

/// What a name belongs to: the node that it names or that the part before its first dot names; and the score, if it may be a
/// figure of one.
fn owners(name: &str, index: &BTreeMap<&str, usize>) -> impl Iterator<Item = usize> {
    let (first, rest) = name.split_once('.').unwrap_or((name, ""));
    let node = index.get(name).or_else(|| index.get(first));
    let figure = scores::FIGURES.iter().any(|figure| rest.split('.').next() == Some(figure));
    let score = figure.then(|| index.get(scores::draft_name(first).as_str())).flatten();
    node.into_iter().chain(score).copied().collect::<Vec<_>>().into_iter()
}

/// Topological order, stable in the order of the file. Circles are reported and left out.
fn order(nodes: &Nodes, builder: &Builder<'_>) -> Vec<usize> {
    let index: BTreeMap<&str, usize> =
        nodes.drafts.iter().enumerate().map(|(i, d)| (d.here.name.value.as_str(), i)).collect();
    let fields: BTreeSet<&str> = builder.fields.iter().map(|f| f.name.value.as_str()).collect();
    let read = |draft: &NodeDraft| -> Vec<usize> {
        let inputs = draft.spec.inputs();
        let nodes = inputs.iter().filter(|n| !fields.contains(n.value.as_str()));
        nodes.flat_map(|n| owners(&n.value, &index)).collect()
    };
    let reads: Vec<Vec<usize>> = nodes.drafts.iter().map(read).collect();
    let mut state = vec![Mark::New; nodes.drafts.len()];
    let mut order = Vec::with_capacity(nodes.drafts.len());
    for start in 0..nodes.drafts.len() {
        visit(start, &reads, &mut state, &mut order, nodes, builder.report);
    }
    order
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
    Circular,
}

/// Depth-first with a stack of its own: a chain of nodes may be longer than the call stack.
fn visit(
    start: usize,
    reads: &[Vec<usize>],
    state: &mut [Mark],
    order: &mut Vec<usize>,
    nodes: &Nodes,
    report: &Report<'_>,
) {
    let mut path: Vec<(usize, usize)> = vec![(start, 0)];
    if state.get(start) != Some(&Mark::New) {
        return;
    }
    set(state, start, Mark::Open);
    while let Some((node, next)) = path.last_mut() {
        let node = *node;
        let Some(&child) = reads.get(node).and_then(|r| r.get(*next)) else {
            path.pop();
            if state.get(node) == Some(&Mark::Open) {
                order.push(node);
                set(state, node, Mark::Done);
            }
            continue;
        };
        *next += 1;
        match state.get(child) {
            Some(Mark::New) => {
                set(state, child, Mark::Open);
                path.push((child, 0));
            }
            Some(Mark::Open) => {
                let circle: Vec<usize> = path.iter().map(|&(n, _)| n).skip_while(|&n| n != child).collect();
                report_circle(&circle, nodes, report);
                for node in circle {
                    set(state, node, Mark::Circular);
                }
            }
            _ => {}
        }
    }
}

fn set(state: &mut [Mark], node: usize, mark: Mark) {
    if let Some(slot) = state.get_mut(node) {
        *slot = mark;
    }
}

fn report_circle(circle: &[usize], nodes: &Nodes, report: &Report<'_>) {
    let here: Vec<&Here> = circle.iter().filter_map(|&n| nodes.drafts.get(n)).map(|d| &d.here).collect();
    let Some(first) = here.first() else { return };
    let names: Vec<&str> = here.iter().map(|h| h.name.value.as_str()).collect();
    let message = match names.as_slice() {
        [one] => format!("`{one}` reads itself"),
        _ => format!("these nodes read each other in a circle: {}", suggest::quoted(&names)),
    };
    report.error(code::CYCLE, &first.name.span, message, "take one of these inputs out");
}
