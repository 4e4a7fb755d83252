//! The decision: what one record comes to.

mod canonical;
mod json;
#[cfg(feature = "author")]
mod read;
pub mod table;

pub use canonical::DECISION_VERSION;
pub use json::Audience;

use crate::bundle::Digest;
use crate::forecast::Forecast;
use crate::policy::PolicyResult;
use crate::reason::Reason;
use crate::record::Absent;

/// One score of a decision. A figure is `None` when the bundle does not compute it or a value it needs is absent.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoreResult {
    /// Scaled score.
    pub score: Option<f64>,
    /// Probability of default.
    pub pd: Option<f64>,
    /// The model's margin.
    pub margin: Option<f64>,
    /// Index of the band.
    pub band: Option<u32>,
    /// Ranked reasons; `None` if they were not asked for, or the score gives none.
    pub reasons: Option<Vec<Reason>>,
}

/// The final result for one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Digest of the bundle that made it.
    pub bundle: Digest,
    /// One result a score, in the bundle's order.
    pub scores: Vec<ScoreResult>,
    /// Values that were absent, with their states before imputation, in field order.
    pub absent: Vec<Absent>,
    /// Events after their reference time, which were left out: field and how many (at least 1), in field order.
    pub ignored: Vec<(u32, u32)>,
    /// One result a forecast, in the bundle's order; `None` if a value that it needs is absent.
    pub forecasts: Vec<Option<Forecast>>,
    /// What the policy came to; `None` if the bundle has none.
    pub policy: Option<PolicyResult>,
}
