//! What is fuzzed: functions of bytes that must come back, whatever the bytes are: a result or a typed error with code,
//! place and mend; no panic, no hang.
//!
//! The same functions run under libFuzzer (`tests/fuzz`, `cargo xtask fuzz TARGET`) and, seeded and short, on stable in
//! `tests/tests/fuzz_smoke.rs`. What either finds is kept in `tests/fuzz/regressions/TARGET/`.

mod abi;
mod engine;
mod importers;
mod seeds;
mod split;

use scorelet_core::Error;

/// One target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name.
    pub name: &'static str,
    /// What it does with bytes.
    pub run: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target { name: "container", run: engine::container, seeds: seeds::bundles },
    Target { name: "plan", run: engine::plan, seeds: seeds::contents },
    Target { name: "record", run: engine::record, seeds: seeds::records },
    Target { name: "columns", run: engine::columns, seeds: seeds::columns },
    Target { name: "local_data", run: split::local_data, seeds: split::local_data_seeds },
    Target { name: "receipt", run: split::receipt, seeds: split::receipt_seeds },
    Target { name: "raw_abi", run: abi::calls, seeds: seeds::calls },
    Target { name: "bundle_source", run: engine::bundle_source, seeds: seeds::bundle_sources },
    Target { name: "xgboost_json", run: importers::xgboost, seeds: importers::xgboost_json_seeds },
    Target { name: "xgboost_ubjson", run: importers::xgboost, seeds: importers::xgboost_ubjson_seeds },
    Target { name: "lightgbm", run: importers::lightgbm, seeds: importers::lightgbm_seeds },
    Target { name: "catboost", run: importers::catboost, seeds: importers::catboost_seeds },
    Target { name: "optbinning", run: importers::optbinning, seeds: importers::optbinning_seeds },
    Target { name: "scorecardpy", run: importers::scorecardpy, seeds: importers::scorecardpy_seeds },
    Target { name: "toad", run: importers::toad, seeds: importers::toad_seeds },
    Target { name: "onnx", run: importers::onnx, seeds: importers::onnx_seeds },
    Target { name: "dmn", run: importers::dmn, seeds: importers::dmn_seeds },
    Target { name: "pmml", run: importers::pmml, seeds: importers::pmml_seeds },
];

/// Runs the target of that name.
///
/// # Panics
/// If there is no such target, and when the target finds something.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target of that name");
    (target.run)(data);
}

/// Every error must say what it is.
fn check_error(error: &Error) {
    let code = error.code();
    assert!(code.len() == 8 && code.starts_with("SCL-"), "an odd code {code}");
    assert!(!error.to_string().is_empty(), "{code} without a message");
    assert!(!error.place().is_empty(), "{code} without a place");
    assert!(!error.mend().is_empty(), "{code} without a mend");
}
