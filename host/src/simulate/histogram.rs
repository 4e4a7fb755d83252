//! How the compared score is spread under both bundles.

use serde::Serialize;

use super::{Both, Side};

/// Cells of a histogram.
const CELLS: usize = 24;

/// Counts in cells of equal width, the same for both bundles.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Histogram {
    /// Lower bound of the first cell.
    pub from: f64,
    /// Upper bound of the last cell, which is inside it.
    pub to: f64,
    /// Applicants in each cell.
    pub counts: Both<Vec<u64>>,
}

impl Histogram {
    /// Of the scores that are there; `None` if there is none, or only one value.
    pub(super) fn of(sides: Both<&[Side]>) -> Option<Self> {
        let all = sides.a.iter().chain(sides.b).map(|side| side.score).filter(|score| score.is_finite());
        let (from, to) =
            all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
        if from >= to {
            return None;
        }
        let width = (to - from) / CELLS as f64;
        let counts = sides.map(|sides| {
            let mut counts = vec![0; CELLS];
            for score in sides.iter().map(|side| side.score).filter(|score| score.is_finite()) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the cells")]
                let cell = (((score - from) / width) as usize).min(CELLS - 1);
                counts[cell] += 1;
            }
            counts
        });
        Some(Self { from, to, counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_score_is_in_a_cell() {
        let side = |score| Side { approved: true, score, pd: f64::NAN, band: None };
        let a: Vec<Side> = (0..=48).map(|n| side(f64::from(n))).collect();
        let b = vec![side(f64::NAN), side(48.0)];
        let found = Histogram::of(Both { a: &a, b: &b }).unwrap();
        assert_eq!(found.counts.a.iter().sum::<u64>(), 49);
        assert_eq!((found.counts.a[0], found.counts.a[23]), (2, 3));
        assert_eq!(found.counts.b[23], 1);
        assert_eq!(Histogram::of(Both { a: &b, b: &b }), None);
    }
}
