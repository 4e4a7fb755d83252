//! Bindings: the plain exports that every artefact has, and those for JavaScript.

mod area;
#[cfg(feature = "browser")]
mod browser;
mod describe;
pub mod raw;
mod session;
