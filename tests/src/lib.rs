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

/// Folders of the trainer-made cases of these trainers: the committed ones, and those under the folder that `SCORELET_LIVE`
/// names, whose models were trained a minute ago (`cargo xtask peers`). In order of their paths.
pub fn trainer_cases(trainers: &[&str]) -> Vec<PathBuf> {
    let inside = |folder: &PathBuf| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let live = std::env::var_os("SCORELET_LIVE").map(PathBuf::from);
    let roots: Vec<PathBuf> = std::iter::once(data("golden")).chain(live).collect();
    let versions = roots.iter().flat_map(inside).filter(|version| {
        let name = version.file_name().unwrap_or_default().to_string_lossy();
        trainers.iter().any(|trainer| name.starts_with(trainer))
    });
    let mut found: Vec<PathBuf> = versions.collect::<Vec<_>>().iter().flat_map(inside).collect();
    found.sort();
    found
}
