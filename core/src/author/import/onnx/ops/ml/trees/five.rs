//! `TreeEnsemble`, the operator of version 5.

use super::super::post::PostTransform;
use super::read::{Mode, fill, test};
use super::{Ensemble, forest};
use crate::Error;
use crate::author::forest::{Test, Tree, TreeNode};
use crate::author::import::check_limit;
use crate::author::import::onnx::lower::Call;
use crate::author::import::onnx::tensor::Type;
use crate::limits;

/// Code of `BRANCH_MEMBER`.
const MEMBER: i64 = 6;

pub(super) fn ensemble(call: &Call<'_>, features: usize) -> Result<Ensemble, Error> {
    let node = call.node;
    let tables = ["nodes_splits", "leaf_weights", "membership_values", "nodes_hitrates"];
    if tables.iter().filter_map(|name| node.tensor(name)).any(|t| t.kind != Type::Float) {
        return Err(node.refuse("of double or half numbers: convert the model with float inputs"));
    }
    let post = match node.int("post_transform", 0) {
        0 => PostTransform::None,
        1 => PostTransform::Softmax,
        2 => PostTransform::Logistic,
        other => return Err(node.refuse(&format!("post_transform {other}"))),
    };
    let outputs = usize::try_from(node.int("n_targets", 0)).unwrap_or(0);
    if outputs == 0 || outputs > limits::OUTPUTS {
        return Err(node.wrong(format!("{outputs} outputs")));
    }
    let roots = node.ints("tree_roots").unwrap_or_default().to_vec();
    check_limit("trees", roots.len(), limits::TREES)?;
    let divisor = match node.int("aggregate_function", 1) {
        0 => roots.len().max(1) as f64,
        1 => 1.0,
        other => return Err(node.refuse(&format!("aggregate_function {other}"))),
    };
    let lists = Lists::read(call)?;
    let mut trees = Vec::with_capacity(roots.len());
    // Each node is reached once, each leaf from two branches at most.
    let mut budget = lists.modes.len().saturating_mul(3).saturating_add(roots.len());
    for root in roots {
        trees.push(lists.walk(call, root, outputs, features, &mut budget)?);
    }
    Ok(Ensemble { forest: forest(features, trees, &vec![0.0; outputs], divisor), post, binary: None })
}

struct Lists {
    features: Vec<i64>,
    modes: Vec<i64>,
    splits: Vec<f32>,
    yes: Vec<i64>,
    no: Vec<i64>,
    yes_is_leaf: Vec<i64>,
    no_is_leaf: Vec<i64>,
    nan_true: Vec<i64>,
    leaf_targets: Vec<i64>,
    leaf_weights: Vec<f32>,
    /// The set of each `BRANCH_MEMBER`, in the order of the nodes.
    sets: Vec<Vec<u32>>,
}

impl Lists {
    fn read(call: &Call<'_>) -> Result<Self, Error> {
        let node = call.node;
        let ints = |name: &str| node.ints(name).unwrap_or_default().to_vec();
        let reals = |name: &str| node.tensor(name).and_then(|t| t.data.reals()).unwrap_or_default();
        let modes = reals("nodes_modes").into_iter().map(|m| m as i64).collect();
        let mut sets = vec![Vec::new()];
        for value in reals("membership_values") {
            if value.is_nan() {
                sets.push(Vec::new());
                continue;
            }
            if !((0.0..16_777_216.0).contains(&value) && value.fract() == 0.0) {
                return Err(node.refuse("a member that is no code (a whole number from 0 on)"));
            }
            if let Some(set) = sets.last_mut() {
                set.push(value as u32);
            }
        }
        let lists = Self {
            features: ints("nodes_featureids"),
            modes,
            splits: reals("nodes_splits"),
            yes: ints("nodes_truenodeids"),
            no: ints("nodes_falsenodeids"),
            yes_is_leaf: ints("nodes_trueleafs"),
            no_is_leaf: ints("nodes_falseleafs"),
            nan_true: ints("nodes_missing_value_tracks_true"),
            leaf_targets: ints("leaf_targetids"),
            leaf_weights: reals("leaf_weights"),
            sets,
        };
        let count = lists.modes.len();
        let lengths = [lists.features.len(), lists.splits.len(), lists.yes.len(), lists.no.len()];
        let flags = [lists.yes_is_leaf.len(), lists.no_is_leaf.len()];
        let whole = lengths.iter().chain(&flags).all(|&l| l == count)
            && [0, count].contains(&lists.nan_true.len())
            && lists.leaf_targets.len() == lists.leaf_weights.len();
        if whole { Ok(lists) } else { Err(node.wrong("its lists have different lengths")) }
    }

