//! One tree of a LightGBM text model: parallel lists of inner nodes and of leaves.

use super::text::{Section, malformed};
use crate::Error;
use crate::author::forest::{LeafLinear, Test, Tree, TreeNode};
use crate::author::import::{check_limit, inconsistent, unsupported};
use crate::limits;
use crate::model::forest::{MissingRule, ZERO_BAND};

/// What a tree must agree with.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) features: usize,
    pub(super) output: u32,
}

#[derive(Default)]
struct Lists {
    feature: Vec<u32>,
    threshold: Vec<f64>,
    decision: Vec<i32>,
    left: Vec<i32>,
    right: Vec<i32>,
    inner_count: Vec<f64>,
    leaf_value: Vec<f64>,
    leaf_count: Vec<f64>,
    linear: Vec<LeafLinear>,
    sets: Vec<Option<Vec<u32>>>,
}

/// Reads a tree; whether it has the counts that contributions need.
pub(super) fn read(
    section: &Section<'_>,
    context: &Context,
    numbers: &mut Vec<u32>,
) -> Result<(Tree, bool), Error> {
    let leaves = section.count("num_leaves")?;
    check_limit("leaves in a tree", leaves, limits::TREE_NODES / 2)?;
    let Some(inner) = leaves.checked_sub(1) else {
        return Err(inconsistent("a tree without leaves", section.at("num_leaves")));
    };
    let mut lists = Lists {
        leaf_value: section.list_of("leaf_value", leaves)?,
        linear: linear(section, leaves, context.features)?,
        sets: category_sets(section)?,
        ..Lists::default()
    };
    if inner > 0 {
        lists.feature = section.list_of("split_feature", inner)?;
        lists.threshold = section.list_of("threshold", inner)?;
        lists.decision = section.list_of("decision_type", inner)?;
        lists.left = section.list_of("left_child", inner)?;
        lists.right = section.list_of("right_child", inner)?;
        (lists.inner_count, lists.leaf_count) = counts(section, leaves)?;
    }
    let counted = inner == 0 || !lists.inner_count.is_empty();
    let nodes = walk(section, context, lists, numbers)?;
    Ok((Tree { output: Some(context.output), nodes }, counted))
}

/// Counts of training rows; both empty if the file has none.
fn counts(section: &Section<'_>, leaves: usize) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let absent = |key: &str| section.find(key).is_none_or(|v| v.trim().is_empty());
    if absent("internal_count") || absent("leaf_count") {
        return Ok((Vec::new(), Vec::new()));
    }
    let inner: Vec<f64> = section.list_of("internal_count", leaves - 1)?;
    let outer: Vec<f64> = section.list_of("leaf_count", leaves)?;
    for (key, list) in [("internal_count", &inner), ("leaf_count", &outer)] {
        if let Some(i) = list.iter().position(|c| !c.is_finite() || *c < 0.0) {
            let what = format!("element {i} of `{key}` is no count");
            return Err(inconsistent(what, section.at(key)));
        }
    }
    Ok((inner, outer))
}

/// The nodes that the root reaches, renumbered in preorder; all must be reached once.
fn walk(
    section: &Section<'_>,
    context: &Context,
    mut lists: Lists,
    numbers: &mut Vec<u32>,
) -> Result<Vec<TreeNode>, Error> {
    let (inner, leaves) = (lists.left.len(), lists.leaf_value.len());
    let (mut seen_inner, mut seen_leaf) = (vec![false; inner], vec![false; leaves]);
    let mut nodes: Vec<TreeNode> = Vec::with_capacity(inner + leaves);
    // Inner node, or leaf as -1 - its number; parent here; whether it is the left child; depth.
    let start = if inner == 0 { -1 } else { 0 };
    let mut stack = vec![(start, None, false, 0usize)];
    while let Some((node, parent, is_left, depth)) = stack.pop() {
        check_limit("levels in a tree", depth, limits::TREE_DEPTH)?;
        let is_leaf = node < 0;
        let index = (if is_leaf { !node } else { node }) as usize;
        let key = if is_left { "left_child" } else { "right_child" };
        match (if is_leaf { &mut seen_leaf } else { &mut seen_inner }).get_mut(index) {
            None => return Err(inconsistent(format!("there is no node {node}"), section.at(key))),
            Some(true) => {
                return Err(inconsistent(format!("node {node} is reached twice"), section.at(key)));
            }
            Some(seen) => *seen = true,
        }
        let here = nodes.len() as u32;
        if let Some(TreeNode::Split { left, right, .. }) = parent.and_then(|p: u32| nodes.get_mut(p as usize))
        {
            *(if is_left { left } else { right }) = here;
        }
        if is_leaf {
            nodes.push(leaf(section, &mut lists, index)?);
            numbers.push(index as u32);
        } else {
            nodes.push(split(section, context, &mut lists, index)?);
            let child = |list: &[i32]| list.get(index).copied().unwrap_or(i32::MIN);
            stack.push((child(&lists.right), Some(here), false, depth + 1));
            stack.push((child(&lists.left), Some(here), true, depth + 1));
        }
    }
    match nodes.len() == inner + leaves {
        true => Ok(nodes),
        false => {
            let what = format!("only {} of {} nodes are reachable", nodes.len(), inner + leaves);
            Err(inconsistent(what, section.at("left_child")))
        }
    }
}

fn leaf(section: &Section<'_>, lists: &mut Lists, index: usize) -> Result<TreeNode, Error> {
    let value = lists.leaf_value.get(index).copied().unwrap_or(f64::NAN);
    if !value.is_finite() {
        let what = format!("the value of leaf {index} is {value}");
        return Err(inconsistent(what, section.at("leaf_value")));
    }
    let linear = lists.linear.get_mut(index).map(core::mem::take);
    let cover = lists.leaf_count.get(index).copied().unwrap_or(0.0);
    Ok(TreeNode::Leaf { values: vec![value], linear, cover })
}

