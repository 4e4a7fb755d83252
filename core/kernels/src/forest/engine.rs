//! The fast kernels of one number type, and the choice among them.

use super::answers::{Answers, Left, NARROW};
use super::asked::{Asked, Missing};
use super::bins::Bins;
use super::flat::{Flat, Ranks};
use super::masks::{self, Masks};
use super::oblivious::Oblivious;
use super::perfect::{self, Perfect};
use super::plane::{ROWS, place_of};
use super::real::{Real, narrow};
use super::{Arithmetic, Parts};
use crate::column::{Inputs, Outputs};

/// Layouts compiled from a forest without linear leaves and, unless its trees are oblivious, without vector leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Engine<T> {
    bins: Bins<T>,
    trees: Trees<T>,
    base: Vec<T>,
    base_first: bool,
    divisor: T,
}

/// The layouts for one shape of trees.
#[derive(Debug, Clone, PartialEq)]
enum Trees<T> {
    /// Trees of one test a level.
    Oblivious { answers: Answers, missing: Missing, trees: Oblivious<T>, rounded: Option<Bins<f32>> },
    /// Small full trees.
    Perfect { answers: Answers, missing: Missing, trees: Perfect<T> },
    /// Trees of a few hundred leaves, of any shape.
    Middling { missing: Missing, batch: Masks<T>, row: Flat<T> },
    /// Large trees.
    Large(Flat<T>),
}

/// Working memory.
#[derive(Debug)]
pub(super) struct Work<T> {
    left: Box<Left>,
    asked: Asked,
    ranks: Ranks,
    sums: Vec<T>,
}

impl<T> Default for Work<T> {
    fn default() -> Self {
        // From a Vec, so that the array is never on the stack.
        let left = vec![0; NARROW].into_boxed_slice().try_into();
        Self {
            left: left.unwrap_or_else(|_| Box::new([0; NARROW])),
            asked: Asked::default(),
            ranks: Ranks::default(),
            sums: Vec::new(),
        }
    }
}

/// Layouts are built once, in f64, and narrowed where the trainer computes in f32: two builders would be 10 KB of wasm.
impl Engine<f64> {
    /// `None` if the plain kernel has to do it.
    #[inline]
    pub(super) fn new(parts: &Parts) -> Option<Self> {
        if !parts.linears.is_empty() {
            return None;
        }
        let bins = Bins::new(parts);
        Some(Self {
            trees: Trees::new(parts, &bins)?,
            bins,
            base: parts.base.clone(),
            base_first: parts.base_first,
            divisor: parts.divisor,
        })
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Engine<f32> {
        Engine {
            bins: self.bins.narrow(),
            trees: match self.trees {
                Trees::Oblivious { answers, missing, trees, .. } => {
                    Trees::Oblivious { answers, missing, trees: trees.narrow(), rounded: None }
                }
                Trees::Perfect { answers, missing, trees } => {
                    Trees::Perfect { answers, missing, trees: trees.narrow() }
                }
                Trees::Middling { missing, batch, row } => {
                    Trees::Middling { missing, batch: batch.narrow(), row: row.narrow() }
                }
                Trees::Large(trees) => Trees::Large(trees.narrow()),
            },
            base: narrow(&self.base),
            base_first: self.base_first,
            divisor: self.divisor as f32,
        }
    }
}

impl<T: Real> Engine<T> {
    /// Evaluates a block.
    #[inline(never)]
    pub(super) fn eval(
        &self,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs<'_>,
        values: &mut Vec<f64>,
        work: &mut Work<T>,
    ) {
        for first in (0..inputs.rows()).step_by(ROWS) {
            let rows = (inputs.rows() - first).min(ROWS);
            if rows >= self.trees.batch_from() {
                self.eval_rows(first, rows, inputs, outputs, work);
                continue;
            }
            for row in first..first + rows {
                values.clear();
                values.extend(inputs.iter().map(|c| c.values.get(row).copied().unwrap_or(f64::NAN)));
                self.eval_row(row, values, outputs, work);
            }
        }
    }

