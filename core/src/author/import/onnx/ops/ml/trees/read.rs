//! The lists of a tree ensemble (versions 1 and 3 of the operator).

use std::collections::BTreeMap;

use crate::Error;
use crate::author::forest::{Test, Tree, TreeNode};
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::Call;
use crate::limits;
use crate::model::forest::MissingRule;

/// What leaves add.
pub(super) struct Leaves {
    /// Tree and node, and the lines of the lists for it.
    at: BTreeMap<(i64, i64), Vec<usize>>,
    /// Output of each line.
    pub(super) ids: Vec<i64>,
    pub(super) weights: Vec<f32>,
}

/// How a node asks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Mode {
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    Equal,
    NotEqual,
    Leaf,
}

impl Mode {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "BRANCH_LEQ" => Self::LessOrEqual,
            "BRANCH_LT" => Self::Less,
            "BRANCH_GTE" => Self::GreaterOrEqual,
            "BRANCH_GT" => Self::Greater,
            "BRANCH_EQ" => Self::Equal,
            "BRANCH_NEQ" => Self::NotEqual,
            "LEAF" => Self::Leaf,
            _ => return None,
        })
    }
}

/// The engine's test, and whether the sides change: it sends left what is under a threshold or in a set. `nan_true`: NaN takes the
/// branch of those for which the condition holds.
pub(super) fn test(mode: Mode, threshold: f32, nan_true: bool) -> Option<(Test, bool)> {
    // x ≤ t is x < the next number after t.
    let (threshold, swapped) = match mode {
        Mode::Less => (threshold, false),
        Mode::LessOrEqual => (next(threshold), false),
        Mode::GreaterOrEqual => (threshold, true),
        Mode::Greater => (next(threshold), true),
        Mode::Equal | Mode::NotEqual => {
            let swapped = mode == Mode::NotEqual;
            let code = ((0.0..16_777_216.0).contains(&threshold) && threshold.fract() == 0.0)
                .then_some(threshold as u32)?;
            let nan_left = nan_true != swapped;
            return Some((Test::InSet { categories: vec![code], nan_left, invalid_left: false }, swapped));
        }
        Mode::Leaf => return None,
    };
    if threshold.is_nan() {
        return None;
    }
    let missing = if nan_true == swapped { MissingRule::NanRight } else { MissingRule::NanLeft };
    Some((Test::Below { threshold: f64::from(threshold), missing }, swapped))
}

/// The next greater f32. Zero is one number: after it comes the smallest.
fn next(x: f32) -> f32 {
    if x == 0.0 { f32::from_bits(1) } else { x.next_up() }
}

pub(super) fn leaves(call: &Call<'_>, prefix: &str, outputs: usize) -> Result<Leaves, Error> {
    let node = call.node;
    let list = |name: &str| node.ints(&format!("{prefix}_{name}")).unwrap_or_default().to_vec();
    let (trees, nodes, ids) = (list("treeids"), list("nodeids"), list("ids"));
    let weights = node.numbers(&format!("{prefix}_weights"));
    if trees.len() != nodes.len() || ids.len() != nodes.len() || weights.len() != nodes.len() {
        return Err(node.wrong(format!("the lists {prefix}_… have different lengths")));
    }
    if ids.iter().any(|&id| !(0..outputs as i64).contains(&id)) {
        return Err(node.wrong(format!("a {prefix}_ids is no output")));
    }
    let mut at: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (line, (&tree, &leaf)) in trees.iter().zip(&nodes).enumerate() {
        at.entry((tree, leaf)).or_default().push(line);
    }
    Ok(Leaves { at, ids, weights })
}

/// The columns of the node lists.
struct Lists<'a> {
    trees: &'a [i64],
    ids: &'a [i64],
    features: &'a [i64],
    modes: &'a [String],
    values: Vec<f32>,
    yes: &'a [i64],
    no: &'a [i64],
    nan_true: &'a [i64],
}

pub(super) fn trees(
    call: &Call<'_>,
    leaves: &Leaves,
    width: usize,
    features: usize,
) -> Result<Vec<Tree>, Error> {
    let node = call.node;
    let list = |name: &str| node.ints(name).unwrap_or_default();
    let lists = Lists {
        trees: list("nodes_treeids"),
        ids: list("nodes_nodeids"),
        features: list("nodes_featureids"),
        modes: node.strings("nodes_modes"),
        values: node.numbers("nodes_values"),
        yes: list("nodes_truenodeids"),
        no: list("nodes_falsenodeids"),
        nan_true: list("nodes_missing_value_tracks_true"),
    };
    let count = lists.trees.len();
    check_limit("tree nodes", count, limits::TREE_NODES)?;
    let lengths = [
        lists.ids.len(),
        lists.features.len(),
        lists.modes.len(),
        lists.values.len(),
        lists.yes.len(),
        lists.no.len(),
    ];
    if count == 0 || lengths.iter().any(|&l| l != count) || ![0, count].contains(&lists.nan_true.len()) {
        return Err(node.wrong("the lists nodes_… have different lengths"));
    }
    let mut lines: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    let mut order: Vec<i64> = Vec::new();
    for (line, (&tree, &id)) in lists.trees.iter().zip(lists.ids).enumerate() {
        if lines.insert((tree, id), line).is_some() {
            return Err(node.wrong(format!("tree {tree} has two nodes {id}")));
        }
        if order.last() != Some(&tree) {
            order.push(tree);
        }
    }
    let mut own = order.clone();
    own.sort_unstable();
    own.dedup();
    if own.len() != order.len() {
        return Err(node.refuse("trees whose nodes do not stand together"));
    }
    check_limit("trees", order.len(), limits::TREES)?;
    let roots = roots(&lists, &order);
    let mut used = 0;
    let mut trees = Vec::with_capacity(order.len());
    for tree in order {
        let root = roots.get(&tree).copied().flatten();
        let root = root.ok_or_else(|| node.wrong(format!("tree {tree} has no root, or several")))?;
        let made = walk(call, &lists, &lines, leaves, tree, root, width, features)?;
        used += made.nodes.len();
        trees.push(made);
    }
    if used != count {
        return Err(node.wrong("some nodes are in no tree"));
    }
    Ok(trees)
}

