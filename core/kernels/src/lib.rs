//! The loops of the Scorelet engine that are worth every byte they take: field values to columns, decision forests
//! and their Shapley values, the layers of networks.
//!
//! They stand in a crate of their own because cargo chooses between speed and size by the crate: in the wasm that ships this
//! one is compiled for speed, and everything around it (`scorelet-core`: bundles, records, decisions) for size. Nothing
//! here parses or fails: what it is given has been checked by `scorelet-core`, which is the API to use.

#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

pub mod activate;
pub mod admit;
pub mod binary;
pub mod civil;
pub mod column;
pub mod dense;
pub mod events;
pub mod forest;
mod functions;
pub mod norm;
#[cfg(test)]
mod random;
pub mod recurrent;
pub mod reduce;
pub mod series;
pub mod table;
pub mod treeshap;
mod vector;
pub mod walk;
pub mod window;
