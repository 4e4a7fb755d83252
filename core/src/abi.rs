//! Bindings: the plain exports that every artefact has.

mod describe;
pub mod raw;
mod session;
