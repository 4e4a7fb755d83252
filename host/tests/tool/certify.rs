//! Certification sees what differs.

use std::path::Path;

use scorelet::certify::{certify, generate, self_checks};
use scorelet::evaluate::Evaluator;
use scorelet::model::Model;

use super::sandbox::Sandbox;

#[test]
fn artefacts_are_named_with_digest_size_and_imports() {
    let sandbox = Sandbox::with_card();
    let text = sandbox.run(&["certify", "card.sclb", "--rows", "300"]).ok();
    for part in ["self-check", "300 rows", "sha-256", "imports    none", "certified"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let results: Vec<&str> = text.lines().filter(|line| line.contains("results")).collect();
    assert_eq!(results[0], results[1]);
    std::fs::write(sandbox.path("engine.wasm"), &scorelet::runtime::Artefact::embedded().bytes).unwrap();
    let again = sandbox.run(&["certify", "card.sclb", "--rows", "300", "--wasm", "engine.wasm"]).ok();
    assert!(again.contains("engine.wasm") && again.contains(results[0]), "{again}");
}

#[test]
fn what_is_no_engine_is_refused() {
    let sandbox = Sandbox::with_card();
    sandbox.write("text.wasm", "hello");
    let run = |file| sandbox.run(&["certify", "card.sclb", "--wasm", file]);
    run("text.wasm").fails(4, &["SCL-0714", "text.wasm", "docs/abi.md"]);
    let empty = wat::parse_str("(module (memory (export \"memory\") 1))").unwrap();
    std::fs::write(sandbox.path("empty.wasm"), empty).unwrap();
    run("empty.wasm").fails(4, &["SCL-0714", "scl_abi_version"]);
    run("none.wasm").fails(6, &["SCL-0701"]);
}

#[test]
fn a_failed_self_check_is_a_difference() {
    let sandbox = Sandbox::with_card();
    let source =
        sandbox.read("card/bundle.toml").replace("expect = { card = 590 }", "expect = { card = 591 }");
    sandbox.write("card/bundle.toml", &source);
    let ran = sandbox.run(&["certify", "card", "--rows", "10"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("expected 591") && ran.out.contains("NOT certified"), "{}", ran.out);
}

/// One point more in one bin: both the columns and the digests tell, and the row that shows it is named.
#[test]
fn one_changed_bin_is_found() {
    let sandbox = Sandbox::with_card();
    let load = |path: &Path| Model::load(path, None).unwrap();
    let card = load(&sandbox.path("card"));
    let source =
        sandbox.read("card/bundle.toml").replace("{ to = 3000, points = 10 }", "{ to = 3000, points = 11 }");
    sandbox.write("card/bundle.toml", &source);
    let changed = load(&sandbox.path("card"));
    let rows = generate(&card.bundle, 400);
    let mut engine = Evaluator::native(changed.bundle);
    let mut reference = Evaluator::native(card.bundle.clone());
    let report = certify(&card.bundle, &rows, &mut engine, Some(&mut reference)).unwrap();
    // Digests hold the bundle's own digest, so every row differs; the first named column is the changed one.
    assert!(report.differing > 0);
    let same =
        certify(&card.bundle, &rows, &mut Evaluator::native(card.bundle.clone()), Some(&mut reference))
            .unwrap();
    assert_eq!(same.differing, 0);
    assert_ne!(same.digest, report.digest);
    assert_eq!(self_checks(&card.bundle, &mut reference).unwrap().differing, 0);
}
