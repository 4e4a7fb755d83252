//! The Scorelet scoring engine: one credit-scoring function that gives the same bits in a browser tab, in an edge
//! worker and in a native host.
//!
//! Data flows one way: record → columns → features → models → scores → decision → reasons.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod abi;
#[cfg(feature = "author")]
pub mod author;
pub mod band;
pub mod bundle;
pub mod calibrate;
mod decimal;
pub mod decision;
pub mod error;
pub mod feature;
pub mod forecast;
pub mod graph;
mod json;
pub mod limits;
pub mod math;
pub mod model;
mod names;
#[cfg(feature = "author")]
pub mod notice;
pub mod policy;
pub mod reason;
pub mod record;
pub mod rounding;
pub mod scale;
pub mod schema;
pub mod scorer;
pub mod split;

pub use error::Error;
pub use scorelet_kernels::{column, events};
