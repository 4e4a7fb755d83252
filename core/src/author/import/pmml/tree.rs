//! `TreeModel`: the tree as it stands, and its evaluation by the number of the leaf.

use super::forest;
use super::graph::Id;
use super::lower::Lowering;
use super::model::{Prediction, Target, classifies};
use super::predicate;
use super::value::{Value, lookup, texts};
use super::xml::Element;
use crate::Error;

/// Nodes of a tree that becomes a formula.
const NODES: usize = 4000;

/// What is done where a predicate is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// The predicate is not true.
    None,
    Default,
    Last,
    Null,
}

/// A node.
#[derive(Clone, Debug)]
pub(super) struct TreeNode<'a> {
    pub(super) here: Element<'a>,
    pub(super) predicate: Element<'a>,
    pub(super) score: Option<&'a str>,
    pub(super) children: Vec<usize>,
    /// Node to go to where a child's predicate is unknown.
    pub(super) default: Option<usize>,
}

/// A tree; its root is node 0.
#[derive(Clone, Debug)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<TreeNode<'a>>,
    pub(super) missing: Missing,
    /// Where no child is true, the node's own score counts.
    pub(super) last: bool,
    /// Values are compared and added as f32: an attribute of files that come from XGBoost's models.
    pub(super) single: bool,
}

impl<'a> Tree<'a> {
    pub(super) fn read(here: Element<'a>) -> Result<Self, Error> {
        let missing = match here.get("missingValueStrategy") {
            None | Some("none") => Missing::None,
            Some("defaultChild") => Missing::Default,
            Some("lastPrediction") => Missing::Last,
            Some("nullPrediction") => Missing::Null,
            Some(other) => return Err(here.refuse_value("missingValueStrategy", other)),
        };
        let last = match here.get("noTrueChildStrategy") {
            None | Some("returnNullPrediction") => false,
            Some("returnLastPrediction") => true,
            Some(other) => return Err(here.refuse_value("noTrueChildStrategy", other)),
        };
        let binary = match here.get("splitCharacteristic") {
            None | Some("multiSplit") => false,
            Some("binarySplit") => true,
            Some(other) => return Err(here.refuse_value("splitCharacteristic", other)),
        };
        let single = here.get("x-mathContext") == Some("float");
        let mut tree = Self { nodes: Vec::new(), missing, last, single };
        let mut open = vec![(here.need_child("Node")?, None)];
        while let Some((element, parent)) = open.pop() {
            let number = tree.nodes.len();
            let mut children = Vec::new();
            for child in element.children() {
                match child.name() {
                    "Node" => children.push(child),
                    "ScoreDistribution" | "Partition" => {}
                    name if predicate::is_predicate(name) => {}
                    _ => return Err(child.refused()),
                }
            }
            if binary && !matches!(children.len(), 0 | 2) {
                return Err(element.wrong("a binary split has not two children"));
            }
            tree.nodes.push(TreeNode {
                here: element,
                predicate: predicate::inside(element)?,
                score: element.get("score"),
                children: Vec::new(),
                default: None,
            });
            if let Some(parent) = parent.and_then(|p: usize| tree.nodes.get_mut(p)) {
                parent.children.push(number);
            }
            open.extend(children.into_iter().rev().map(|child| (child, Some(number))));
        }
        tree.defaults()?;
        Ok(tree)
    }

    /// Finds the default children, by their `id`.
    fn defaults(&mut self) -> Result<(), Error> {
        for at in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else { continue };
            let wanted = match node.here.get("defaultChild") {
                Some(id) => id,
                None if self.missing == Missing::Default && !node.children.is_empty() => {
                    // Needed only where a predicate can be unknown.
                    continue;
                }
                None => continue,
            };
            let is =
                |child: &&usize| self.nodes.get(**child).is_some_and(|n| n.here.get("id") == Some(wanted));
            let found = node.children.iter().find(is).copied();
            let found = found.ok_or_else(|| node.here.wrong("its default child is none of its children"))?;
            if let Some(node) = self.nodes.get_mut(at) {
                node.default = Some(found);
            }
        }
        Ok(())
    }

    pub(super) fn node(&self, at: usize) -> Option<&TreeNode<'a>> {
        self.nodes.get(at)
    }
}

