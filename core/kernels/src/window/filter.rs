//! Filters: which events are looked at.

use crate::column::State;
use crate::events::EventRow;

/// A test of one column of an event. An event whose value is not present fails it.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// The category is one of a set.
    In {
        /// Column of the events.
        column: u32,
        /// Bit c of word c / 64: category c is in the set.
        set: Vec<u64>,
    },
    /// The value is in an interval.
    Between {
        /// Column of the events.
        column: u32,
        /// Least value.
        lo: f64,
        /// Greatest value.
        hi: f64,
        /// Whether `lo` itself is in it; it is finite if not.
        lo_in: bool,
        /// Whether `hi` itself is in it; it is finite if not.
        hi_in: bool,
    },
}

impl Test {
    /// The column that it reads.
    pub fn column(&self) -> u32 {
        match self {
            Self::In { column, .. } | Self::Between { column, .. } => *column,
        }
    }
}

/// Which events pass a filter: a byte an event, 1 or 0.
#[derive(Debug, Default)]
pub(crate) struct Mask {
    passes: Vec<u8>,
}

impl Mask {
    /// The first `count` events of a row through a filter: those that pass every test.
    pub(crate) fn fill(&mut self, row: &EventRow<'_>, count: usize, tests: &[Test]) {
        self.passes.clear();
        self.passes.resize(count, 1);
        for test in tests {
            let (values, states) = row.column(test.column() as usize);
            if values.len() < count {
                // No such column: nothing passes.
                self.passes.fill(0);
            }
            match test {
                Test::In { set, .. } => self.keep(values, states, |x| in_set(set, x)),
                Test::Between { lo, hi, lo_in, hi_in, .. } => {
                    // One comparison a side: the open side is the next double inward.
                    let (lo, hi) = (closed(*lo, *lo_in), -closed(-*hi, *hi_in));
                    self.keep(values, states, |x| (lo <= x) & (x <= hi));
                }
            }
        }
    }

    fn keep(&mut self, values: &[f64], states: &[State], passes: impl Fn(f64) -> bool) {
        for ((p, &x), &s) in self.passes.iter_mut().zip(values).zip(states) {
            *p &= u8::from(passes(x)) & u8::from(s.is_present());
        }
    }

    /// A byte an event.
    pub(crate) fn passes(&self) -> &[u8] {
        &self.passes
    }
}

/// The least double of an interval that begins at `lo`.
fn closed(lo: f64, included: bool) -> f64 {
    if included { lo } else { lo.next_up() }
}

fn in_set(set: &[u64], x: f64) -> bool {
    // The cast saturates, and takes NaN to 0: comparing back refuses everything that is no index.
    let i = x as u32;
    let word = set.get((i >> 6) as usize).copied().unwrap_or(0);
    (word >> (i & 63)) & 1 != 0 && f64::from(i) == x
}

/// Events up to the reference date, and how many come after it.
pub(crate) fn day_count(row: &EventRow<'_>, at: i64) -> (usize, u64) {
    let days = row.days();
    let count = days.partition_point(|&d| i64::from(d) <= at);
    (count, (days.len() - count) as u64 + u64::from(row.ignored))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_sides_leave_the_bound_out() {
        for (lo, included, x, wanted) in [
            (0.0, false, 0.0, false),
            (0.0, false, -0.0, false),
            (0.0, false, f64::from_bits(1), true),
            (0.0, true, -0.0, true),
            (-0.0, false, 0.0, false),
            (2.0, false, 2.0, false),
            (2.0, false, 2.0f64.next_up(), true),
            (f64::NEG_INFINITY, true, f64::NEG_INFINITY, true),
            (f64::NEG_INFINITY, false, f64::MIN, true),
        ] {
            assert_eq!(closed(lo, included) <= x, wanted, "{lo} {included} {x}");
        }
    }

    #[test]
    fn sets() {
        let set = [1 << 3, 1];
        for (x, wanted) in
            [(3.0, true), (64.0, true), (2.0, false), (3.5, false), (-3.0, false), (1e12, false)]
        {
            assert_eq!(in_set(&set, x), wanted, "{x}");
        }
        assert!(!in_set(&[1], f64::NAN) && !in_set(&[], 0.0));
        assert!(in_set(&[1], -0.0));
    }
}
