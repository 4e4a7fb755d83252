//! Writes `tests/compat/v1/`: bundles of this version with what they make of some records.
//!
//! For the release of a container version, once. A file that is there is left alone: what was released stays.

use std::fs;

use scorelet_core::bundle::Bundle;
use scorelet_tests::corpus::Case;
use scorelet_tests::runtime::Native;
use scorelet_tests::{compat, data, generate, random::Random};
use serde_json::Value;

/// Records of each bundle.
const RECORDS: usize = 40;

fn main() {
    fs::create_dir_all(data("compat/v1")).expect("the folder can be made");
    for case in Case::all() {
        let records: Vec<Value> = case.records.iter().take(RECORDS).cloned().collect();
        keep(&case.name, &case.bundle, &records);
    }
    // Generated ones that are small, the first of them signed: together every kind of node that version 1 has.
    let mut kept = 0;
    for seed in 0..200 {
        let parts = generate::bundle(seed);
        let fields = parts.fields.clone();
        let bytes = match kept {
            0 => Bundle::encode_signed(parts, &[3; 32]),
            _ => Bundle::encode(parts),
        };
        let bytes = bytes.expect("generated bundles are valid");
        if bytes.len() > 12_000 {
            continue;
        }
        let rows = generate::rows(&mut Random::new(seed), &fields, RECORDS, true);
        keep(&format!("generated-{seed}"), &bytes, &generate::records(&fields, &rows));
        kept += 1;
        if kept == 12 {
            break;
        }
    }
}

fn keep(name: &str, bytes: &[u8], records: &[Value]) {
    let path = data("compat/v1").join(format!("{name}.sclb"));
    if path.exists() {
        return;
    }
    let records = serde_json::to_vec(records).expect("JSON");
    let expected = compat::answers(&mut Native::default(), bytes, &records);
    let expected = serde_json::to_string_pretty(&expected).expect("JSON") + "\n";
    fs::write(path.with_extension("records.json"), records).expect("it can be written");
    fs::write(path.with_extension("expected.json"), expected).expect("it can be written");
    fs::write(path, bytes).expect("it can be written");
}
