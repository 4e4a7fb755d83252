//! Trees whose predicates each ask one field, as the engine's own forests.

use std::collections::BTreeMap;

use super::graph::{Id, Node, PartOp};
use super::lower::Lowering;
use super::tree::{Missing, Tree, TreeNode as Pmml, distribution};
use super::value::{Kind, Value};
use super::xml::Element;
use crate::Error;
use crate::author::forest::{Feature, FeatureKind, ForestDraft, Test, Tree as Draft, TreeNode};
use crate::limits;
use crate::model::forest::{Arithmetic, MissingRule};

/// What a predicate asks of a field.
#[derive(Clone, Debug, PartialEq)]
enum Ask {
    /// Whether it is at most the threshold.
    Below(f64),
    /// Whether it is one of the codes.
    Codes(Vec<u32>),
    Always,
    Never,
}

/// A predicate: what it asks, of which feature, and whether the answer is turned.
#[derive(Clone, Debug, PartialEq)]
struct Question {
    feature: u32,
    ask: Ask,
    turned: bool,
    /// Codes that the field has.
    codes: u32,
}

/// What is decided where the field is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Absent {
    Yes,
    No,
    /// The tree has no answer.
    Nothing,
    /// The score of this node.
    Score(usize),
}

/// The features of a forest under construction.
#[derive(Default)]
pub(super) struct Grower {
    features: Vec<(Id, FeatureKind)>,
    places: BTreeMap<Id, u32>,
    /// Features without which some tree has no answer.
    required: Vec<Id>,
    nodes: usize,
    /// Of the trees so far: whether they are of f32; none yet.
    single: Option<bool>,
}

/// The leaves of a tree: one value, or one for each output.
pub(super) type Leaf<'f, 'a> = &'f dyn Fn(&Pmml<'a>) -> Result<Option<Vec<f64>>, Error>;

