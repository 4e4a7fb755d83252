//! Every test of the forest asked about 128 rows: a plane a test.

use super::bins::Bins;
use super::plane::{Plane, ROWS};
use super::real::Real;
use super::{Parts, slot::Tests};
use crate::column::Inputs;

/// By place, whether a missing value goes left: all bits set, or none.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Missing(Vec<u64>);

impl Missing {
    #[inline]
    pub(super) fn new(parts: &Parts, bins: &Bins<f64>) -> Self {
        let Tests { slots, missing_left, .. } = &parts.tests;
        let mut missing = vec![0; bins.places];
        for (slot, bin) in slots.iter().zip(&bins.slots) {
            let from = missing_left.get(slot.first as usize..).unwrap_or(&[]);
            let to = missing.get_mut(bin.first as usize..).unwrap_or(&mut []);
            to.iter_mut()
                .zip(from)
                .take(slot.len as usize)
                .for_each(|(to, from)| *to = if *from { u64::MAX } else { 0 });
        }
        Self(missing)
    }
}

/// The planes, and what is needed to make them.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// By place: the rows that go left.
    pub(super) left: Vec<Plane>,
    /// By rank: the rows that have it.
    rows: Vec<[u64; 2]>,
    ranks: Vec<u32>,
}

impl Asked {
    /// Asks about rows `first..` of the block, as many as a plane holds. Rows beyond the block have any answers.
    pub(super) fn ask<T: Real>(
        &mut self,
        bins: &Bins<T>,
        missing: &Missing,
        inputs: &Inputs<'_>,
        first: usize,
    ) {
        self.left.resize(bins.places, Plane::none());
        self.ranks.resize(ROWS, 0);
        for bin in &bins.slots {
            let values = inputs.column(bin.feature as usize).values;
            let values = values.get(first..values.len().min(first + ROWS)).unwrap_or(&[]);
            let absent = bins.ranks(bin, values, &mut self.ranks);
            let (from, len) = (bin.first as usize, bin.len as usize);
            self.rows.resize(self.rows.len().max(len + 1), [0; 2]);
            let (Some(rows), Some(ranks)) = (self.rows.get_mut(..len + 1), self.ranks.get(..values.len()))
            else {
                continue;
            };
            scatter(ranks, rows);
            if let (Some(left), Some(missing)) =
                (self.left.get_mut(from..from + len), missing.0.get(from..from + len))
            {
                accumulate(rows, absent, missing, left);
            }
        }
    }
}

/// Sets each row's bit at its rank.
#[inline(never)]
fn scatter(ranks: &[u32], rows: &mut [[u64; 2]]) {
    let (low, high) = ranks.split_at(ranks.len().min(64));
    for (row, &rank) in low.iter().enumerate() {
        if let Some(at) = rows.get_mut(rank as usize) {
            at[0] |= 1 << row;
        }
    }
    for (row, &rank) in high.iter().enumerate() {
        if let Some(at) = rows.get_mut(rank as usize) {
            at[1] |= 1 << row;
        }
    }
}

/// A row goes left at every test from its rank on; a missing one (its rank is beyond the last test) where the test says so.
/// Leaves no row at any rank.
#[inline(never)]
fn accumulate(rows: &mut [[u64; 2]], absent: u128, missing: &[u64], left: &mut [Plane]) {
    let absent = Plane::of([absent as u64, (absent >> 64) as u64]);
    let mut so_far = Plane::none();
    let mut step = |rows: &mut [u64; 2], missing: &u64, left: &mut Plane| {
        so_far = so_far.or(Plane::of(core::mem::take(rows)));
        // No choice between two planes: that would be a branch in wasm.
        *left = so_far.or(absent.and(Plane::of([*missing; 2])));
    };
    // The last rank has no test.
    let (rows, last) = rows.split_at_mut(left.len().min(rows.len()));
    last.fill([0; 2]);
    // Four a turn: a turn costs as much as a step.
    let (rows, rows_rest) = rows.as_chunks_mut::<4>();
    let (missing, missing_rest) = missing.as_chunks::<4>();
    let (left, left_rest) = left.as_chunks_mut::<4>();
    for ((rows, missing), left) in rows.iter_mut().zip(missing).zip(left) {
        for ((rows, missing), left) in rows.iter_mut().zip(missing).zip(left) {
            step(rows, missing, left);
        }
    }
    for ((rows, missing), left) in rows_rest.iter_mut().zip(missing_rest).zip(left_rest) {
        step(rows, missing, left);
    }
}
