//! Leaves: the leaf that a row reaches in each tree, as a category for a model on top of the forest.
//!
//! Encoding: the forest (`docs/bundle-format-forest.md`), then `ids: counted u32`: the number of each leaf, or none.

use super::Forest;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::column::{Inputs, Outputs};
use crate::graph::{Kernel, Scratch};
use crate::limits;

/// A node of a tree: a split with its right child (the left one follows it), or a leaf with its number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Split { test: u32, right: u32 },
    Leaf(u32),
}

/// The leaves of a forest that rows reach: one output a tree, whatever the trees' own outputs are. Absent inputs take their way
/// through the trees as in the forest itself, so that no output is absent.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaves {
    forest: Forest,
    ids: Vec<u32>,
    /// All trees in preorder.
    steps: Vec<Step>,
    /// The root of each tree.
    roots: Vec<u32>,
}

impl Leaves {
    /// `ids`: the trainer's number of each leaf, tree after tree, in each from the leaf furthest left (yes at each split) to the one
    /// furthest right. If there are none, leaves are numbered in this order, in each tree from 0.
    pub fn new(forest: Forest, ids: Vec<u32>) -> Result<Self, &'static str> {
        let shape = &forest.parts.shape;
        if !ids.is_empty() && ids.len() != shape.leaves() {
            return Err("there must be a number for each leaf, or none at all");
        }
        let (mut steps, mut roots) = (Vec::with_capacity(shape.nodes()), Vec::new());
        let mut splits = forest.parts.splits.iter();
        let mut known = ids.iter();
        // Splits whose right child is still to come.
        let mut open: Vec<usize> = Vec::new();
        for span in shape.trees() {
            roots.push(steps.len() as u32);
            let mut leaf = 0;
            for is_split in shape.of(span) {
                if is_split {
                    open.push(steps.len());
                    steps.push(Step::Split { test: splits.next().copied().unwrap_or(0), right: 0 });
                    continue;
                }
                steps.push(Step::Leaf(known.next().copied().unwrap_or(leaf)));
                leaf += 1;
                let next = steps.len() as u32;
                if let Some(Step::Split { right, .. }) = open.pop().and_then(|split| steps.get_mut(split)) {
                    *right = next;
                }
            }
        }
        Ok(Self { forest, ids, steps, roots })
    }

    /// The forest.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }

    /// The trainer's numbers of the leaves; empty if they are numbered from 0 in each tree.
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The greatest number that a leaf of a tree has.
    pub fn greatest(&self, tree: usize) -> u32 {
        let end = self.roots.get(tree + 1).map_or(self.steps.len(), |&root| root as usize);
        let steps = self.roots.get(tree).and_then(|&root| self.steps.get(root as usize..end));
        let number = |step: &Step| if let Step::Leaf(id) = step { *id } else { 0 };
        steps.unwrap_or_default().iter().map(number).max().unwrap_or(0)
    }

    fn leaf(&self, root: u32, left: &[bool]) -> u32 {
        let mut at = root as usize;
        loop {
            match self.steps.get(at) {
                Some(Step::Split { test, right }) => {
                    let goes_left = left.get(*test as usize).copied().unwrap_or(true);
                    at = if goes_left { at + 1 } else { *right as usize };
                }
                Some(Step::Leaf(id)) => return *id,
                None => return 0,
            }
        }
    }
}

impl Wire for Leaves {
    fn put(&self, out: &mut Vec<u8>) {
        self.forest.put(out);
        out.u32s(&self.ids);
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let forest = Forest::get(input)?;
        let ids = input.u32s("numbers of leaves", limits::TREE_NODES)?;
        Self::new(forest, ids).map_err(|what| input.malformed(what))
    }
}

impl Kernel for Leaves {
    fn check(&self, inputs: usize) -> Result<(), &'static str> {
        if self.roots.is_empty() {
            return Err("a forest without trees has no leaves");
        }
        self.forest.check(inputs)
    }

    fn width(&self, _inputs: usize) -> usize {
        self.roots.len()
    }

    #[inline(never)]
    fn eval(&self, inputs: &Inputs<'_>, outputs: &mut Outputs<'_>, scratch: &mut Scratch) {
        let (values, left) = (&mut scratch.leaves.values, &mut scratch.leaves.left);
        for row in 0..inputs.rows() {
            values.clear();
            let value = |i: usize| {
                let column = inputs.column(i);
                let present = column.states.get(row).is_some_and(|state| state.is_present());
                column.values.get(row).copied().filter(|_| present).unwrap_or(f64::NAN)
            };
            values.extend((0..inputs.len()).map(value));
            self.forest.decide(values, left);
            for (tree, &root) in self.roots.iter().enumerate() {
                outputs.column(tree).set(row, f64::from(self.leaf(root, left)));
            }
        }
    }
}

/// Working memory of [`Leaves`].
#[derive(Debug, Default)]
pub struct LeavesScratch {
    values: Vec<f64>,
    left: Vec<bool>,
}