impl Grower {
    /// A tree; `None` if it is none of those that a forest can have.
    pub(super) fn tree<'a>(
        &mut self,
        low: &mut Lowering<'a>,
        tree: &Tree<'a>,
        output: Option<u32>,
        leaf: Leaf<'_, 'a>,
    ) -> Result<Option<Draft>, Error> {
        if *self.single.get_or_insert(tree.single) != tree.single {
            return Ok(None);
        }
        let mut draft = Draft { output, nodes: Vec::new() };
        match tree.node(0) {
            Some(root) if root.predicate.name() == "True" => {}
            _ => return Ok(None),
        }
        Ok(self.grow(low, tree, 0, leaf, &mut draft)?.map(|_| draft))
    }

    fn grow<'a>(
        &mut self,
        low: &mut Lowering<'a>,
        tree: &Tree<'a>,
        at: usize,
        leaf: Leaf<'_, 'a>,
        draft: &mut Draft,
    ) -> Result<Option<u32>, Error> {
        let Some(node) = tree.node(at) else { return Ok(None) };
        if node.children.is_empty() {
            return Ok(leaf(node)?.map(|values| self.leaf(draft, values, cover(node))));
        }
        self.children(low, tree, at, 0, leaf, draft)
    }

    fn leaf(&mut self, draft: &mut Draft, values: Vec<f64>, cover: f64) -> u32 {
        self.nodes += 1;
        let rounded = |v: f64| if self.single == Some(true) { f64::from(v as f32) } else { v };
        let values = values.into_iter().map(rounded).collect();
        draft.nodes.push(TreeNode::Leaf { values, linear: None, cover });
        draft.nodes.len() as u32 - 1
    }

    /// The children of a node from the `next`-th on.
    fn children<'a>(
        &mut self,
        low: &mut Lowering<'a>,
        tree: &Tree<'a>,
        at: usize,
        next: usize,
        leaf: Leaf<'_, 'a>,
        draft: &mut Draft,
    ) -> Result<Option<u32>, Error> {
        super::super::check_limit("tree nodes", self.nodes, limits::TREE_NODES)?;
        let Some(node) = tree.node(at) else { return Ok(None) };
        let Some(&child) = node.children.get(next) else {
            // No child is true.
            return match tree.last {
                true => Ok(leaf(node)?.map(|values| self.leaf(draft, values, cover(node)))),
                false => Ok(None),
            };
        };
        let Some(inside) = tree.node(child) else { return Ok(None) };
        let Some(question) = self.question(low, inside.predicate)? else { return Ok(None) };
        match question.ask {
            Ask::Always => return self.grow(low, tree, child, leaf, draft),
            Ask::Never => return self.children(low, tree, at, next + 1, leaf, draft),
            _ => {}
        }
        // The next child has what this one does not have: it needs no question, if nothing is absent.
        let following = node.children.get(next + 1).copied();
        let other = following.and_then(|c| tree.node(c)).map(|n| n.predicate);
        let other = other.map(|p| self.question(low, p)).transpose()?.flatten();
        let complement = other.as_ref().is_some_and(|other| is_complement(&question, other));
        let certain = other.as_ref().is_some_and(|other| other.ask == Ask::Always);
        let present = self.features.get(question.feature as usize).is_some_and(|(id, _)| low.graph.sure(*id));
        let absent = match tree.missing {
            _ if present => Absent::No,
            Missing::None if certain => Absent::No,
            // Neither of the two is true.
            Missing::None if complement && node.children.len() == 2 => {
                if tree.last {
                    Absent::Score(at)
                } else {
                    Absent::Nothing
                }
            }
            Missing::None if complement => return Ok(None),
            // It goes on to the next child, as if the answer was no.
            Missing::None => Absent::No,
            Missing::Null => Absent::Nothing,
            Missing::Last => Absent::Score(at),
            Missing::Default => match node.default {
                Some(default) if default == child => Absent::Yes,
                Some(default) if Some(default) == following && (complement || certain) => Absent::No,
                _ => return Ok(None),
            },
        };
        let absent = match absent {
            Absent::Score(node) => match tree.node(node).map(leaf).transpose()?.flatten() {
                Some(values) => {
                    return self.three_way(
                        low,
                        tree,
                        (at, child, following, complement || certain),
                        values,
                        &question,
                        leaf,
                        draft,
                    );
                }
                None => Absent::Nothing,
            },
            other => other,
        };
        if absent == Absent::Nothing
            && let Some((id, _)) = self.features.get(question.feature as usize)
        {
            self.required.push(*id);
        }
        let (place, turned) =
            (self.split(draft, &question, cover(node), absent == Absent::Yes), question.turned);
        let Some(yes) = self.grow(low, tree, child, leaf, draft)? else { return Ok(None) };
        let no = match following {
            Some(other) if complement => self.grow(low, tree, other, leaf, draft)?,
            _ => self.children(low, tree, at, next + 1, leaf, draft)?,
        };
        let Some(no) = no else { return Ok(None) };
        connect(draft, place, if turned { (no, yes) } else { (yes, no) });
        Ok(Some(place))
    }

    /// A split with a leaf of its own for what is absent: first yes or not, then absent or not.
    #[allow(clippy::too_many_arguments, reason = "one step of `children`, which has them all")]
    fn three_way<'a>(
        &mut self,
        low: &mut Lowering<'a>,
        tree: &Tree<'a>,
        (at, child, following, closed): (usize, usize, Option<usize>, bool),
        values: Vec<f64>,
        question: &Question,
        leaf: Leaf<'_, 'a>,
        draft: &mut Draft,
    ) -> Result<Option<u32>, Error> {
        let (Some(node), Some(other), true) = (tree.node(at), following, closed) else { return Ok(None) };
        let place = self.split(draft, question, cover(node), false);
        let Some(yes) = self.grow(low, tree, child, leaf, draft)? else { return Ok(None) };
        let there = match question.ask {
            Ask::Codes(_) => Ask::Codes((0..question.codes).collect()),
            _ if tree.single => Ask::Below(f64::from(f32::MAX)),
            _ => Ask::Below(f64::MAX),
        };
        let second = self.split(
            draft,
            &Question { ask: there, turned: false, ..question.clone() },
            cover(node),
            false,
        );
        let Some(no) = self.grow(low, tree, other, leaf, draft)? else { return Ok(None) };
        let gone = self.leaf(draft, values, 0.0);
        connect(draft, second, (no, gone));
        connect(draft, place, if question.turned { (second, yes) } else { (yes, second) });
        Ok(Some(place))
    }

    /// A split without children yet. `yes`: whether an absent value answers the question with yes.
    fn split(&mut self, draft: &mut Draft, question: &Question, cover: f64, yes: bool) -> u32 {
        self.nodes += 1;
        let left = yes != question.turned;
        let test = match &question.ask {
            Ask::Codes(codes) => {
                Test::InSet { categories: codes.clone(), nan_left: left, invalid_left: false }
            }
            Ask::Below(threshold) => Test::Below {
                threshold: *threshold,
                missing: if left { MissingRule::NanLeft } else { MissingRule::NanRight },
            },
            _ => Test::Below { threshold: 0.0, missing: MissingRule::NanLeft },
        };
        draft.nodes.push(TreeNode::Split { feature: question.feature, test, left: 0, right: 0, cover });
        draft.nodes.len() as u32 - 1
    }

    fn feature(&mut self, value: &Value) -> u32 {
        if let Some(&at) = self.places.get(&value.id) {
            return at;
        }
        let kind = match &value.kind {
            Kind::Text(_) => FeatureKind::Category { values: None },
            _ => FeatureKind::Number,
        };
        self.features.push((value.id, kind));
        let at = self.features.len() as u32 - 1;
        self.places.insert(value.id, at);
        at
    }

    /// What a predicate asks; `None` if it is more than one question.
    fn question<'a>(&mut self, low: &mut Lowering<'a>, here: Element<'a>) -> Result<Option<Question>, Error> {
        let fixed = |ask| Ok(Some(Question { feature: 0, ask, turned: false, codes: 0 }));
        let name = match here.name() {
            "True" => return fixed(Ask::Always),
            "False" => return fixed(Ask::Never),
            "SimplePredicate" | "SimpleSetPredicate" => here.need("field")?,
            _ => return Ok(None),
        };
        let value = low.field(name, here)?;
        let (ask, turned) = match (&value.kind, here.get("operator")) {
            (_, Some("isMissing" | "isNotMissing")) => return Ok(None),
            (Kind::Text(_), operator) => {
                let (texts, turned) = match (operator, here.get("booleanOperator")) {
                    (Some("equal"), _) => (vec![here.need("value")?.to_owned()], false),
                    (Some("notEqual"), _) => (vec![here.need("value")?.to_owned()], true),
                    (None, Some("isIn")) => (here.array()?, false),
                    (None, Some("isNotIn")) => (here.array()?, true),
                    _ => return Ok(None),
                };
                let mut codes = Vec::new();
                for text in &texts {
                    codes.extend(value.figure(text, here)?.map(|x| x as u32));
                }
                codes.sort_unstable();
                codes.dedup();
                if codes.is_empty() {
                    return Ok(None);
                }
                (Ask::Codes(codes), turned)
            }
            (Kind::Boolean, Some(operator @ ("equal" | "notEqual"))) => {
                let truth = super::value::literal(&value.kind, here.need("value")?, here)?;
                (Ask::Below(0.5), (truth == 1.0) == (operator == "equal"))
            }
            (kind, Some(operator)) => {
                let threshold = super::value::literal(kind, here.need("value")?, here)?;
                let turned = matches!(operator, "greaterThan" | "greaterOrEqual");
                let inclusive = matches!(operator, "lessOrEqual" | "greaterThan");
                let single = threshold as f32;
                // A forest of doubles asks whether a value is at most its threshold, one of f32 whether it is less.
                let threshold = match (self.single == Some(true), inclusive) {
                    _ if !turned && !matches!(operator, "lessThan" | "lessOrEqual") => return Ok(None),
                    (false, true) => threshold,
                    (false, false) => threshold.next_down(),
                    (true, true) => f64::from(single.next_up()),
                    (true, false) => f64::from(single),
                };
                (Ask::Below(threshold), turned)
            }
            _ => return Ok(None),
        };
        if matches!(ask, Ask::Below(t) if !t.is_finite()) {
            return Ok(None);
        }
        let codes = match &value.kind {
            Kind::Text(v) => v.texts.len() as u32 + u32::from(v.open),
            _ => 0,
        };
        Ok(Some(Question { feature: self.feature(&value), ask, turned, codes }))
    }

    /// The trees as a part; its outputs.
    pub(super) fn finish(
        self,
        low: &mut Lowering<'_>,
        trees: Vec<Draft>,
        outputs: usize,
        divisor: f64,
    ) -> Vec<Id> {
        let names = (0..self.features.len()).map(|i| format!("f{i}"));
        let features =
            names.zip(&self.features).map(|(name, (_, kind))| Feature { name, kind: kind.clone() });
        let forest = ForestDraft {
            features: features.collect(),
            arithmetic: if self.single == Some(true) {
                Arithmetic::F32Less
            } else {
                Arithmetic::F64LessEqual
            },
            base: vec![0.0; outputs],
            base_first: true,
            divisor,
            trees,
        };
        let inputs = self.features.iter().map(|(id, _)| *id).collect();
        let part = low.graph.part(inputs, PartOp::Forest(forest));
        // A field that may not be missing is refused by its policy; a computed value leaves no result.
        let mut there: Option<Id> = None;
        let mut required = self.required;
        required.sort_unstable();
        required.dedup();
        for id in required {
            if let Node::Field(field) = *low.graph.node(id) {
                low.required.insert(field);
                low.notes.insert(NOTE.to_owned());
                continue;
            }
            let own = low.graph.equal(id, id);
            there = Some(there.map_or(own, |all| low.graph.min(all, own)));
        }
        let result = |k: u32| {
            let id = low.graph.output(part, k);
            there.map_or(id, |there| low.graph.select(there, id, id))
        };
        (0..outputs as u32).map(result).collect()
    }
}

