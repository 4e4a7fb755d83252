//! Scoring a table: cut → read → evaluate → write, over as many threads as asked for, in the order of the input.
//!
//! ```text
//! reader thread ──chunks──▶ workers (cells, engine, text) ──▶ in-order writer
//!       ▲                                                        │
//!       └────────────── empty buffers, a fixed number ◀──────────┘
//! ```
//!
//! The number of buffers bounds the memory: with a slow writer the reader waits.

mod pipeline;
mod plan;
mod rows;
mod text;
mod worker;

pub use pipeline::{Done, Summary, run};
pub use plan::{Figure, FigureKind, Plan, Request, Shape};
pub(crate) use plan::{column_name, inputs, origin};
pub use text::{push_cell, push_number};
pub use worker::{Engine, Job, Worker};
