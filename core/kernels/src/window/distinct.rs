//! Different values of windows: a value is counted where no equal one stands before it in the window.

use super::select::{key, sort};

/// Codes below this are looked up in a table; other values are sorted.
const CODES: usize = 1 << 16;

/// For each value of a list, where an equal one stands before it.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    /// 0: none; otherwise one more than its index.
    previous: Vec<u32>,
    /// By code, one more than the index of its last value; zeros between calls.
    table: Vec<u32>,
    pairs: Vec<(u64, u32)>,
    spare: Vec<(u64, u32)>,
}

impl Distinct {
    /// Finds the equal values of a list.
    pub(super) fn fill(&mut self, values: &[f64]) {
        self.previous.clear();
        let most = values.iter().fold(0, |most, &x| most.max(x as u32));
        if (most as usize) < CODES && values.iter().all(|&x| f64::from(x as u32) == x) {
            self.by_table(values, most as usize);
        } else {
            self.by_order(values);
        }
    }

    fn by_table(&mut self, values: &[f64], most: usize) {
        if self.table.len() <= most {
            self.table.resize(most + 1, 0);
        }
        for (&x, place) in values.iter().zip(1..) {
            if let Some(last) = self.table.get_mut(x as u32 as usize) {
                self.previous.push(*last);
                *last = place;
            }
        }
        for &x in values {
            if let Some(last) = self.table.get_mut(x as u32 as usize) {
                *last = 0;
            }
        }
    }

    fn by_order(&mut self, values: &[f64]) {
        self.pairs.clear();
        self.pairs.extend(values.iter().map(|&x| key(x)).zip(0..));
        sort(&mut self.pairs, &mut self.spare);
        self.previous.resize(values.len(), 0);
        for pair in self.pairs.windows(2) {
            if let &[(a, before), (b, here)] = pair
                && a == b
                && let Some(previous) = self.previous.get_mut(here as usize)
            {
                *previous = before + 1;
            }
        }
    }

    /// How many different values the list has from `first` up to `last`.
    pub(super) fn count(&self, first: usize, last: usize) -> usize {
        let window = self.previous.get(first..last).unwrap_or_default();
        window.iter().filter(|&&p| p as usize <= first).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_window_of_codes_and_of_amounts() {
        let codes: Vec<f64> = (0..60u64).map(|i| ((i * i * 7919) % 11) as f64).collect();
        let amounts: Vec<f64> = codes.iter().map(|c| (c - 4.0) / 10.0).collect();
        let mut distinct = Distinct::default();
        for values in [&codes, &amounts, &codes] {
            distinct.fill(values);
            for first in 0..values.len() {
                for last in first..=values.len() {
                    let wanted: BTreeSet<u64> =
                        values[first..last].iter().map(|x| (x + 0.0).to_bits()).collect();
                    assert_eq!(distinct.count(first, last), wanted.len());
                }
            }
        }
    }

    #[test]
    fn zero_has_one_sign() {
        let mut distinct = Distinct::default();
        distinct.fill(&[0.0, -0.0, 0.5]);
        assert_eq!(distinct.count(0, 3), 2);
        distinct.fill(&[0.0, -0.0]);
        assert_eq!(distinct.count(0, 2), 1);
    }
}
