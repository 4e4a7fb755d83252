//! Scorelet's host: everything that people who make and check bundles need, over the very WebAssembly that ships.
//!
//! The engine is `scorelet-core`. This crate holds no domain logic: it reads and writes files, runs the engine's wasm
//! under wasmtime ([`runtime`]) or the engine itself, and shows what it finds.

pub mod approval;
pub mod bench;
pub mod certify;
pub mod cli;
pub mod counterfactual;
pub mod edge;
pub mod error;
pub mod evaluate;
pub mod input;
pub mod model;
pub mod notice;
mod page;
pub mod performance;
pub mod runtime;
pub mod score;
pub mod simulate;
pub mod stages;
pub mod types;
pub mod value;

pub use error::HostError;
