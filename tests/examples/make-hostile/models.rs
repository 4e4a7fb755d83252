//! Broken model files, which stand in `tests/hostile/models` as they are: what each is refused with.

use std::collections::BTreeMap;
use std::fs;

use scorelet_tests::hostile::{model_refusal, refusal};

use crate::write;

/// Writes `expected.json`.
pub(crate) fn make() {
    let folder = scorelet_tests::data("hostile/models");
    let mut expected = BTreeMap::new();
    for entry in fs::read_dir(&folder).expect("the corpus is there").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != "expected.json" {
            let bytes = fs::read(entry.path()).expect("a readable file");
            let refused = model_refusal(&bytes).unwrap_or_else(|| panic!("{name} is not refused"));
            expected.insert(name, refusal(&refused));
        }
    }
    let text = serde_json::to_string_pretty(&expected).expect("texts and maps") + "\n";
    write(&folder.join("expected.json"), text.as_bytes());
}
