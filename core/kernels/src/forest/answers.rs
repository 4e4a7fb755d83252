//! Every test of the forest asked about one row: a byte a test.

use super::Parts;
use super::bins::{ALIGN, Bins};
use super::real::Real;

/// Places of tests are u16 to the narrow kernels.
pub(super) const NARROW: usize = 1 << 16;
/// Longest slot whose answers are copied from a template; longer ones are filled.
const TEMPLATE: usize = 4096;

/// What is needed to write the answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answers {
    /// By place: whether a missing value goes right. (All templates hold the opposite of the answer: see `copy_opposite`.)
    missing_right: Vec<u8>,
    /// As many 1 as the longest slot has tests, then as many 0: the window that begins `rank` before the middle
    /// is the opposite of a slot's answers.
    step: Vec<u8>,
    middle: usize,
}

/// The answers: 1 if the test at a place goes left, otherwise 0. Numbers, not bools: knowing that they are 0 or 1 leads the
/// compiler to code that is twice as slow.
pub(super) type Left = [u8; NARROW];

impl Answers {
    #[inline]
    pub(super) fn new(parts: &Parts, bins: &Bins<f64>) -> Self {
        let mut missing_right = vec![1; bins.places];
        for (slot, bin) in parts.tests.slots.iter().zip(&bins.slots) {
            let from = parts.tests.missing_left.get(slot.first as usize..).unwrap_or(&[]);
            let to = missing_right.get_mut(bin.first as usize..).unwrap_or(&mut []);
            to.iter_mut().zip(from).take(slot.len as usize).for_each(|(to, from)| *to = u8::from(!from));
        }
        let middle = bins.slots.iter().map(|b| b.len as usize).filter(|&n| n <= TEMPLATE).max();
        let middle = middle.unwrap_or(0).next_multiple_of(ALIGN);
        let mut step = vec![1; middle];
        step.resize(2 * middle, 0);
        Self { missing_right, step, middle }
    }

    /// Asks all tests about a row: `values` has one value an input feature.
    #[inline(never)]
    pub(super) fn ask<T: Real>(&self, bins: &Bins<T>, values: &[f64], left: &mut Left) {
        for bin in &bins.slots {
            let value = values.get(bin.feature as usize).copied().unwrap_or(f64::NAN);
            let rank = bins.rank(bin, value);
            let (first, len) = (bin.first as usize, (bin.len as usize).next_multiple_of(ALIGN));
            let Some(to) = left.get_mut(first..first + len) else { continue };
            let from = match rank {
                None => self.missing_right.get(first..first + len),
                Some(rank) => {
                    let start = self.middle.wrapping_sub(rank as usize);
                    self.step.get(start..start.wrapping_add(len))
                }
            };
            match (from, rank) {
                (Some(from), _) => copy_opposite(from, to),
                (None, Some(rank)) => {
                    let (failed, passed) = to.split_at_mut((rank as usize).min(len));
                    failed.fill(0);
                    passed.fill(1);
                }
                (None, None) => {}
            }
        }
    }
}

/// Copies the opposite. A plain copy would become a call of memcpy, which costs more than these few vectors.
#[inline(always)]
fn copy_opposite(from: &[u8], to: &mut [u8]) {
    // Four vectors a turn: the turns cost as much as the copying.
    let (to, to_rest) = to.as_chunks_mut::<{ 4 * ALIGN }>();
    let (from, from_rest) = from.as_chunks::<{ 4 * ALIGN }>();
    to.iter_mut().zip(from).for_each(|(to, from)| *to = from.map(|right| right ^ 1));
    let (to, _) = to_rest.as_chunks_mut::<ALIGN>();
    let (from, _) = from_rest.as_chunks::<ALIGN>();
    to.iter_mut().zip(from).for_each(|(to, from)| *to = from.map(|right| right ^ 1));
}
