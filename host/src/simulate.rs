//! What would change if one bundle took another's place: both score the same applicants, and the difference is counted.
//!
//! ```text
//! table ──▶ read (two engines, one pass) ──▶ Applicants, by columns ──▶ Report: figures, matrices, groups
//! ```
//!
//! `docs/simulation.md` defines every figure, with sources. Nothing here depends on a clock or on chance.

pub mod economics;
mod fairness;
mod figures;
mod histogram;
mod html;
mod labels;
mod read;
mod record;
mod report;
mod side;
pub mod words;

pub use fairness::{Fairness, Group, Outcome};
pub use figures::{Figures, Rate};
pub use histogram::Histogram;
pub use html::page;
pub use labels::Labels;
pub use read::{Ask, Table, read};
pub use report::{Both, Compared, Migration, Quadrant, Report, Segment, Slice};
pub use side::{Plan, Side, compared};

/// The applicants that both bundles could score, by columns: each has a value an applicant, in the order of the input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applicants {
    /// What the first bundle made of each.
    pub a: Vec<Side>,
    /// What the second made of each.
    pub b: Vec<Side>,
    /// Whether each turned out bad, where that is known; empty if no column says it.
    pub bad: Vec<Option<bool>>,
    /// What each would owe at default, what of it would be lost, what a good one earns; empty without economics.
    pub terms: Vec<economics::Terms>,
    /// The values of each segment, in the order asked for.
    pub segments: Vec<Labels>,
    /// The values of each declared attribute, with its reference group.
    pub attributes: Vec<(Labels, String)>,
    /// Rows that the first bundle could not score, those that the second could not, and all rows left out.
    pub left_out: [u64; 3],
}
