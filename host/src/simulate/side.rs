//! What one bundle made of one applicant.

use scorelet_core::bundle::{Bundle, ScoreOutput};

use crate::approval::Approval;

/// What a bundle made of an applicant. A figure that the bundle does not have, or that is absent, is NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Side {
    /// Whether they would be approved.
    pub approved: bool,
    /// The compared score.
    pub score: f64,
    /// Its probability of default.
    pub pd: f64,
    /// Index of its band.
    pub band: Option<u32>,
}

/// How a side is read of a bundle.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What counts as approved.
    pub approval: Approval,
    /// The compared score, if there is one.
    pub score: Option<ScoreOutput>,
}

/// The columns that a side is read from, and where each stands among them.
pub(super) struct Columns {
    pub(super) selected: Vec<u32>,
    approval: Approval,
    score: Option<usize>,
    pd: Option<usize>,
    band: Option<usize>,
}

impl Columns {
    pub(super) fn new(Plan { approval, score }: Plan) -> Self {
        let mut selected = vec![approval.column];
        let mut add = |column: Option<u32>| {
            column.map(|column| {
                selected.push(column);
                selected.len() - 1
            })
        };
        let [score, pd, band] = match score {
            Some(score) => [add(score.score), add(score.pd), add(score.band)],
            None => [None; 3],
        };
        Self { selected, approval, score, pd, band }
    }

    /// The side of one row of `rows`, whose selected columns are `values`.
    pub(super) fn side(&self, values: &[f64], rows: usize, row: usize) -> Side {
        let at = |column: usize| values.get(column * rows + row).copied().unwrap_or(f64::NAN);
        let of = |column: Option<usize>| column.map_or(f64::NAN, at);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a band")]
        let band = Some(of(self.band)).filter(|band| *band >= 0.0).map(|band| band as u32);
        Side { approved: self.approval.passes(at(0)), score: of(self.score), pd: of(self.pd), band }
    }
}

/// The score that is compared: the one named, or the first that says most.
pub fn compared<'a>(bundle: &'a Bundle, name: Option<&str>) -> Option<&'a ScoreOutput> {
    match name {
        Some(name) => bundle.scores.iter().find(|score| score.name == name),
        None => {
            let figures = |s: &ScoreOutput| [s.score, s.pd, s.band].into_iter().flatten().count();
            // Of those that have as many figures, the bundle's first.
            bundle.scores.iter().rev().max_by_key(|score| figures(score))
        }
    }
}