const NOTE: &str = "Its trees have no answer where a field that they ask for is missing: such a record is refused, even where \
                    the trees would not have come to ask.";

fn cover(node: &Pmml<'_>) -> f64 {
    node.here.figure("recordCount").ok().flatten().filter(|n| *n >= 0.0).unwrap_or(0.0)
}

fn connect(draft: &mut Draft, at: u32, children: (u32, u32)) {
    if let Some(TreeNode::Split { left, right, .. }) = draft.nodes.get_mut(at as usize) {
        (*left, *right) = children;
    }
}

fn is_complement(a: &Question, b: &Question) -> bool {
    if a.feature != b.feature {
        return false;
    }
    if a.ask == b.ask {
        return a.turned != b.turned;
    }
    // Two sets that are all codes together, and none twice.
    match (&a.ask, &b.ask) {
        (Ask::Codes(one), Ask::Codes(two)) if !a.turned && !b.turned => {
            one.len() + two.len() == a.codes as usize && !one.iter().any(|c| two.contains(c))
        }
        _ => false,
    }
}

/// A tree of numbers, if a forest can have it.
pub(super) fn alone<'a>(low: &mut Lowering<'a>, tree: &Tree<'a>) -> Result<Option<Id>, Error> {
    let mut grower = Grower::default();
    let Some(draft) = grower.tree(low, tree, Some(0), &score)? else { return Ok(None) };
    Ok(grower.finish(low, vec![draft], 1, 1.0).first().copied())
}

