//! Certification: the same rows through the native engine and through wasm artefacts, compared bit by bit.
//!
//! Rows are the bundle's self-checks and generated ones: field bounds, bin edges and split thresholds with their
//! neighbours one unit in the last place away, special codes, missing and unseen values, infinities and huge numbers, mixed
//! at random. The generator is deterministic, so two people certify the same rows.

mod compare;
mod events;
mod rows;

pub use compare::{Difference, Report, certify, self_checks};
pub use rows::{Rows, generate};