    fn walk(
        &self,
        call: &Call<'_>,
        root: i64,
        width: usize,
        features: usize,
        budget: &mut usize,
    ) -> Result<Tree, Error> {
        let node = call.node;
        let at = |list: &[i64], index: usize| list.get(index).copied().unwrap_or(0);
        let mut nodes: Vec<TreeNode> = Vec::new();
        let mut added = Vec::new();
        let mut targets = std::collections::BTreeSet::new();
        // A tree of one leaf is a node whose branches are both that leaf.
        let mut open = vec![(root, false, None, false, 0usize)];
        while let Some((id, is_leaf, parent, is_left, depth)) = open.pop() {
            check_limit("levels in a tree", depth, limits::TREE_DEPTH)?;
            *budget =
                budget.checked_sub(1).ok_or_else(|| node.wrong("nodes that are reached again and again"))?;
            let here = nodes.len();
            if let Some(TreeNode::Split { left, right, .. }) = parent.and_then(|p: usize| nodes.get_mut(p)) {
                *(if is_left { left } else { right }) = here as u32;
            }
            let index = usize::try_from(id).unwrap_or(usize::MAX);
            if is_leaf {
                let target = self.leaf_targets.get(index).filter(|t| (0..width as i64).contains(t));
                let (Some(&target), Some(&weight)) = (target, self.leaf_weights.get(index)) else {
                    return Err(node.wrong(format!("leaf {id} is not there, or its target is none")));
                };
                targets.insert(target as u32);
                added.push((here, vec![(target as u32, f64::from(weight))]));
                nodes.push(TreeNode::Leaf { values: Vec::new(), linear: None, cover: 0.0 });
                continue;
            }
            let mode = self.modes.get(index).copied();
            let mode = mode.ok_or_else(|| node.wrong(format!("there is no node {id}")))?;
            let feature = usize::try_from(at(&self.features, index)).ok().filter(|&f| f < features);
            let feature = feature
                .ok_or_else(|| node.wrong(format!("a feature that the input of {features} does not have")))?;
            let nan_true = at(&self.nan_true, index) != 0;
            let (test, swapped) = self.test(call, index, mode, nan_true)?;
            nodes.push(TreeNode::Split { feature: feature as u32, test, left: 0, right: 0, cover: 0.0 });
            let yes = (at(&self.yes, index), at(&self.yes_is_leaf, index) != 0);
            let no = (at(&self.no, index), at(&self.no_is_leaf, index) != 0);
            let (left, right) = if swapped { (no, yes) } else { (yes, no) };
            open.push((right.0, right.1, Some(here), false, depth + 1));
            open.push((left.0, left.1, Some(here), true, depth + 1));
        }
        let output = if targets.len() > 1 { None } else { Some(targets.first().copied().unwrap_or(0)) };
        fill(&mut nodes, added, output, width);
        Ok(Tree { output, nodes })
    }

    fn test(&self, call: &Call<'_>, index: usize, mode: i64, nan_true: bool) -> Result<(Test, bool), Error> {
        let node = call.node;
        if mode == MEMBER {
            let before = self.modes.iter().take(index).filter(|&&m| m == MEMBER).count();
            let mut categories = self.sets.get(before).cloned().unwrap_or_default();
            categories.sort_unstable();
            categories.dedup();
            return Ok((Test::InSet { categories, nan_left: nan_true, invalid_left: false }, false));
        }
        let known = match mode {
            0 => Mode::LessOrEqual,
            1 => Mode::Less,
            2 => Mode::GreaterOrEqual,
            3 => Mode::Greater,
            4 => Mode::Equal,
            5 => Mode::NotEqual,
            other => return Err(node.refuse(&format!("mode {other}"))),
        };
        let split = self.splits.get(index).copied().unwrap_or(f32::NAN);
        test(known, split, nan_true).ok_or_else(|| node.refuse(&format!("mode {mode} with {split}")))
    }
}