    #[inline(never)]
    fn eval_row(&self, row: usize, values: &[f64], outputs: &mut Outputs<'_>, work: &mut Work<T>) {
        work.sums.clear();
        work.sums.extend(self.start());
        match &self.trees {
            Trees::Oblivious { answers, trees, rounded, .. } => {
                match rounded {
                    Some(bins) => answers.ask(bins, values, &mut work.left),
                    None => answers.ask(&self.bins, values, &mut work.left),
                }
                trees.add(&work.left, &mut work.sums);
            }
            Trees::Perfect { answers, trees, .. } => {
                answers.ask(&self.bins, values, &mut work.left);
                trees.add(&work.left, &mut work.sums);
            }
            Trees::Middling { row: trees, .. } | Trees::Large(trees) => {
                trees.rank_row(&self.bins, values, &mut work.ranks);
                trees.add_row(&work.ranks, &mut work.sums);
            }
        }
        for (k, (&sum, &base)) in work.sums.iter().zip(&self.base).enumerate() {
            outputs.column(k).set(row, self.finish(sum, base));
        }
    }

    #[inline(never)]
    fn eval_rows(
        &self,
        first: usize,
        rows: usize,
        inputs: &Inputs<'_>,
        outputs: &mut Outputs<'_>,
        work: &mut Work<T>,
    ) {
        work.sums.clear();
        self.start().for_each(|start| work.sums.resize(work.sums.len() + ROWS, start));
        match &self.trees {
            Trees::Oblivious { missing, trees, rounded, .. } => {
                match rounded {
                    Some(bins) => work.asked.ask(bins, missing, inputs, first),
                    None => work.asked.ask(&self.bins, missing, inputs, first),
                }
                trees.add_sliced(&work.asked.left, &mut work.sums);
            }
            Trees::Perfect { missing, trees, .. } => {
                work.asked.ask(&self.bins, missing, inputs, first);
                trees.add_sliced(&work.asked.left, &mut work.sums);
            }
            Trees::Middling { missing, batch, .. } => {
                work.asked.ask(&self.bins, missing, inputs, first);
                batch.add(&work.asked.left, &mut work.sums);
            }
            Trees::Large(trees) => {
                trees.rank_rows(&self.bins, inputs, first, &mut work.ranks);
                trees.add_rows(&work.ranks, rows, &mut work.sums);
            }
        }
        for (k, (sums, &base)) in work.sums.chunks(ROWS).zip(&self.base).enumerate() {
            let mut column = outputs.column(k);
            for row in 0..rows {
                let sum = sums.get(place_of(row)).copied().unwrap_or(base);
                column.set(first + row, self.finish(sum, base));
            }
        }
    }

    /// What each output's sum starts at.
    fn start(&self) -> impl Iterator<Item = T> + '_ {
        self.base.iter().map(|&b| if self.base_first { b } else { T::of(0.0) })
    }

    /// The margin from the sum of the leaves.
    fn finish(&self, sum: T, base: T) -> f64 {
        let sum = sum.over(self.divisor);
        if self.base_first { sum.wide() } else { (sum + base).wide() }
    }
}

impl Trees<f64> {
    #[inline]
    fn new(parts: &Parts, bins: &Bins<f64>) -> Option<Self> {
        let spans = parts.shape.trees();
        let depth = spans.iter().map(|t| t.depth).max().unwrap_or(0);
        let leaves = spans.iter().map(|t| t.leaves()).max().unwrap_or(0);
        let vector = parts.outputs.iter().any(Option::is_none);
        if bins.places <= NARROW {
            let missing = Missing::new(parts, bins);
            if let Some(trees) = Oblivious::new(parts, &perfect::places(parts, bins)) {
                let answers = Answers::new(parts, bins);
                let rounded = bins.rounded().filter(|_| parts.arithmetic == Arithmetic::F64LessEqual);
                return Some(Self::Oblivious { answers, missing, trees, rounded });
            }
            if vector {
                return None;
            }
            // Padding may not cost more than it saves, nor make the model much larger than the bundle that it came in.
            let padded = spans.len().saturating_mul(1 << depth.min(16));
            if depth <= perfect::DEEPEST && padded <= 3 * parts.shape.leaves() + 1024 {
                let trees = Perfect::new(parts, &perfect::places(parts, bins));
                return Some(Self::Perfect { answers: Answers::new(parts, bins), missing, trees });
            }
            if leaves as usize <= masks::LEAVES {
                let batch = Masks::new(parts, &perfect::places(parts, bins));
                return Some(Self::Middling { missing, batch, row: Flat::new(parts, bins)? });
            }
        }
        if vector { None } else { Flat::new(parts, bins).map(Self::Large) }
    }
}

impl<T: Real> Trees<T> {
    /// From so many rows on, 128 rows at once are quicker than one after the other.
    fn batch_from(&self) -> usize {
        match self {
            Self::Oblivious { .. } | Self::Perfect { .. } | Self::Middling { .. } => 24,
            Self::Large(trees) => {
                if trees.has_batch() {
                    8
                } else {
                    usize::MAX
                }
            }
        }
    }
}
