//! One tree of an XGBoost file: parallel arrays, one element a node.

use super::value::{Number, Object, malformed};
use crate::Error;
use crate::author::forest::{Test, Tree, TreeNode};
use crate::author::import::{check_limit, inconsistent, unsupported};
use crate::limits;
use crate::model::forest::MissingRule;

/// Keys of a tree.
pub(super) const KEYS: [&str; 17] = [
    "base_weights",
    "categories",
    "categories_nodes",
    "categories_segments",
    "categories_sizes",
    "default_left",
    "id",
    "leaf_weights",
    "left_children",
    "loss_changes",
    "parents",
    "right_children",
    "split_conditions",
    "split_indices",
    "split_type",
    "sum_hessian",
    "tree_param",
];
const PARAM_KEYS: [&str; 4] = ["num_deleted", "num_feature", "num_nodes", "size_leaf_vector"];
/// XGBoost holds categories in f32: from here on the codes would not be exact, and it takes them as invalid.
const CODES: i64 = 1 << 24;

/// What a tree must agree with.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) features: usize,
    pub(super) outputs: usize,
    /// Output of a scalar tree.
    pub(super) group: i64,
    /// DART: weight of the tree.
    pub(super) weight: Option<f32>,
}

struct Arrays<'a> {
    object: &'a Object<'a>,
    left: &'a [Number],
    right: &'a [Number],
    feature: &'a [Number],
    condition: &'a [Number],
    default_left: &'a [Number],
    split_type: &'a [Number],
    cover: Option<&'a [Number]>,
    leaves: Leaves<'a>,
    categories: Vec<Option<Vec<u32>>>,
    weight: Option<f32>,
    features: usize,
}

