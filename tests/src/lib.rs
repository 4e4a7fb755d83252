//! One corpus, many runtimes.
//!
//! A case is data: a bundle, records and what they must come to. [`runtime::Runtime`] is what every place that runs the
//! engine looks like to a case; the tests under `tests/tests/` run the same cases through each and compare result digests.

pub mod compat;
pub mod corpus;
pub mod fuzz_targets;
pub mod generate;
pub mod hostile;
pub mod mutate;
pub mod random;
pub mod runtime;

use std::path::PathBuf;

/// A path under `tests/`.
pub fn data(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
