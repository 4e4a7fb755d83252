//! Values to ranks: where a value stands among its slot's thresholds.

use super::real::{Real, narrow};
use super::slot::{Slot, SlotKind, as_trained, in_set};
use super::{Arithmetic, Parts};

/// Thresholds that are compared at once. A count over so many is a few vector instructions and no branch, so a search among
/// 256 takes two such counts: quicker than eight dependent steps of a binary search.
const WIDE: usize = 16;
/// Slots' tests begin at multiples of this many places, so that answers are written in whole vectors.
pub(super) const ALIGN: usize = 16;

/// The search tables of all slots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bins<T> {
    pub(super) slots: Vec<Bin>,
    /// Distinct thresholds of each slot in blocks, NaN where there are none (NaN is never failed).
    blocks: Vec<[T; WIDE]>,
    /// Last threshold of each block, in slots' order, for slots of more than 256 thresholds.
    pivots: Vec<T>,
    /// By slot and number of failed thresholds: number of failed tests (a threshold may have two tests).
    tests: Vec<u32>,
    /// Places of all tests together.
    pub(super) places: usize,
}

/// A slot, ready to search. Its tests have the *places* `first..first + len`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bin {
    pub(super) feature: u32,
    pub(super) first: u32,
    pub(super) len: u32,
    /// Whether zero counts as missing.
    zero: bool,
    search: Search,
    tests: u32,
    set: Option<Set>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Search {
    /// One block.
    One { block: u32 },
    /// A block of pivots, then the block that they point to.
    Two { top: u32, block: u32 },
    /// A binary search over pivots, then the block.
    Many { pivots: u32, blocks: u32, block: u32 },
}

#[derive(Debug, Clone, PartialEq)]
struct Set {
    words: Vec<u32>,
    invalid_left: bool,
    arithmetic: Arithmetic,
}

impl Bins<f64> {
    #[inline]
    pub(super) fn new(parts: &Parts) -> Self {
        let mut bins = Self {
            slots: Vec::with_capacity(parts.tests.slots.len()),
            blocks: Vec::new(),
            pivots: Vec::new(),
            tests: Vec::new(),
            places: 0,
        };
        for slot in &parts.tests.slots {
            let bin = bins.bin(slot, parts);
            bins.places += (slot.len as usize).next_multiple_of(ALIGN);
            bins.slots.push(bin);
        }
        bins
    }

    #[inline]
    fn bin(&mut self, slot: &Slot, parts: &Parts) -> Bin {
        let mut thresholds: Vec<f64> = Vec::with_capacity(slot.len as usize);
        let tests = self.tests.len() as u32;
        let set = match &slot.kind {
            SlotKind::Category { invalid_left, words } => {
                Some(Set { words: words.clone(), invalid_left: *invalid_left, arithmetic: parts.arithmetic })
            }
            _ => {
                for (i, &t) in parts.tests.thresholds_of(slot).iter().enumerate() {
                    let t = as_trained(t, parts.arithmetic);
                    if thresholds.last() != Some(&t) {
                        self.tests.push(i as u32);
                        thresholds.push(t);
                    }
                }
                None
            }
        };
        self.tests.push(slot.len);
        Bin {
            feature: slot.feature,
            first: self.places as u32,
            len: slot.len,
            zero: slot.kind == SlotKind::NumberOrZero,
            search: self.search(&thresholds),
            tests,
            set,
        }
    }

    #[inline]
    fn search(&mut self, thresholds: &[f64]) -> Search {
        let full = thresholds.chunks_exact(WIDE).filter_map(|c| c.last().copied());
        let pivots: Vec<f64> = full.collect();
        let top = self.blocks.len() as u32;
        if pivots.is_empty() {
            self.blocks.push(padded(thresholds));
            return Search::One { block: top };
        }
        if pivots.len() <= WIDE {
            self.blocks.push(padded(&pivots));
        }
        let block = self.blocks.len() as u32;
        let (full, rest) = thresholds.as_chunks::<WIDE>();
        self.blocks.extend_from_slice(full);
        self.blocks.push(padded(rest));
        if pivots.len() <= WIDE {
            return Search::Two { top, block };
        }
        let (start, blocks) = (self.pivots.len() as u32, pivots.len() as u32);
        self.pivots.extend_from_slice(&pivots);
        Search::Many { pivots: start, blocks, block }
    }

    /// The same in f32, if values rounded to f32 have the same ranks: every threshold is the last double that rounds to its f32,
    /// as it is where the trainer compared in f32.
    #[inline]
    pub(super) fn rounded(&self) -> Option<Bins<f32>> {
        let exact = |t: &f64| t.is_nan() || *t as f32 != t.next_up() as f32;
        let numbers = self.slots.iter().all(|bin| bin.set.is_none() && !bin.zero);
        if !numbers || !self.blocks.as_flattened().iter().chain(&self.pivots).all(exact) {
            return None;
        }
        // A value that rounds to the f32 above fails, and f32 trainers' tests are failed by a value that is equal.
        let above = |t: f64| t.next_up() as f32;
        Some(Bins {
            slots: self.slots.clone(),
            blocks: self.blocks.iter().map(|block| block.map(above)).collect(),
            pivots: self.pivots.iter().map(|&t| above(t)).collect(),
            tests: self.tests.clone(),
            places: self.places,
        })
    }

