//! Trees of a CatBoost file.

use super::features::Known;
use super::file::{LeafValue, Node, Oblivious, Split, malformed};
use crate::Error;
use crate::author::forest::{Test, Tree, TreeNode};
use crate::author::import::{check_limit, inconsistent, unsupported};
use crate::limits;
use crate::model::forest::MissingRule;

/// What every tree must agree with.
pub(super) struct Context<'a> {
    pub(super) known: &'a Known,
    pub(super) outputs: usize,
}

const TWO_TO_128: f64 = f64::from_bits(0x47f0_0000_0000_0000);

/// The largest double that is not over the border once it is rounded to f32, as CatBoost rounds what it compares: under it
/// all doubles go left, over it right.
fn widened(border: f32) -> f64 {
    let border = border + 0.0;
    // Beyond the greatest f32 a double rounds to infinity from the middle of it and 2^128 on.
    let next = match border.next_up() {
        f32::INFINITY => TWO_TO_128,
        next => f64::from(next),
    };
    let middle = f64::from(border) + (next - f64::from(border)) / 2.0;
    // The middle itself rounds to the even one of the two.
    if border.to_bits() & 1 == 0 { middle } else { middle.next_down() }
}

/// What a split asks, and whether yes to our question is CatBoost's no.
struct Question {
    feature: u32,
    test: Test,
    opposite: bool,
}

fn question(split: &Split, context: &Context<'_>, at: &dyn Fn() -> String) -> Result<Question, Error> {
    match split.split_type.as_str() {
        "FloatFeature" => {
            let found = split.float_feature_index.and_then(|own| context.known.number(own));
            let (feature, nan_over) =
                found.ok_or_else(|| inconsistent("a split of a feature that is not there", at()))?;
            let border = split.border.ok_or_else(|| malformed("a split has no border", at()))? as f32;
            if !border.is_finite() {
                return Err(inconsistent("a border is no finite number of 32 bits", at()));
            }
            let missing = if nan_over { MissingRule::NanRight } else { MissingRule::NanLeft };
            // CatBoost asks whether the value is over the border, we whether it is not.
            Ok(Question {
                feature,
                test: Test::Below { threshold: widened(border), missing },
                opposite: true,
            })
        }
        "OneHotFeature" => {
            let found = split.cat_feature_index.zip(split.value);
            let found = found.and_then(|(own, value)| context.known.category(own, value));
            let (feature, code) =
                found.ok_or_else(|| inconsistent("a split of a category that is not there", at()))?;
            let test = Test::InSet { categories: vec![code], nan_left: false, invalid_left: false };
            Ok(Question { feature, test, opposite: false })
        }
        "OnlineCtr" => Err(unsupported(context.known.ctr(split.split_index), at())),
        other => {
            let short: String = other.chars().take(60).collect();
            Err(unsupported(format!("the split type `{short}` of CatBoost"), at()))
        }
    }
}

/// Checks a leaf's weight.
fn cover(weight: f64, at: &dyn Fn() -> String) -> Result<f64, Error> {
    match weight.is_finite() && weight >= 0.0 {
        true => Ok(weight),
        false => Err(inconsistent(format!("a leaf's weight of {weight}"), at())),
    }
}

fn output(outputs: usize) -> Option<u32> {
    (outputs == 1).then_some(0)
}

/// Reads a symmetric tree. Appends CatBoost's number of each leaf, from left to right.
pub(super) fn oblivious(
    tree: &Oblivious,
    number: usize,
    context: &Context<'_>,
    numbers: &mut Vec<u32>,
) -> Result<Tree, Error> {
    let at = |key: &str| format!("oblivious_trees[{number}].{key}");
    let splits = &tree.splits;
    let leaves = u32::try_from(splits.len()).ok().and_then(|depth| 1_usize.checked_shl(depth));
    let leaves = leaves.unwrap_or(usize::MAX);
    check_limit("tree nodes", leaves, limits::TREE_NODES)?;
    if tree.leaf_values.len() != leaves.saturating_mul(context.outputs) {
        let what = format!("{} values of {leaves} leaves", tree.leaf_values.len());
        return Err(inconsistent(what, at("leaf_values")));
    }
    if !tree.leaf_weights.is_empty() && tree.leaf_weights.len() != leaves {
        let what = format!("{} weights of {leaves} leaves", tree.leaf_weights.len());
        return Err(inconsistent(what, at("leaf_weights")));
    }
    let mut questions = Vec::with_capacity(splits.len());
    for (i, split) in splits.iter().enumerate() {
        questions.push(question(split, context, &|| at(&format!("splits[{i}]")))?);
    }
    for &weight in &tree.leaf_weights {
        cover(weight, &|| at("leaf_weights"))?;
    }
    let mut grown = Grown { tree, outputs: context.outputs, nodes: Vec::with_capacity(2 * leaves), numbers };
    grown.grow(&questions, 0);
    Ok(Tree { output: output(context.outputs), nodes: grown.nodes })
}

