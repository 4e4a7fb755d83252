//! From the editable form to the canonical one.

use std::collections::BTreeMap;

use super::{ForestDraft, LeafLinear, Test, Tree, TreeNode};
use crate::bundle::wire::{Reader, Wire};
use crate::error::ImportError;
use crate::limits;
use crate::model::forest::parts::{Linear, Parts, SET_WORDS, Slot, SlotKind, Tests, shape};
use crate::model::forest::{Arithmetic, Forest, MissingRule};

/// A sum of covers may be this far from the trainer's own figure, relatively, before that is stored too.
const COVER_TOLERANCE: f64 = 1e-6;

impl ForestDraft {
    /// Checks the model and brings it to the form that a bundle holds.
    pub fn compile(&self) -> Result<Forest, ImportError> {
        self.check_head()?;
        let mut questions = Questions::default();
        let mut trees = Trees::default();
        for (number, tree) in self.trees.iter().enumerate() {
            self.add_tree(number, tree, &mut questions, &mut trees)?;
        }
        let (tests, numbers) = questions.number();
        let splits = trees.splits.iter().map(|&q| numbers.get(q as usize).copied().unwrap_or(0)).collect();
        let place = "trees";
        let shape = shape(&trees.bits, trees.nodes, self.trees.len(), "trees")
            .map_err(|e| inconsistent(e.to_string(), place))?;
        let covers_known = trees.covers.iter().all(|c| c.is_finite() && *c >= 0.0)
            && trees.inner_covers.iter().all(|(_, c)| c.is_finite() && *c >= 0.0)
            && trees.covers.iter().any(|&c| c > 0.0);
        let (covers, inner_covers) =
            if covers_known { (trees.covers, trees.inner_covers) } else { (Vec::new(), Vec::new()) };
        let forest = Forest::new(Parts {
            features: self.features.len() as u32,
            arithmetic: self.arithmetic,
            base: self.base.clone(),
            base_first: self.base_first,
            divisor: self.divisor,
            tests,
            outputs: self.trees.iter().map(|t| t.output).collect(),
            shape,
            splits,
            values: trees.values,
            covers,
            inner_covers,
            linears: trees.linears,
        });
        // The reader's checks are the rules of the format: what they refuse must not be written.
        let mut bytes = Vec::new();
        forest.put(&mut bytes);
        Forest::get(&mut Reader::new(&bytes, "forest")).map_err(|e| inconsistent(e.to_string(), place))
    }

    fn check_head(&self) -> Result<(), ImportError> {
        limit("features", self.features.len(), limits::COLUMNS)?;
        limit("outputs", self.base.len(), limits::OUTPUTS)?;
        limit("trees", self.trees.len(), limits::TREES)?;
        limit("nodes", self.trees.iter().map(|t| t.nodes.len()).sum(), limits::TREE_NODES)?;
        if self.base.is_empty() {
            return Err(inconsistent("it has no output".to_owned(), "base"));
        }
        if !self.base.iter().all(|&b| self.holds(b)) || !self.holds(self.divisor) || self.divisor <= 0.0 {
            let what = "the base or the divisor is not a finite number of the trainer's arithmetic";
            return Err(inconsistent(what.to_owned(), "base"));
        }
        Ok(())
    }

    /// Whether the arithmetic has this finite number.
    fn holds(&self, x: f64) -> bool {
        x.is_finite() && (self.arithmetic == Arithmetic::F64LessEqual || f64::from(x as f32) == x)
    }