/// The node of each tree that is nobody's child; `None` if there are several.
fn roots(lists: &Lists<'_>, order: &[i64]) -> BTreeMap<i64, Option<i64>> {
    let mut children = std::collections::BTreeSet::new();
    for (((tree, mode), yes), no) in lists.trees.iter().zip(lists.modes).zip(lists.yes).zip(lists.no) {
        if mode != "LEAF" {
            children.insert((*tree, *yes));
            children.insert((*tree, *no));
        }
    }
    let mut roots: BTreeMap<i64, Vec<i64>> = order.iter().map(|&t| (t, Vec::new())).collect();
    for (&tree, &id) in lists.trees.iter().zip(lists.ids) {
        if !children.contains(&(tree, id)) {
            roots.entry(tree).or_default().push(id);
        }
    }
    let only = |list: Vec<i64>| match list.as_slice() {
        &[one] => Some(one),
        _ => None,
    };
    roots.into_iter().map(|(tree, list)| (tree, only(list))).collect()
}

#[allow(clippy::too_many_arguments, reason = "one step of `trees`, which has them all")]
fn walk(
    call: &Call<'_>,
    lists: &Lists<'_>,
    lines: &BTreeMap<(i64, i64), usize>,
    leaves: &Leaves,
    tree: i64,
    root: i64,
    width: usize,
    features: usize,
) -> Result<Tree, Error> {
    let node = call.node;
    let at = |list: &[i64], line: usize| list.get(line).copied().unwrap_or(0);
    let mut nodes: Vec<TreeNode> = Vec::new();
    // The only output that the leaves add to, if it is one.
    let mut output: Option<u32> = None;
    let mut several = false;
    // Node, parent here, whether it is the left child, depth.
    let mut open = vec![(root, None, false, 0usize)];
    let mut seen = std::collections::BTreeSet::new();
    let mut added: Vec<(usize, Vec<(u32, f64)>)> = Vec::new();
    while let Some((id, parent, is_left, depth)) = open.pop() {
        let line = lines.get(&(tree, id)).copied();
        let line = line.ok_or_else(|| node.wrong(format!("tree {tree} has no node {id}")))?;
        if !seen.insert(id) {
            return Err(node.wrong(format!("node {id} of tree {tree} has two parents")));
        }
        check_limit("levels in a tree", depth, limits::TREE_DEPTH)?;
        let here = nodes.len();
        if let Some(TreeNode::Split { left, right, .. }) = parent.and_then(|p: usize| nodes.get_mut(p)) {
            *(if is_left { left } else { right }) = here as u32;
        }
        let name = lists.modes.get(line).map_or("", String::as_str);
        let mode = Mode::of(name).ok_or_else(|| {
            node.refuse(&format!("mode {}", crate::author::import::onnx::refuse::shorten(name)))
        })?;
        if mode == Mode::Leaf {
            let own = leaves.at.get(&(tree, id)).map_or(&[][..], Vec::as_slice);
            let mut adds = Vec::with_capacity(own.len());
            for &line in own {
                let id = if width == 1 { 0 } else { at(&leaves.ids, line) as u32 };
                let weight = leaves.weights.get(line).copied().unwrap_or(f32::NAN);
                several |= output.is_some_and(|o| o != id);
                output = Some(id);
                adds.push((id, f64::from(weight)));
            }
            added.push((here, adds));
            nodes.push(TreeNode::Leaf { values: Vec::new(), linear: None, cover: 0.0 });
            continue;
        }
        let feature = usize::try_from(at(lists.features, line)).ok().filter(|&f| f < features);
        let feature = feature
            .ok_or_else(|| node.wrong(format!("a feature that the input of {features} does not have")))?;
        let threshold = lists.values.get(line).copied().unwrap_or(f32::NAN);
        let made = test(mode, threshold, at(lists.nan_true, line) != 0);
        let (test, swapped) = made.ok_or_else(|| node.refuse(&format!("{name} with {threshold}")))?;
        nodes.push(TreeNode::Split { feature: feature as u32, test, left: 0, right: 0, cover: 0.0 });
        let (yes, no) = (at(lists.yes, line), at(lists.no, line));
        let (left, right) = if swapped { (no, yes) } else { (yes, no) };
        open.push((right, Some(here), false, depth + 1));
        open.push((left, Some(here), true, depth + 1));
    }
    let output = if several { None } else { Some(output.unwrap_or(0)) };
    fill(&mut nodes, added, output, width);
    Ok(Tree { output, nodes })
}

/// Gives the leaves their values.
pub(super) fn fill(
    nodes: &mut [TreeNode],
    added: Vec<(usize, Vec<(u32, f64)>)>,
    output: Option<u32>,
    width: usize,
) {
    for (leaf, adds) in added {
        let mut own = vec![0.0f64; if output.is_some() { 1 } else { width }];
        for (id, weight) in adds {
            let place = if output.is_some() { 0 } else { id as usize };
            if let Some(slot) = own.get_mut(place) {
                *slot = f64::from(*slot as f32 + weight as f32);
            }
        }
        if let Some(TreeNode::Leaf { values, .. }) = nodes.get_mut(leaf) {
            *values = own;
        }
    }
}
