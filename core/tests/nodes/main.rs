//! Every node kind but the forest: what it computes, its wire format, and that neither block size nor order of rows
//! changes a bit.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod arith;
mod bins;
mod categories;
mod events;
mod harness;
mod link;
mod models;
mod ops;
mod properties;
mod rounding;
mod scores;
mod series;
mod window;
