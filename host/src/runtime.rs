//! The core's wasm under wasmtime: compiled once, cached, a fresh store for every job, and limits that hold.
//!
//! ```text
//! Artefact ──▶ Runtime::load ──▶ Module (InstancePre) ──▶ Instance ──▶ Session (an open bundle)
//! ```
//!
//! **NaN canonicalisation stays off.** No result can carry a NaN's bits: the core turns every value that is not finite into
//! a missing state and writes one constant NaN for it. Turning canonicalisation on would cost time and, worse, would make
//! wasmtime mend what a browser shows: a leak that `scorelet certify` has to find.

mod artefact;
mod cache;
mod engine;
mod instance;
mod session;

pub use artefact::{Artefact, hex};
pub use engine::{Limits, Module, Runtime};
pub use instance::Instance;
pub use session::{Flags, Session};