fn split(
    section: &Section<'_>,
    context: &Context,
    lists: &mut Lists,
    index: usize,
) -> Result<TreeNode, Error> {
    let feature = lists.feature.get(index).copied().unwrap_or(u32::MAX);
    if feature as usize >= context.features {
        let what = format!("node {index} splits feature {feature} of {}", context.features);
        return Err(inconsistent(what, section.at("split_feature")));
    }
    let threshold = lists.threshold.get(index).copied().unwrap_or(f64::NAN);
    if threshold.is_nan() {
        let what = format!("the threshold of node {index} is NaN");
        return Err(inconsistent(what, section.at("threshold")));
    }
    let decision = lists.decision.get(index).copied().unwrap_or(-1);
    let (categorical, default_left) = (decision & 1 == 1, decision & 2 == 2);
    let missing_type = decision >> 2;
    if !(0..=2).contains(&missing_type) {
        let what = format!("decision_type {decision}");
        return Err(unsupported(what, section.at("decision_type")));
    }
    let test = if categorical {
        let whole = threshold.trunc() == threshold && threshold >= 0.0;
        // Each set has one node: shared ones could make much of little.
        let set = whole.then_some(threshold as usize).and_then(|s| lists.sets.get_mut(s)?.take());
        let categories = set.ok_or_else(|| {
            let what = format!("node {index} has no category set of its own");
            inconsistent(what, section.at("threshold"))
        })?;
        // NaN goes right whatever the missing type (LightGBM 2 and 3 on x86-64 too: their cast makes it negative).
        Test::InSet { categories, nan_left: false, invalid_left: false }
    } else {
        let missing = match (missing_type, default_left) {
            (0, _) => MissingRule::NanIsZero,
            (1, true) => MissingRule::ZeroLeft,
            (1, false) => MissingRule::ZeroRight,
            (_, true) => MissingRule::NanLeft,
            (_, false) => MissingRule::NanRight,
        };
        Test::Below { threshold: past_zero(threshold), missing }
    };
    let cover = lists.inner_count.get(index).copied().unwrap_or(0.0);
    Ok(TreeNode::Split { feature, test, left: 0, right: 0, cover })
}

/// LightGBM takes every value of a dense row within its zero band as 0 before it tests it. Thresholds inside the band (its
/// own bins for zero end at ±1e-35) move to where the test gives the same answer without that.
fn past_zero(threshold: f64) -> f64 {
    match threshold {
        t if t.abs() > ZERO_BAND => t,
        t if t < 0.0 => (-ZERO_BAND).next_down(),
        _ => ZERO_BAND,
    }
}

/// Bit sets of categories: words of 32 bits, `cat_boundaries` tells them apart.
fn category_sets(section: &Section<'_>) -> Result<Vec<Option<Vec<u32>>>, Error> {
    let count = match section.find("num_cat") {
        None => 0,
        Some(_) => section.count("num_cat")?,
    };
    if count == 0 {
        return Ok(Vec::new());
    }
    let boundaries: Vec<usize> = section.list_of("cat_boundaries", count.saturating_add(1))?;
    let words: Vec<u32> = section.list("cat_threshold")?;
    let bad = |what: &str| inconsistent(what, section.at("cat_boundaries"));
    if boundaries.first() != Some(&0) || boundaries.last() != Some(&words.len()) {
        return Err(bad("`cat_boundaries` does not span `cat_threshold`"));
    }
    let mut sets = Vec::with_capacity(count);
    for pair in boundaries.windows(2) {
        let &[start, end] = pair else { continue };
        let words = words.get(start..end);
        let words = words.ok_or_else(|| bad("`cat_boundaries` does not ascend"))?;
        let mut set = Vec::new();
        for (word, &bits) in (0u32..).zip(words) {
            let codes = (0..32).filter(|bit| bits >> bit & 1 == 1);
            set.extend(codes.map(|bit| word.saturating_mul(32).saturating_add(bit)));
        }
        sets.push(Some(set));
    }
    Ok(sets)
}

/// Linear models of the leaves; none if the tree is not linear.
fn linear(section: &Section<'_>, leaves: usize, features: usize) -> Result<Vec<LeafLinear>, Error> {
    match section.find("is_linear").map(str::trim) {
        None | Some("0") => return Ok(Vec::new()),
        Some("1") => {}
        Some(_) => {
            let what = "`is_linear` is neither 0 nor 1";
            return Err(malformed(what, section.at("is_linear")));
        }
    }
    let constants: Vec<f64> = section.list_of("leaf_const", leaves)?;
    let sizes: Vec<usize> = section.list_of("num_features", leaves)?;
    let total = sizes.iter().fold(0usize, |sum, &n| sum.saturating_add(n));
    let indices: Vec<u32> = section.list_of("leaf_features", total)?;
    let coefficients: Vec<f64> = section.list_of("leaf_coeff", total)?;
    if let Some(i) = indices.iter().position(|&f| f as usize >= features) {
        return Err(inconsistent(format!("element {i} is no feature"), section.at("leaf_features")));
    }
    for (key, list) in [("leaf_const", &constants), ("leaf_coeff", &coefficients)] {
        if let Some(i) = list.iter().position(|c| !c.is_finite()) {
            let what = format!("element {i} of `{key}` is not finite");
            return Err(inconsistent(what, section.at(key)));
        }
    }
    let mut terms = indices.into_iter().zip(coefficients);
    let models = constants
        .into_iter()
        .zip(sizes)
        .map(|(constant, size)| LeafLinear { constant, terms: terms.by_ref().take(size).collect() });
    Ok(models.collect())
}
