//! A case as `tests/peers/README.md` describes it.

use std::path::{Path, PathBuf};

use scorelet_core::author::csv;
use serde_json::Value;

pub(crate) struct Case {
    pub(crate) folder: PathBuf,
    pub(crate) about: Value,
    /// Header, then a row a record.
    pub(crate) input: Vec<Vec<String>>,
    pub(crate) expected: Vec<Vec<String>>,
}

impl Case {
    pub(crate) fn read(folder: &Path) -> Self {
        let about = std::fs::read(folder.join("case.json")).unwrap();
        let rows = |name: &str| {
            let bytes = std::fs::read(folder.join(name)).unwrap();
            csv::parse(&bytes).unwrap().into_iter().map(|r| r.cells).collect()
        };
        Self {
            folder: folder.to_owned(),
            about: serde_json::from_slice(&about).unwrap(),
            input: rows("input.csv"),
            expected: rows("expected.csv"),
        }
    }

    /// Name and bytes of each file.
    pub(crate) fn models(&self) -> Vec<(&str, Vec<u8>)> {
        let names = self.about["models"].as_array().unwrap().iter().map(|n| n.as_str().unwrap());
        names.map(|name| (name, std::fs::read(self.folder.join(name)).unwrap())).collect()
    }
}

/// Cases under folders of some name, committed and live.
pub(crate) fn folders(beginning: &str) -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden");
    let roots = std::iter::once(golden).chain(std::env::var_os("SCORELET_LIVE").map(PathBuf::from));
    let mut out = Vec::new();
    for entry in roots.flat_map(|root| std::fs::read_dir(root).into_iter().flatten().flatten()) {
        if entry.file_name().to_string_lossy().starts_with(beginning) {
            for case in std::fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                if case.path().join("case.json").exists() {
                    out.push(case.path());
                }
            }
        }
    }
    out.sort();
    out
}