/// A symmetric tree while it is written out.
struct Grown<'a> {
    tree: &'a Oblivious,
    outputs: usize,
    nodes: Vec<TreeNode>,
    numbers: &'a mut Vec<u32>,
}

impl Grown<'_> {
    /// Writes the part of the tree below the questions that are answered, which made the high bits of `leaf`; the last of the
    /// open ones comes next. Its weight.
    fn grow(&mut self, open: &[Question], leaf: usize) -> f64 {
        let Some((next, rest)) = open.split_last() else {
            let first = leaf * self.outputs;
            let values = self.tree.leaf_values.get(first..first + self.outputs).unwrap_or_default().to_vec();
            let cover = self.tree.leaf_weights.get(leaf).copied().unwrap_or(0.0);
            self.nodes.push(TreeNode::Leaf { values, linear: None, cover });
            self.numbers.push(leaf as u32);
            return cover;
        };
        let here = self.nodes.len();
        let Question { feature, test, opposite } = next;
        let split = |right, cover| TreeNode::Split {
            feature: *feature,
            test: test.clone(),
            left: here as u32 + 1,
            right,
            cover,
        };
        self.nodes.push(split(0, 0.0));
        let bit = 1 << rest.len();
        let (yes, no) = if *opposite { (leaf, leaf | bit) } else { (leaf | bit, leaf) };
        let left = self.grow(rest, yes);
        let right = self.nodes.len() as u32;
        let cover = left + self.grow(rest, no);
        if let Some(node) = self.nodes.get_mut(here) {
            *node = split(right, cover);
        }
        cover
    }
}

/// Reads a tree of any shape.
pub(super) fn any(root: &Node, number: usize, context: &Context<'_>) -> Result<Tree, Error> {
    let mut nodes = Vec::new();
    walk(root, &format!("trees[{number}]"), context, &mut nodes)?;
    Ok(Tree { output: output(context.outputs), nodes })
}

/// Writes a node and what is below it; its weight. The reader of JSON bounds the depth.
fn walk(node: &Node, at: &str, context: &Context<'_>, nodes: &mut Vec<TreeNode>) -> Result<f64, Error> {
    let here = nodes.len();
    let Some(split) = &node.split else {
        let values = match &node.value {
            Some(LeafValue::One(value)) => vec![*value],
            Some(LeafValue::Several(values)) => values.clone(),
            None => return Err(malformed("a node has neither a split nor a value", at)),
        };
        if values.len() != context.outputs {
            let what = format!("a leaf of {} values in a model of {} outputs", values.len(), context.outputs);
            return Err(inconsistent(what, at));
        }
        let cover = cover(node.weight.unwrap_or(0.0), &|| format!("{at}.weight"))?;
        nodes.push(TreeNode::Leaf { values, linear: None, cover });
        return Ok(cover);
    };
    let (Some(under), Some(over)) = (&node.left, &node.right) else {
        return Err(malformed("a split has not two children", at));
    };
    let Question { feature, test, opposite } = question(split, context, &|| format!("{at}.split"))?;
    nodes.push(TreeNode::Leaf { values: Vec::new(), linear: None, cover: 0.0 });
    let under = (under, format!("{at}.left"));
    let over = (over, format!("{at}.right"));
    let (yes, no) = if opposite { (under, over) } else { (over, under) };
    let left = walk(yes.0, &yes.1, context, nodes)?;
    let right = nodes.len() as u32;
    let cover = left + walk(no.0, &no.1, context, nodes)?;
    if let Some(node) = nodes.get_mut(here) {
        *node = TreeNode::Split { feature, test, left: here as u32 + 1, right, cover };
    }
    Ok(cover)
}

#[cfg(test)]
mod tests {
    use super::widened;

    #[test]
    fn doubles_part_where_their_f32_does() {
        let mut seed = 1_u64;
        let mut random = || {
            seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            f32::from_bits((seed >> 32) as u32)
        };
        let special = [0.0, -0.0, 1.0, -1.0, f32::MAX, f32::MIN, f32::MIN_POSITIVE, f32::from_bits(1)];
        let borders: Vec<f32> = special.into_iter().chain((0..10_000).map(|_| random())).collect();
        for border in borders.into_iter().filter(|b| b.is_finite()) {
            let threshold = widened(border);
            assert!(threshold as f32 <= border, "{border}");
            assert!(threshold.next_up() as f32 > border, "{border}");
        }
    }
}
