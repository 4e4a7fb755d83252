//! The project's own tasks. `cargo xtask help` lists them.
//!
//! Every task sets up what it needs at a pinned version, says what it does, and does it only once.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its streams")]

mod args;
mod check;
mod licences;
mod run;
mod setup;
mod structure;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::args::Args;

const HELP: &str = "\
cargo xtask TASK

  demo [--no-serve] [--dev]      build the host and the example bundles, score 1,000 applicants in wasm
  test [--only STEP]... [--list] every check and test there is; ends with `N passed, N failed`
  wasm [--sweep]                 build the core for wasm, optimise it, print its sizes; --sweep compares profiles
  help                           this text

Set-up (the wasm target, cargo-nextest, binaryen's wasm-opt) happens by itself, once.
";

fn main() -> ExitCode {
    let mut args = Args::from_env();
    match dispatch(&mut args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task; `false` if it ran and found something wrong.
fn dispatch(args: &mut Args) -> Result<bool> {
    match args.word().as_deref() {
        Some("test") => check::task(args),
        Some("wasm") => wasm::task(args),
        Some("help" | "--help" | "-h") | None => {
            print!("{HELP}");
            Ok(true)
        }
        Some(other) => bail!("there is no task `{other}`; `cargo xtask help` lists them"),
    }
}