/// Where the leaves' values stand.
enum Leaves<'a> {
    /// In `split_conditions`.
    Scalar,
    /// Up to 3.1: in `base_weights`, a stretch a node.
    ByNode(&'a [Number], usize),
    /// From 3.2: in `leaf_weights`, a stretch a leaf; `right_children` of the leaf says which.
    ByLeaf(&'a [Number], usize),
}

/// Reads a tree.
pub(super) fn read(object: &Object<'_>, context: &Context, numbers: &mut Vec<u32>) -> Result<Tree, Error> {
    let param = object.object("tree_param", &PARAM_KEYS)?;
    let nodes = param.count("num_nodes")?;
    let deleted = param.count_or("num_deleted", 0)?;
    let vector = param.count_or("size_leaf_vector", 0)?.max(1);
    if param.count("num_feature")? != context.features {
        return Err(inconsistent("the tree has another number of features", param.at("num_feature")));
    }
    let leaves = match (vector, object.find("leaf_weights").is_some()) {
        (1, false) => Leaves::Scalar,
        (1, true) => return Err(unsupported("leaf_weights of scalar leaves", object.at("leaf_weights"))),
        (_, true) => Leaves::ByLeaf(object.numbers("leaf_weights")?, vector),
        (_, false) => {
            let count = nodes.saturating_mul(vector);
            Leaves::ByNode(object.numbers_of("base_weights", count)?, vector)
        }
    };
    if vector > 1 && vector != context.outputs {
        let what = format!("leaves of {vector} values in a model of {} outputs", context.outputs);
        return Err(inconsistent(what, param.at("size_leaf_vector")));
    }
    if vector > 1 && context.weight.is_some() {
        return Err(unsupported("dart with vector leaves", object.path.clone()));
    }
    let arrays = Arrays {
        object,
        left: object.numbers_of("left_children", nodes)?,
        right: object.numbers_of("right_children", nodes)?,
        feature: object.numbers_of("split_indices", nodes)?,
        condition: object.numbers_of("split_conditions", nodes)?,
        default_left: object.numbers_of("default_left", nodes)?,
        split_type: object.numbers_of("split_type", nodes)?,
        cover: match object.find("sum_hessian") {
            Some(_) => Some(object.numbers_of("sum_hessian", nodes)?),
            None => None,
        },
        leaves,
        categories: categories(object, nodes)?,
        weight: context.weight,
        features: context.features,
    };
    let output = match vector {
        1 => {
            let group = usize::try_from(context.group).ok().filter(|&g| g < context.outputs);
            let group = group.ok_or_else(|| {
                let what = format!("output {} of {}", context.group, context.outputs);
                inconsistent(what, format!("{} (tree_info)", object.path))
            })?;
            Some(group as u32)
        }
        _ => None,
    };
    Ok(Tree { output, nodes: walk(&arrays, nodes, deleted, numbers)? })
}

/// The nodes that the root reaches, renumbered in preorder. Deleted ones (pruning leaves them in the arrays) drop out.
fn walk(
    arrays: &Arrays<'_>,
    count: usize,
    deleted: usize,
    numbers: &mut Vec<u32>,
) -> Result<Vec<TreeNode>, Error> {
    let object = arrays.object;
    let mut seen = vec![false; count];
    let mut nodes: Vec<TreeNode> = Vec::new();
    // Node of the file, its parent here, whether it is the left child, depth.
    let mut stack = vec![(0usize, None, false, 0usize)];
    while let Some((node, parent, is_left, depth)) = stack.pop() {
        match seen.get_mut(node) {
            None => return Err(inconsistent("the tree has no nodes", object.at("left_children"))),
            Some(true) => {
                let what = format!("node {node} is reached twice");
                return Err(inconsistent(what, object.path.clone()));
            }
            Some(seen) => *seen = true,
        }
        check_limit("levels in a tree", depth, limits::TREE_DEPTH)?;
        let here = nodes.len();
        if let Some(TreeNode::Split { left, right, .. }) = parent.and_then(|p: usize| nodes.get_mut(p)) {
            *(if is_left { left } else { right }) = here as u32;
        }
        match at(arrays.left, node) as i64 {
            -1 => {
                nodes.push(leaf(arrays, node)?);
                numbers.push(node as u32);
            }
            _ => {
                let yes = child(arrays, "left_children", arrays.left, node)?;
                let no = child(arrays, "right_children", arrays.right, node)?;
                let (split, swapped) = split(arrays, node)?;
                nodes.push(split);
                let (left, right) = if swapped { (no, yes) } else { (yes, no) };
                stack.push((right, Some(here), false, depth + 1));
                stack.push((left, Some(here), true, depth + 1));
            }
        }
    }
    if nodes.len() + deleted != count {
        let what = format!("{} nodes are reachable and {deleted} deleted of {count}", nodes.len());
        return Err(inconsistent(what, object.path.clone()));
    }
    Ok(nodes)
}

fn at(numbers: &[Number], index: usize) -> f64 {
    numbers.get(index).map_or(f64::NAN, |n| n.wide)
}

fn child(arrays: &Arrays<'_>, key: &str, children: &[Number], node: usize) -> Result<usize, Error> {
    let value = children.get(node).and_then(|n| n.integer()).unwrap_or(-1);
    let child = usize::try_from(value).ok().filter(|&c| c > 0 && c < children.len());
    child.ok_or_else(|| {
        let what = format!("child {value} in a tree of {} nodes", children.len());
        inconsistent(what, arrays.object.at_index(key, node))
    })
}

/// A split without its children, and whether they change sides: XGBoost sends the codes in the set right, we send them
/// left.
fn split(arrays: &Arrays<'_>, node: usize) -> Result<(TreeNode, bool), Error> {
    let object = arrays.object;
    let feature = arrays.feature.get(node).and_then(|n| n.integer()).unwrap_or(-1);
    let feature = usize::try_from(feature).ok().filter(|&f| f < arrays.features).ok_or_else(|| {
        let what = format!("feature {feature} of {}", arrays.features);
        inconsistent(what, object.at_index("split_indices", node))
    })?;
    let default_left = match at(arrays.default_left, node) {
        0.0 => false,
        1.0 => true,
        _ => return Err(malformed("neither 0 nor 1", object.at_index("default_left", node))),
    };
    let (test, swapped) = match at(arrays.split_type, node) {
        0.0 => {
            let threshold = arrays.condition.get(node).map_or(f32::NAN, |n| n.narrow);
            if threshold.is_nan() {
                return Err(inconsistent("the threshold is NaN", object.at_index("split_conditions", node)));
            }
            let missing = match default_left {
                true => MissingRule::NanLeft,
                false => MissingRule::NanRight,
            };
            (Test::Below { threshold: f64::from(threshold), missing }, false)
        }
        1.0 => {
            let categories = arrays.categories.get(node).cloned().flatten().ok_or_else(|| {
                inconsistent(format!("node {node} has no categories"), object.at("categories_nodes"))
            })?;
            (Test::InSet { categories, nan_left: !default_left, invalid_left: false }, true)
        }
        other => {
            let at = object.at_index("split_type", node);
            return Err(unsupported(format!("split type {other}"), at));
        }
    };
    let cover = arrays.cover.map_or(0.0, |c| at(c, node));
    check_cover(arrays, cover, node)?;
    let feature = feature as u32;
    Ok((TreeNode::Split { feature, test, left: 0, right: 0, cover }, swapped))
}

fn leaf(arrays: &Arrays<'_>, node: usize) -> Result<TreeNode, Error> {
    let object = arrays.object;
    let scalar = arrays.condition.get(node..=node).unwrap_or_default();
    let (key, first, values) = match arrays.leaves {
        Leaves::Scalar => ("split_conditions", node, scalar),
        Leaves::ByNode(weights, size) => ("base_weights", node * size, stretch(weights, node, size)),
        Leaves::ByLeaf(weights, size) => {
            let index = arrays.right.get(node).and_then(|n| n.integer());
            let index = index.and_then(|i| usize::try_from(i).ok()).unwrap_or(usize::MAX);
            let values = stretch(weights, index, size);
            if values.is_empty() {
                let what = "the leaf's values are not in leaf_weights";
                return Err(inconsistent(what, object.at_index("right_children", node)));
            }
            ("leaf_weights", index * size, values)
        }
    };
    let mut out = Vec::with_capacity(values.len());
    for (i, number) in values.iter().enumerate() {
        let value = arrays.weight.map_or(number.narrow, |w| number.narrow * w);
        if !value.is_finite() {
            let what = format!("the leaf's value is {value}");
            return Err(inconsistent(what, object.at_index(key, first + i)));
        }
        out.push(f64::from(value));
    }
    let cover = arrays.cover.map_or(0.0, |c| at(c, node));
    check_cover(arrays, cover, node)?;
    Ok(TreeNode::Leaf { values: out, linear: None, cover })
}

fn stretch(numbers: &[Number], index: usize, size: usize) -> &[Number] {
    let start = index.saturating_mul(size);
    numbers.get(start..start.saturating_add(size)).unwrap_or_default()
}

fn check_cover(arrays: &Arrays<'_>, cover: f64, node: usize) -> Result<(), Error> {
    match cover.is_finite() && cover >= 0.0 {
        true => Ok(()),
        false => {
            let what = format!("a sum of hessians of {cover}");
            Err(inconsistent(what, arrays.object.at_index("sum_hessian", node)))
        }
    }
}

/// The set of each categorical node, ascending.
fn categories(object: &Object<'_>, nodes: usize) -> Result<Vec<Option<Vec<u32>>>, Error> {
    let owners = object.numbers("categories_nodes")?;
    if owners.is_empty() {
        return Ok(Vec::new());
    }
    let segments = object.numbers_of("categories_segments", owners.len())?;
    let sizes = object.numbers_of("categories_sizes", owners.len())?;
    let codes = object.numbers("categories")?;
    // Overlapping segments could make much of little.
    let total = sizes.iter().try_fold(0i64, |sum, n| sum.checked_add(n.integer().unwrap_or(-1)));
    if total != i64::try_from(codes.len()).ok() {
        return Err(inconsistent("the sizes do not add up to the categories", object.at("categories_sizes")));
    }
    let mut out = vec![None; nodes];
    for (i, owner) in owners.iter().enumerate() {
        let bad = |what: &str| inconsistent(what, object.at_index("categories_nodes", i));
        let start = segments.get(i).and_then(|n| n.integer()).and_then(|s| usize::try_from(s).ok());
        let size = sizes.get(i).and_then(|n| n.integer()).and_then(|s| usize::try_from(s).ok());
        let range = start.zip(size).and_then(|(start, size)| codes.get(start..start.checked_add(size)?));
        let range = range.ok_or_else(|| bad("its segment lies outside the categories"))?;
        let mut set = Vec::with_capacity(range.len());
        for (j, code) in range.iter().enumerate() {
            match code.integer().filter(|c| (0..CODES).contains(c)) {
                Some(code) => set.push(code as u32),
                None => {
                    let place = object.at_index("categories", start.unwrap_or(0) + j);
                    return Err(inconsistent(format!("category {}", code.wide), place));
                }
            }
        }
        set.sort_unstable();
        set.dedup();
        let node = owner.integer().and_then(|n| usize::try_from(n).ok());
        let slot = node.and_then(|n| out.get_mut(n)).ok_or_else(|| bad("there is no such node"))?;
        if slot.replace(set).is_some() {
            return Err(bad("the node has two sets"));
        }
    }
    Ok(out)
}
