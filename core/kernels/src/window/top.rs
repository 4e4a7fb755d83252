//! The greatest groups of a window.

use super::Top;
use crate::column::State;
use crate::events::EventRow;

/// Working memory: a total a category.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// Sum or count of each category, and how many events made it; zeros between calls.
    totals: Vec<(f64, u32)>,
    /// Categories that have an event, in order of their first.
    seen: Vec<u32>,
    best: Vec<(f64, u32)>,
}

impl Groups {
    /// Writes category and figure of the first `k` groups of the events `first..last` that pass.
    pub(super) fn top(
        &mut self,
        row: &EventRow<'_>,
        passes: &[u8],
        (first, last): (usize, usize),
        top: &Top,
        results: &mut [Option<f64>],
    ) {
        let categories = top.categories as usize;
        if self.totals.len() < categories {
            self.totals.resize(categories, (0.0, 0));
        }
        let (groups, states) = row.column(top.group as usize);
        let summed = top.column.map(|column| row.column(column as usize));
        for i in first..last {
            let (Some(&pass), Some(&group), Some(state)) = (passes.get(i), groups.get(i), states.get(i))
            else {
                break;
            };
            let code = group as u32;
            let known = pass != 0 && state.is_present() && f64::from(code) == group && code < top.categories;
            let amount = match summed {
                None => Some(1.0),
                Some((values, states)) => {
                    values.get(i).copied().filter(|_| states.get(i) == Some(&State::PRESENT))
                }
            };
            if let (true, Some(amount), Some(total)) = (known, amount, self.totals.get_mut(code as usize)) {
                if total.1 == 0 {
                    self.seen.push(code);
                }
                *total = (total.0 + amount, total.1 + 1);
            }
        }
        self.rank(top.k as usize, top.least);
        results.fill(None);
        for (pair, &(total, code)) in results.chunks_exact_mut(2).zip(&self.best) {
            pair.copy_from_slice(&[Some(f64::from(code)), Some(total)]);
        }
    }

    /// The first `k` groups into `best`; clears the totals.
    fn rank(&mut self, k: usize, least: bool) {
        // A sum that is no number (+∞ and −∞ met) is ranked last.
        let weight = |x: f64| if x.is_nan() { f64::NEG_INFINITY } else { x };
        let before = |a: (f64, u32), b: (f64, u32)| {
            let (x, y) = if least { (weight(-a.0), weight(-b.0)) } else { (weight(a.0), weight(b.0)) };
            x > y || (x == y && a.1 < b.1)
        };
        self.best.clear();
        for code in self.seen.drain(..) {
            let Some(total) = self.totals.get_mut(code as usize) else { continue };
            let entry = (core::mem::take(total).0, code);
            let at = self.best.partition_point(|&other| before(other, entry));
            if at < k {
                self.best.truncate(k - 1);
                self.best.insert(at, entry);
            }
        }
    }
}