    fn add_tree(
        &self,
        number: usize,
        tree: &Tree,
        questions: &mut Questions,
        out: &mut Trees,
    ) -> Result<(), ImportError> {
        let refuse =
            |node: u32, what: &str| inconsistent(what.to_owned(), &format!("tree {number}, node {node}"));
        if tree.output.is_some_and(|o| o as usize >= self.base.len()) {
            return Err(refuse(0, "its output is not one of the model's"));
        }
        let mut seen = vec![false; tree.nodes.len()];
        // (node, depth); right children wait while left ones are written.
        let mut open = vec![(0_u32, 0_usize)];
        // Cover of a written node when both children are known: (order, cover) of the splits on the way.
        let mut order: Vec<(usize, Option<f64>, f64)> = Vec::new();
        while let Some((at, depth)) = open.pop() {
            let node = tree.nodes.get(at as usize).ok_or_else(|| refuse(at, "a child is not there"))?;
            if seen.get_mut(at as usize).is_none_or(|s| std::mem::replace(s, true)) {
                return Err(refuse(at, "it has two parents"));
            }
            if depth > limits::TREE_DEPTH {
                return Err(ImportError::Limit {
                    what: "splits on a path of a tree",
                    found: depth as u64,
                    limit: limits::TREE_DEPTH as u64,
                });
            }
            match node {
                TreeNode::Split { feature, test, left, right, cover } => {
                    if *feature as usize >= self.features.len() {
                        return Err(refuse(at, "its feature is not one of the model's"));
                    }
                    let question = questions.add(*feature, test, self).map_err(|what| refuse(at, what))?;
                    order.push((out.nodes, None, *cover));
                    out.push_bit(true);
                    out.splits.push(question);
                    open.push((*right, depth + 1));
                    open.push((*left, depth + 1));
                }
                TreeNode::Leaf { values, linear, cover } => {
                    let width = if tree.output.is_some() { 1 } else { self.base.len() };
                    if values.len() != width || !values.iter().all(|&v| self.holds(v)) {
                        return Err(refuse(at, "its leaf values are not finite or not as many as outputs"));
                    }
                    if let Some(linear) = linear {
                        if self.arithmetic == Arithmetic::F32Less || tree.output.is_none() {
                            return Err(refuse(at, "its leaf cannot be linear in this kind of forest"));
                        }
                        out.add_linear(linear, self.features.len()).map_err(|what| refuse(at, what))?;
                    }
                    order.push((out.nodes, Some(*cover), *cover));
                    out.push_bit(false);
                    out.values.extend_from_slice(values);
                    out.covers.push(*cover);
                }
            }
        }
        if seen.contains(&false) {
            return Err(refuse(0, "it has nodes that no path reaches"));
        }
        out.add_inner_covers(&order);
        Ok(())
    }
}

fn inconsistent(what: String, at: &str) -> ImportError {
    ImportError::Inconsistent { what, at: at.to_owned() }
}

fn limit(what: &'static str, found: usize, limit: usize) -> Result<(), ImportError> {
    if found <= limit {
        return Ok(());
    }
    Err(ImportError::Limit { what, found: found as u64, limit: limit as u64 })
}

/// The lists of the canonical form while they grow.
#[derive(Default)]
struct Trees {
    bits: Vec<u8>,
    nodes: usize,
    /// Question of each split, by order of first use.
    splits: Vec<u32>,
    values: Vec<f64>,
    covers: Vec<f64>,
    inner_covers: Vec<(u32, f64)>,
    linears: Vec<Linear>,
}

impl Trees {
    fn push_bit(&mut self, bit: bool) {
        if self.nodes.is_multiple_of(8) {
            self.bits.push(0);
        }
        if let Some(last) = self.bits.last_mut() {
            *last |= u8::from(bit) << (self.nodes % 8);
        }
        self.nodes += 1;
    }

    fn add_linear(&mut self, linear: &LeafLinear, features: usize) -> Result<(), &'static str> {
        let numbers = linear.terms.iter().map(|t| t.1).chain([linear.constant]);
        if linear.terms.iter().any(|t| t.0 as usize >= features) || !numbers.into_iter().all(f64::is_finite) {
            return Err("its linear leaf has a feature that is not there or a number that is not finite");
        }
        let leaf = self.covers.len() as u32;
        self.linears.push(Linear { leaf, constant: linear.constant, terms: linear.terms.clone() });
        Ok(())
    }

    /// Keeps the splits' covers that are not the sums of their children's. `order`: the tree's nodes in preorder.
    fn add_inner_covers(&mut self, order: &[(usize, Option<f64>, f64)]) {
        let first = self.inner_covers.len();
        let mut done: Vec<f64> = Vec::new();
        for &(node, leaf, cover) in order.iter().rev() {
            let known = leaf.unwrap_or_else(|| {
                let sum = done.pop().unwrap_or(0.0) + done.pop().unwrap_or(0.0);
                // NaN (no cover) must count as a deviation, so that it is seen.
                let near = (sum - cover).abs() <= COVER_TOLERANCE * sum.abs().max(cover.abs());
                if near {
                    return sum;
                }
                self.inner_covers.push((node as u32, cover));
                cover
            });
            done.push(known);
        }
        if let Some(new) = self.inner_covers.get_mut(first..) {
            new.reverse();
        }
    }
}

