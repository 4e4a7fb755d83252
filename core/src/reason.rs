//! Reason codes: how much each input of the explained model moved the score, and which of them to name.
//!
//! Every method gives one *contribution* an input, in the unit of the explained node's output, with a documented sum; the
//! contributions of one group are added, and the adverse ones are ranked. `docs/reason-codes.md` has formulas and sources.

mod coalitions;
#[cfg(feature = "author")]
pub mod counterfactual;
mod explain;
mod game;
mod linear;
mod path;
mod points;
mod quadrature;
mod rank;
mod shapley;
mod spec;
#[cfg(test)]
mod tests;
mod text;
mod treeshap;

pub use explain::{Contributions, Explainer};
pub use game::Game;
#[cfg(any(feature = "author", test))]
pub(crate) use path::Path;
pub use rank::Ranking;
pub use spec::{ReasonGroup, ReasonMethod, ReasonSpec};
pub use text::text_for;
pub use treeshap::TreeShap;

/// Reasons named at most, unless the bundle says otherwise: "disclosure of more than four reasons is not likely to be
/// helpful to the applicant" (Regulation B, official interpretation of 12 CFR 1002.9(b)(2), comment 1).
pub const DEFAULT_MAX: u32 = 4;

/// A named reason: a group and what it moved the explained output by (signed, in that output's unit).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// Index of the reason group in the bundle.
    pub group: u32,
    /// Sum of the contributions of the group's inputs. Its sign is the adverse one: negative where a higher output is
    /// better, positive where it is worse.
    pub contribution: f64,
}