    /// The same in f32.
    #[inline]
    pub(super) fn narrow(self) -> Bins<f32> {
        let Self { slots, blocks, pivots, tests, places } = self;
        let blocks = blocks.iter().map(|block| block.map(|t| t as f32)).collect();
        Bins { slots, blocks, pivots: narrow(&pivots), tests, places }
    }
}

impl<T: Real> Bins<T> {
    /// How many of the slot's tests send the value right, or `None` if it is missing.
    #[inline(always)]
    pub(super) fn rank(&self, bin: &Bin, value: f64) -> Option<u32> {
        let x = T::of(value);
        (!x.missing(bin.zero)).then(|| self.failed(bin, x))
    }

    /// The same for a value that is not missing; anything for one that is.
    #[inline(always)]
    fn failed(&self, bin: &Bin, x: T) -> u32 {
        if let Some(set) = &bin.set {
            return u32::from(!in_set(x.wide(), &set.words, set.invalid_left, set.arithmetic));
        }
        let (first, skipped) = match bin.search {
            Search::One { block } => (block, 0),
            Search::Two { top, block } => (block, self.count_block(top, x)),
            Search::Many { pivots, blocks, block } => {
                let pivots = self.pivots.get(pivots as usize..(pivots + blocks) as usize);
                (block, pivots.unwrap_or(&[]).partition_point(|&p| T::fails(x, p)) as u32)
            }
        };
        let failed = skipped * WIDE as u32 + self.count_block(first + skipped, x);
        self.tests.get((bin.tests + failed) as usize).copied().unwrap_or(bin.len)
    }

    #[inline(always)]
    fn count_block(&self, block: u32, x: T) -> u32 {
        self.blocks.get(block as usize).map_or(0, |block| T::fails_of(x, block))
    }
}

impl<T: Real> Bins<T> {
    /// Ranks of up to 128 values of a column; the slot's length for a missing one, whose bit is set in the result.
    pub(super) fn ranks(&self, bin: &Bin, values: &[f64], ranks: &mut [u32]) -> u128 {
        let tests = self.tests.get(bin.tests as usize..).unwrap_or(&[]);
        let blocks = |first: u32| self.blocks.get(first as usize..).unwrap_or(&[]);
        if let Some(set) = &bin.set {
            let test = |x: T| u32::from(!in_set(x.wide(), &set.words, set.invalid_left, set.arithmetic));
            return each(bin, values, ranks, test);
        }
        match bin.search {
            Search::One { block } => ranks_of_one(bin, blocks(block), tests, values, ranks),
            Search::Two { top, block } => ranks_of_two(bin, blocks(top), blocks(block), tests, values, ranks),
            Search::Many { .. } => each(bin, values, ranks, |x| self.failed(bin, x)),
        }
    }
}

#[inline(never)]
fn ranks_of_one<T: Real>(
    bin: &Bin,
    blocks: &[[T; WIDE]],
    tests: &[u32],
    values: &[f64],
    ranks: &mut [u32],
) -> u128 {
    let Some(block) = blocks.first() else { return 0 };
    each(bin, values, ranks, |x| tests.get(T::fails_of(x, block) as usize).copied().unwrap_or(bin.len))
}

#[inline(never)]
fn ranks_of_two<T: Real>(
    bin: &Bin,
    top: &[[T; WIDE]],
    blocks: &[[T; WIDE]],
    tests: &[u32],
    values: &[f64],
    ranks: &mut [u32],
) -> u128 {
    let Some(top) = top.first() else { return 0 };
    each(bin, values, ranks, |x| {
        let skipped = T::fails_of(x, top);
        let failed = blocks.get(skipped as usize).map_or(0, |block| T::fails_of(x, block));
        tests.get((skipped * WIDE as u32 + failed) as usize).copied().unwrap_or(bin.len)
    })
}

#[inline(always)]
fn each<T: Real>(bin: &Bin, values: &[f64], ranks: &mut [u32], failed: impl Fn(T) -> u32) -> u128 {
    let mut missing = [0_u64; 2];
    let (values, ranks) = (values.chunks(64), ranks.chunks_mut(64));
    for ((values, ranks), missing) in values.zip(ranks).zip(&mut missing) {
        for (row, (&value, rank)) in values.iter().zip(ranks).enumerate() {
            let x = T::of(value);
            let absent = x.missing(bin.zero);
            let failed = failed(x);
            *rank = if absent { bin.len } else { failed };
            *missing |= u64::from(absent) << row;
        }
    }
    u128::from(missing[0]) | u128::from(missing[1]) << 64
}

#[inline]
fn padded(thresholds: &[f64]) -> [f64; WIDE] {
    let mut block = [f64::NAN; WIDE];
    block.iter_mut().zip(thresholds).for_each(|(b, &t)| *b = t);
    block
}