/// The distinct questions of the splits.
#[derive(Default)]
struct Questions {
    numbers: BTreeMap<Question, u32>,
}

/// In the order of the canonical form.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Question {
    feature: u32,
    /// Code of the slot's kind.
    kind: u8,
    /// Order-preserving bits of the threshold.
    threshold: u64,
    missing_left: bool,
    invalid_left: bool,
    words: Vec<u32>,
}

impl Questions {
    fn add(&mut self, feature: u32, test: &Test, draft: &ForestDraft) -> Result<u32, &'static str> {
        let question = match test {
            Test::Below { threshold, missing } => {
                let single = draft.arithmetic == Arithmetic::F32Less;
                if threshold.is_nan() || (single && f64::from(*threshold as f32) != *threshold) {
                    return Err("its threshold is NaN or no number of the trainer's arithmetic");
                }
                let (kind, missing_left) = match missing {
                    MissingRule::NanLeft => (0, true),
                    MissingRule::NanRight => (0, false),
                    // Where zero goes is known now, so NaN needs no value at run time.
                    MissingRule::NanIsZero => (0, if single { 0.0 < *threshold } else { 0.0 <= *threshold }),
                    MissingRule::ZeroLeft => (1, true),
                    MissingRule::ZeroRight => (1, false),
                };
                let threshold = ordered_bits(*threshold + 0.0);
                Question { feature, kind, threshold, missing_left, invalid_left: false, words: Vec::new() }
            }
            Test::InSet { categories, nan_left, invalid_left } => {
                let words = words(categories)?;
                let (missing_left, invalid_left) = (*nan_left, *invalid_left);
                Question { feature, kind: 2, threshold: 0, missing_left, invalid_left, words }
            }
        };
        let next = self.numbers.len() as u32;
        Ok(*self.numbers.entry(question).or_insert(next))
    }

    /// The tests, and the test number of each question.
    fn number(self) -> (Tests, Vec<u32>) {
        let mut tests = Tests::default();
        let mut numbers = vec![0; self.numbers.len()];
        for (number, (question, id)) in self.numbers.into_iter().enumerate() {
            if let Some(slot) = numbers.get_mut(id as usize) {
                *slot = number as u32;
            }
            let Question { feature, kind, threshold, missing_left, invalid_left, words } = question;
            tests.thresholds.push(if kind == 2 { 0.0 } else { from_ordered_bits(threshold) });
            tests.missing_left.push(missing_left);
            let kind = match kind {
                0 => SlotKind::Number,
                1 => SlotKind::NumberOrZero,
                _ => SlotKind::Category { invalid_left, words },
            };
            match tests.slots.last_mut() {
                Some(slot) if slot.feature == feature && slot.kind == kind && is_number(&kind) => {
                    slot.len += 1
                }
                _ => tests.slots.push(Slot { feature, first: number as u32, len: 1, kind }),
            }
        }
        (tests, numbers)
    }
}

fn is_number(kind: &SlotKind) -> bool {
    !matches!(kind, SlotKind::Category { .. })
}

/// The bit set of category codes.
fn words(categories: &[u32]) -> Result<Vec<u32>, &'static str> {
    let mut words = Vec::new();
    for &code in categories {
        let at = (code / 32) as usize;
        if at >= SET_WORDS {
            return Err("its category set has a code of 2^24 or more");
        }
        if words.len() <= at {
            words.resize(at + 1, 0);
        }
        if let Some(word) = words.get_mut(at) {
            *word |= 1 << (code % 32);
        }
    }
    Ok(words)
}

/// Bits that order as the numbers do.
fn ordered_bits(x: f64) -> u64 {
    let bits = x.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

fn from_ordered_bits(bits: u64) -> f64 {
    f64::from_bits(if bits >> 63 == 1 { bits & !(1 << 63) } else { !bits })
}