/// The shares of the classes in a node; none if it has no distribution.
pub(super) fn distribution<'a>(node: &TreeNode<'a>) -> Result<Vec<(&'a str, f64)>, Error> {
    let all: Vec<Element<'a>> = node.here.all("ScoreDistribution").collect();
    let mut shares = Vec::with_capacity(all.len());
    let counted = all.iter().any(|d| d.get("probability").is_none());
    for share in all {
        let key = if counted { "recordCount" } else { "probability" };
        shares.push((share.need("value")?, share.need_figure(key)?));
    }
    if counted {
        let total: f64 = shares.iter().map(|(_, n)| n).sum();
        let sound = total > 0.0 && total.is_finite();
        if !shares.is_empty() && !sound {
            return Err(node.here.wrong("a score distribution counts no records"));
        }
        shares.iter_mut().for_each(|(_, n)| *n /= total);
    }
    Ok(shares)
}

/// Number of the node that decides, missing if none does.
fn decided<'a>(low: &mut Lowering<'a>, tree: &Tree<'a>) -> Result<Id, Error> {
    let root = tree.node(0).map(|n| n.predicate);
    let inside = subtree(low, tree, 0)?;
    match root {
        Some(root) => {
            let holds = predicate::read(low, root)?;
            let missing = low.graph.missing();
            Ok(low.graph.if_true(holds, inside, missing))
        }
        None => Ok(inside),
    }
}

/// The node's own number, if it has a score.
fn own(low: &mut Lowering<'_>, tree: &Tree<'_>, at: usize) -> Id {
    match tree.node(at).and_then(|n| n.score) {
        Some(_) => low.graph.constant(at as f64),
        None => low.graph.missing(),
    }
}

fn subtree<'a>(low: &mut Lowering<'a>, tree: &Tree<'a>, at: usize) -> Result<Id, Error> {
    low.graph.check()?;
    let Some(node) = tree.node(at) else { return Ok(low.graph.missing()) };
    if node.children.is_empty() {
        return Ok(low.graph.constant(at as f64));
    }
    let mut results = Vec::with_capacity(node.children.len());
    for &child in &node.children {
        let holds =
            tree.node(child).map(|n| n.predicate).ok_or_else(|| node.here.wrong("a child is gone"))?;
        results.push((child, predicate::read(low, holds)?, subtree(low, tree, child)?));
    }
    let null = low.graph.missing();
    let mut result = if tree.last { own(low, tree, at) } else { null };
    for &(_, holds, inside) in results.iter().rev() {
        let unknown = match tree.missing {
            Missing::None => result,
            Missing::Null => null,
            Missing::Last => own(low, tree, at),
            Missing::Default if low.graph.sure(holds) => result,
            Missing::Default => match node.default {
                Some(child) => {
                    results.iter().find(|(c, ..)| *c == child).map_or(null, |(.., inside)| *inside)
                }
                None => return Err(node.here.wrong("it has no default child")),
            },
        };
        let absent = low.graph.is_absent(holds);
        let known = low.graph.select(holds, inside, result);
        result = low.graph.select(absent, unknown, known);
    }
    Ok(result)
}

