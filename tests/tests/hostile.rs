//! The hostile corpus in every runtime: every broken input ends in the error that is written beside it.

use std::fs;

use scorelet_tests::data;
use scorelet_tests::hostile::{FileCase, RecordCase, model_refusal, outcome, refusal};
use scorelet_tests::runtime::{Native, Runtime, Wasmtime};

fn each_runtime(check: impl Fn(&mut dyn Runtime)) {
    check(&mut Native::default());
    check(&mut Wasmtime::default());
}

#[test]
fn bundles() {
    each_runtime(|runtime| {
        for case in FileCase::all("bundles") {
            let refused = runtime.open(&case.bytes).expect_err(&case.name);
            assert_eq!(refusal(&refused), case.expected, "{} in {}", case.name, runtime.name());
            assert!(!refused.mend.is_empty(), "{}", case.name);
        }
    });
}

#[test]
fn records() {
    let bundle = fs::read(data("hostile/records/bundle.scorelet")).unwrap();
    let expected = RecordCase::expected();
    each_runtime(|runtime| {
        runtime.open(&bundle).unwrap();
        for case in RecordCase::all() {
            let found = outcome(&runtime.score_json(case.json.as_bytes(), true));
            assert_eq!(Some(&found), expected.get(&case.name), "`{}` in {}", case.name, runtime.name());
        }
    });
}

#[test]
fn models() {
    for case in FileCase::all("models") {
        let refused = model_refusal(&case.bytes).unwrap_or_else(|| panic!("{} is not refused", case.name));
        assert_eq!(refusal(&refused), case.expected, "{}", case.name);
        assert!(!refused.mend.is_empty(), "{}", case.name);
    }
}
