//! What runs in runtimes of JavaScript: the tests of the npm package, in Node and in Chromium.

use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{program, root, run, target};
use crate::wasm::cargo_with_core;
use crate::{npm, setup};

/// Node's test runner over some test files, one after another: they share the machine with a browser. Its last lines count
/// what passed.
fn node_tests(files: &[&str]) -> Result<Command> {
    let browser = setup::chromium()?;
    let mut command = program("node", &["--test", "--test-concurrency=1", "--test-reporter=spec"]);
    command.args(files).env("SCORELET_CHROMIUM", browser).env("CARGO_TARGET_DIR", target());
    Ok(command)
}

/// Tests of the packed tarball: `files` of `tests/browser/package`.
pub(crate) fn tests(files: &[&str]) -> Result<Command> {
    npm::pack()?;
    corpus()?;
    let files: Vec<String> =
        files.iter().map(|file| format!("tests/browser/package/{file}.test.mjs")).collect();
    node_tests(&files.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Writes the corpus for JavaScript, with what the native engine makes of it, into `target/browser-corpus`.
fn corpus() -> Result<()> {
    // The very build of the example's step: nothing is compiled twice.
    run(&mut examples()?)?;
    let writer = target().join("debug/examples/browser-corpus");
    if !writer.is_file() {
        bail!("{} was not built", writer.display());
    }
    run(program(writer, &[]).arg(target().join("browser-corpus")).current_dir(root()))
}

/// Builds every tool and example, as the other steps compile them.
fn examples() -> Result<Command> {
    cargo_with_core(&["build", "--workspace", "--all-features", "--bins", "--examples", "--locked"])
}