pub(super) fn model<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
) -> Result<Prediction, Error> {
    let tree = Tree::read(here)?;
    if classifies(here)? {
        return classes(low, here, wanted, &tree);
    }
    if let Some(id) = forest::alone(low, &tree)? {
        return Ok(Prediction {
            margin: Some((id, crate::model::link::Link::Identity)),
            ..Prediction::number(id)
        });
    }
    limited(&tree, here)?;
    let leaf = decided(low, &tree)?;
    let score = |n: &TreeNode<'a>| n.score.map_or(Ok(f64::NAN), |score| n.here.finite(score));
    let scores = tree.nodes.iter().map(score).collect::<Result<Vec<_>, Error>>()?;
    let id = lookup(&mut low.graph, leaf, &scores);
    let entity = Some(entity(low, &tree, leaf));
    Ok(Prediction { entity, ..Prediction::number(id) })
}

fn limited(tree: &Tree<'_>, here: Element<'_>) -> Result<(), Error> {
    if tree.nodes.len() > NODES {
        let what = format!("a tree of more than {NODES} nodes with other predicates than of one field each");
        return Err(here.refuse(what));
    }
    Ok(())
}

/// The `id` of the node, or its number from 1 on as the standard counts them.
fn entity(low: &mut Lowering<'_>, tree: &Tree<'_>, leaf: Id) -> Value {
    let name =
        |(i, n): (usize, &TreeNode<'_>)| n.here.get("id").map_or_else(|| (i + 1).to_string(), str::to_owned);
    let names = tree.nodes.iter().enumerate().map(name);
    let (list, table) = super::value::distinct(names);
    Value { id: lookup(&mut low.graph, leaf, &table), kind: texts(list) }
}

fn classes<'a>(
    low: &mut Lowering<'a>,
    here: Element<'a>,
    wanted: &Target<'a>,
    tree: &Tree<'a>,
) -> Result<Prediction, Error> {
    let mut labels: Vec<&str> = wanted.values.clone();
    let mut figures: Vec<Vec<(&str, f64)>> = Vec::with_capacity(tree.nodes.len());
    for node in &tree.nodes {
        let shares = distribution(node)?;
        for label in shares.iter().map(|(label, _)| *label).chain(node.score) {
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        figures.push(shares);
    }
    let distributed = tree.nodes.iter().zip(&figures).all(|(n, f)| !n.children.is_empty() || !f.is_empty());
    if distributed && tree.nodes.len() > NODES {
        return match forest::shares(low, tree, &labels)? {
            Some(found) => Prediction::classes(low, wanted, found, here),
            None => limited(tree, here).and(Err(here.refused())),
        };
    }
    limited(tree, here)?;
    let leaf = decided(low, tree)?;
    let place = |label: &str| labels.iter().position(|l| *l == label);
    let winner = |(node, shares): (&TreeNode<'a>, &Vec<(&str, f64)>)| {
        // Without a score the greatest share decides.
        let greatest = shares.iter().fold(None, |best: Option<&(&str, f64)>, own| match best {
            Some(best) if best.1 >= own.1 => Some(best),
            _ => Some(own),
        });
        let label = node.score.or(greatest.map(|(label, _)| *label));
        label.and_then(place).map_or(f64::NAN, |at| at as f64)
    };
    let winners: Vec<f64> = tree.nodes.iter().zip(&figures).map(winner).collect();
    let list: Vec<String> = labels.iter().map(|l| (*l).to_owned()).collect();
    let value = Value { id: lookup(&mut low.graph, leaf, &winners), kind: texts(list) };
    let entity = Some(entity(low, tree, leaf));
    if !distributed {
        return Ok(Prediction { entity, ..Prediction::label(value) });
    }
    let mut found = Vec::with_capacity(labels.len());
    for label in &labels {
        let share = |shares: &Vec<(&str, f64)>| match shares.is_empty() {
            true => f64::NAN,
            false => shares.iter().find(|(l, _)| l == label).map_or(0.0, |(_, p)| *p),
        };
        let table: Vec<f64> = figures.iter().map(share).collect();
        found.push(((*label).to_owned(), lookup(&mut low.graph, leaf, &table)));
    }
    let prediction = Prediction::classes(low, wanted, found, here)?;
    // The node's score is the label, whatever the shares say.
    Ok(Prediction { value, entity, ..prediction })
}
