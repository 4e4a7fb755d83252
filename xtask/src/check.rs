//! `cargo xtask test`: every check and test there is, as named steps.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::args::Args;
use crate::demo::Profile;
use crate::run::{cargo, program, root, watch};
use crate::wasm::cargo_with_core;
use crate::{demo, edge, licences, npm, package, python, setup, structure, wasm, web};

/// What a step found.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Result<Tally>,
}

/// In this order: what is quick first. Clippy and the tests share the dev profile and all features, so that nothing is
/// compiled for one step only.
const STEPS: &[Step] = &[
    Step { name: "setup", what: "tools at pinned versions", run: setup_tools },
    Step { name: "fmt", what: "formatting", run: || command(&mut cargo(&["fmt", "--all", "--check"])) },
    Step { name: "structure", what: "length of files, unsafe code, stubs", run: || one(structure::check()) },
    Step { name: "licences", what: "licences of all dependencies", run: || one(licences::check()) },
    Step { name: "wasm", what: "the core as wasm: no imports, size budget", run: || one(wasm::check()) },
    Step { name: "clippy", what: "lints, warnings denied", run: clippy },
    Step { name: "unit", what: "unit and integration tests", run: unit },
    Step { name: "example", what: "the German credit example, as the demo runs it", run: example },
    Step { name: "npm", what: "the npm package: types, sizes, tarball", run: || one(npm::pack().map(drop)) },
    Step {
        name: "package",
        what: "the npm package: hostile input, receipts; the corpus in Node and Chromium",
        run: package_tests,
    },
    Step {
        name: "consumers",
        what: "the npm package in the tools and runtimes of its users",
        run: consumers,
    },
    Step { name: "browser", what: "the page in Chromium, used as a person would", run: browser },
    Step { name: "edge", what: "the edge worker: built, its size, what would be deployed", run: edge_worker },
    Step {
        name: "edge-tests",
        what: "the edge worker on workerd: end to end, kills, planted values",
        run: edge_tests,
    },
    Step { name: "openapi", what: "the OpenAPI document against the live worker", run: openapi },
    Step { name: "doctest", what: "examples in the documentation", run: doctest },
    Step { name: "doc", what: "documentation, warnings denied", run: doc },
];

/// Runs all steps, or those named by `--only`; every step runs even when an earlier one failed.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let mut only = Vec::new();
    while let Some(name) = args.value("--only")? {
        only.push(name);
    }
    let list = args.flag("--list");
    args.done()?;
    if list {
        STEPS.iter().for_each(|step| println!("{:<12} {}", step.name, step.what));
        return Ok(true);
    }
    if let Some(unknown) = only.iter().find(|name| STEPS.iter().all(|step| step.name != *name)) {
        bail!("there is no step `{unknown}`; `cargo xtask test --list` shows them");
    }

    let mut rows = Vec::new();
    for step in STEPS.iter().filter(|step| only.is_empty() || only.iter().any(|name| name == step.name)) {
        println!("\n== {}: {}", step.name, step.what);
        let start = Instant::now();
        let tally = (step.run)().unwrap_or_else(|error| {
            println!("{error:#}");
            Tally { passed: 0, failed: 1 }
        });
        rows.push((step.name, tally, start.elapsed()));
    }
    Ok(summary(&rows))
}

fn summary(rows: &[(&str, Tally, Duration)]) -> bool {
    println!();
    for (name, tally, time) in rows {
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        let (passed, failed) = (tally.passed, tally.failed);
        println!(
            "{name:<12} {verdict:<7} {passed:>6} passed {failed:>4} failed {:>7.1} s",
            time.as_secs_f64()
        );
    }
    let passed: usize = rows.iter().map(|row| row.1.passed).sum();
    let failed: usize = rows.iter().map(|row| row.1.failed).sum();
    println!("\n{passed} passed, {failed} failed");
    failed == 0
}

/// A check that counts as one test.
fn one(result: Result<()>) -> Result<Tally> {
    result.map(|()| Tally { passed: 1, failed: 0 })
}

/// A command: its tests counted if it reports any, else itself.
fn command(command: &mut Command) -> Result<Tally> {
    let mut tally = Tally::default();
    let success = watch(command, |line| count(line, &mut tally))?;
    if success && tally.passed == 0 {
        tally.passed = 1;
    }
    if !success && tally.failed == 0 {
        tally.failed = 1;
    }
    Ok(tally)
}

/// Adds the numbers of a summary line: nextest's `Summary [..] 9 tests run: 8 passed, 1 failed`, libtest's
/// `test result: FAILED. 8 passed; 1 failed; ..`, and those of `node --test`: `ℹ pass 8`, `ℹ fail 1`.
fn count(line: &str, tally: &mut Tally) {
    if let Some((what, number)) = line.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) {
        let number = number.parse::<usize>().unwrap_or(0);
        match what {
            "pass" => tally.passed += number,
            "fail" | "cancelled" => tally.failed += number,
            _ => {}
        }
        return;
    }
    // What a failed test itself printed stands indented under nextest, and may look like libtest's summary.
    if !line.trim_start().starts_with("Summary [") && !line.starts_with("test result:") {
        return;
    }
    let words: Vec<&str> = line.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    for pair in words.windows(2) {
        let [number, word] = pair else { continue };
        let Ok(number) = number.parse::<usize>() else { continue };
        match *word {
            "passed" => tally.passed += number,
            // nextest names a time-out and a failed start apart from a failed test.
            "failed" | "timed" | "exec" => tally.failed += number,
            _ => {}
        }
    }
}

