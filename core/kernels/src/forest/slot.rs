//! Tests of a forest, grouped by what they ask of which feature.

use super::{Arithmetic, ZERO_BAND};

/// The tests of one feature that treat missing values alike. Test `i` of the slot has the number `first + i`.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// The input feature.
    pub feature: u32,
    /// Number of its first test.
    pub first: u32,
    /// How many tests it has; 1 for a category set.
    pub len: u32,
    /// What its tests ask.
    pub kind: SlotKind,
}

/// What a slot's tests ask.
#[derive(Debug, Clone, PartialEq)]
pub enum SlotKind {
    /// Is the value under the threshold? NaN is missing.
    Number,
    /// Is the value under the threshold? NaN and zero (|x| <= [`ZERO_BAND`]) are missing.
    NumberOrZero,
    /// Is the category in the set? NaN is missing.
    Category {
        /// Where a value goes that is no category code.
        invalid_left: bool,
        /// Bit `c % 32` of word `c / 32` is set if category `c` goes left. The last word is not 0.
        words: Vec<u32>,
    },
}

/// All tests of a forest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tests {
    /// Ascending by feature, then kind.
    pub slots: Vec<Slot>,
    /// By test number; ascending in a slot; 0 for a category set. Never NaN, never -0.
    pub thresholds: Vec<f64>,
    /// By test number: whether a missing value goes left.
    pub missing_left: Vec<bool>,
}

/// A value as a slot sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Missing: each test's own bit decides.
    Missing,
    /// The number of the slot's tests, from the first, that send the value right.
    At(u32),
}

impl Tests {
    /// How many tests there are.
    pub fn count(&self) -> usize {
        self.thresholds.len()
    }

    /// The slot that a test belongs to.
    pub fn slot_of(&self, test: u32) -> Option<&Slot> {
        let after = self.slots.partition_point(|s| s.first <= test);
        self.slots.get(after.checked_sub(1)?)
    }

    /// The slot's thresholds.
    pub fn thresholds_of(&self, slot: &Slot) -> &[f64] {
        self.thresholds.get(slot.first as usize..slot.first as usize + slot.len as usize).unwrap_or(&[])
    }

    /// Asks every test about one row (`values`: one an input feature, NaN for missing): `left[test]` says whether it goes
    /// left.
    pub fn decide(&self, values: &[f64], arithmetic: Arithmetic, left: &mut Vec<bool>) {
        left.clear();
        left.extend_from_slice(&self.missing_left);
        for slot in &self.slots {
            let value = values.get(slot.feature as usize).copied().unwrap_or(f64::NAN);
            if let Rank::At(rank) = self.rank(slot, value, arithmetic) {
                let of_slot = left.get_mut(slot.first as usize..(slot.first + slot.len) as usize);
                let (wrong, right) = of_slot.unwrap_or(&mut []).split_at_mut(rank.min(slot.len) as usize);
                wrong.fill(false);
                right.fill(true);
            }
        }
    }

    /// What a slot makes of a value.
    pub fn rank(&self, slot: &Slot, value: f64, arithmetic: Arithmetic) -> Rank {
        let x = as_trained(value, arithmetic);
        if x.is_nan() || (slot.kind == SlotKind::NumberOrZero && x.abs() <= ZERO_BAND) {
            return Rank::Missing;
        }
        if let SlotKind::Category { invalid_left, words } = &slot.kind {
            return Rank::At(u32::from(!in_set(x, words, *invalid_left, arithmetic)));
        }
        let thresholds = self.thresholds_of(slot);
        let failed = match arithmetic {
            Arithmetic::F32Less => thresholds.partition_point(|&t| t <= x),
            Arithmetic::F64LessEqual => thresholds.partition_point(|&t| t < x),
        };
        Rank::At(failed as u32)
    }
}

/// The value as the trainer's library takes it in.
pub(super) fn as_trained(value: f64, arithmetic: Arithmetic) -> f64 {
    match arithmetic {
        Arithmetic::F32Less => f64::from(value as f32),
        Arithmetic::F64LessEqual => value,
    }
}

/// Codes from this one on are no categories to XGBoost (an f32 does not hold every integer above it).
const F32_CODES: f64 = 16_777_216.0;

/// Whether a value that is not NaN goes left at a category set. The code is the value cut towards zero. No code: for XGBoost
/// a value under 0 or from 2^24 on, for LightGBM one that cuts to a negative integer or is beyond an i32.
pub(super) fn in_set(x: f64, words: &[u32], invalid_left: bool, arithmetic: Arithmetic) -> bool {
    let valid = match arithmetic {
        Arithmetic::F32Less => (0.0..F32_CODES).contains(&x),
        Arithmetic::F64LessEqual => x > -1.0 && x < 2_147_483_648.0,
    };
    if !valid {
        return invalid_left;
    }
    let code = x as u32;
    words.get((code / 32) as usize).is_some_and(|w| w >> (code % 32) & 1 == 1)
}