/// The score of a node, as a leaf.
pub(super) fn score(node: &Pmml<'_>) -> Result<Option<Vec<f64>>, Error> {
    node.score.map(|text| node.here.finite(text).map(|x| vec![x])).transpose()
}

/// The shares of the classes, as the leaves of one tree.
pub(super) fn shares<'a>(
    low: &mut Lowering<'a>,
    tree: &Tree<'a>,
    labels: &[&'a str],
) -> Result<Option<Vec<(String, Id)>>, Error> {
    let mut grower = Grower::default();
    let leaf = |node: &Pmml<'a>| leaf_shares(node, labels);
    let Some(draft) = grower.tree(low, tree, None, &leaf)? else { return Ok(None) };
    let ids = grower.finish(low, vec![draft], labels.len(), 1.0);
    Ok(Some(labels.iter().map(|l| (*l).to_owned()).zip(ids).collect()))
}

/// The shares of a node by label.
pub(super) fn leaf_shares<'a>(node: &Pmml<'a>, labels: &[&'a str]) -> Result<Option<Vec<f64>>, Error> {
    let shares = distribution(node)?;
    if shares.is_empty() {
        return Ok(None);
    }
    let of = |label: &&str| shares.iter().find(|(l, _)| l == label).map_or(0.0, |(_, p)| *p);
    Ok(Some(labels.iter().map(of).collect()))
}