fn setup_tools() -> Result<Tally> {
    setup::wasm_target()?;
    setup::nextest()?;
    setup::wasm_opt()?;
    one(Ok(()))
}

fn clippy() -> Result<Tally> {
    let deny = ["--", "-D", "warnings"];
    let all = ["--workspace", "--all-targets", "--all-features", "--locked"];
    let mut tally = command(cargo_with_core(&["clippy"])?.args(all).args(deny))?;
    // The core as it ships: without the write side.
    let runtime = command(cargo(&["clippy", "--package", "scorelet-core", "--locked"]).args(deny))?;
    tally.passed += runtime.passed;
    tally.failed += runtime.failed;
    Ok(tally)
}

fn unit() -> Result<Tally> {
    setup::nextest()?;
    // Failures are shown once, at the end.
    let how = ["--no-fail-fast", "--failure-output=final", "--status-level=fail", "--show-progress=none"];
    command(cargo_with_core(&["nextest", "run", "--workspace", "--all-features", "--locked"])?.args(how))
}

/// The host and the example's program, as the other steps compile them.
fn build_host() -> Result<Tally> {
    let targets = ["--bins", "--examples", "--locked"];
    command(cargo_with_core(&["build", "--workspace", "--all-features"])?.args(targets))
}

fn example() -> Result<Tally> {
    let built = build_host()?;
    if built.failed > 0 {
        return Ok(built);
    }
    one(demo::score(Profile::Dev))
}

fn browser() -> Result<Tally> {
    let chromium = setup::chromium()?;
    let built = build_host()?;
    if built.failed > 0 {
        return Ok(built);
    }
    web::build(Profile::Dev)?;
    let tally = command(node_tests(&test_files("tests/browser/page")?).env("SCORELET_CHROMIUM", chromium))?;
    Ok(Tally { passed: built.passed + tally.passed, failed: tally.failed })
}

/// Files of tests in a folder.
fn test_files(folder: &str) -> Result<Vec<String>> {
    let mut files: Vec<String> = std::fs::read_dir(root().join(folder))?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".test.mjs"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    files.sort();
    Ok(files)
}

/// Node's test runner, one file at a time: the times that they measure are of a machine that does nothing else.
fn node_tests(files: &[String]) -> Command {
    let mut tests =
        program("node", &["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-timeout=600000"]);
    tests.args(files).env("SCORELET_TOOL", Profile::Dev.tool());
    tests
}

fn edge_worker() -> Result<Tally> {
    edge::build()?;
    edge::dry_run()?;
    Ok(Tally { passed: 2, failed: 0 })
}

/// What the tests of the worker need: the host, the package and the worker itself.
fn edge_ready() -> Result<Tally> {
    let built = build_host()?;
    npm::build()?;
    edge::build()?;
    Ok(built)
}

const OPENAPI: &str = "tests/edge/openapi.test.mjs";

fn edge_tests() -> Result<Tally> {
    let built = edge_ready()?;
    let mut files = test_files("tests/edge")?;
    files.retain(|file| file != OPENAPI);
    let tally = command(node_tests(&files).env("SCORELET_CHROMIUM", setup::chromium()?))?;
    Ok(Tally { passed: built.passed + tally.passed, failed: built.failed + tally.failed })
}

fn openapi() -> Result<Tally> {
    let built = edge_ready()?;
    let python = python::venv("openapi", "tests/edge/openapi/requirements.txt", true)?;
    let program = python.with_file_name("schemathesis");
    let tally = command(node_tests(&[OPENAPI.to_owned()]).env("SCORELET_SCHEMATHESIS", program))?;
    Ok(Tally { passed: built.passed + tally.passed, failed: built.failed + tally.failed })
}

fn package_tests() -> Result<Tally> {
    command(&mut package::tests(&["hostile", "seal", "cache", "corpus"])?)
}

fn consumers() -> Result<Tally> {
    command(&mut package::tests(&["consumers"])?)
}

fn doctest() -> Result<Tally> {
    command(&mut cargo_with_core(&["test", "--doc", "--workspace", "--all-features", "--locked"])?)
}

fn doc() -> Result<Tally> {
    let mut doc = cargo_with_core(&["doc", "--workspace", "--no-deps", "--all-features", "--locked"])?;
    command(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_lines_are_counted() {
        let mut tally = Tally::default();
        count(
            "     Summary [   0.012s] 10 tests run: 8 passed, 1 failed, 1 timed out, 3 skipped",
            &mut tally,
        );
        count("test result: FAILED. 4 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out", &mut tally);
        count("8 passed", &mut tally);
        count("    test result: FAILED. 0 passed; 1 failed; 0 ignored", &mut tally);
        assert_eq!((tally.passed, tally.failed), (12, 3));
        for line in ["ℹ tests 9", "ℹ pass 7", "ℹ fail 1", "ℹ cancelled 1", "  ℹ pass 5"] {
            count(line, &mut tally);
        }
        assert_eq!((tally.passed, tally.failed), (19, 5));
    }
}
