//! The project's own tasks. `cargo xtask help` lists them.
//!
//! Every task sets up what it needs at a pinned version, says what it does, and does it only once.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool speaks on its streams")]

mod args;
mod bench_browser;
mod bench_edge;
mod bench_networks;
mod bench_peers;
mod check;
mod demo;
mod edge;
mod fuzz;
mod licences;
mod npm;
mod package;
mod peers;
mod python;
mod run;
mod setup;
mod structure;
mod wasm;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::args::Args;

const HELP: &str = "\
cargo xtask TASK

  demo [--no-serve] [--dev]      build the host and the example bundles, score 1,000 applicants in wasm; then build and
       [--port N]                serve the page on 127.0.0.1 (port 4173 or the first free one after it; 0: any)
  test [--only STEP]... [--list] every check and test there is; ends with `N passed, N failed`
  wasm [--sweep]                 build the core for wasm, optimise it, print its sizes; --sweep compares profiles
  edge [--dry-run]               build the edge worker for workerd and Cloudflare into target/edge/worker, print its sizes;
                                 --dry-run also does what wrangler would deploy, without deploying it
  npm                            build the npm package @scorelet/core, print its sizes, pack it into target/npm
  peers [--seed N] [--models N] [--older]
                                 the trainers themselves train random models now; every answer is compared
  bench-peers [--rounds N]       speed against XGBoost, LightGBM, YDF and lleaves, measured in turns in one run
  bench-browser [--rounds N]     speed of the npm package against ONNX Runtime Web, in turns in Chromium
  bench-networks [--rounds N]    networks in the core's wasm against ONNX Runtime and ONNX Runtime Web, in turns
  bench-edge [--rounds N] [--seconds N] [--connections N] [--cases NAME,…]
                                 the edge worker against an empty Rust worker, in turns under wrk on bare workerd
  fuzz TARGET [--seconds N]      one fuzz target under libFuzzer (needs a nightly toolchain, installed if missing)
  help                           this text

Set-up (the wasm target, cargo-nextest, the npm packages, binaryen's wasm-opt, Chromium, Python packages of the peers) happens by
itself, once. SCORELET_CHROMIUM names another Chromium than the system's.
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
        Some("demo") => demo::task(args),
        Some("test") => check::task(args),
        Some("wasm") => wasm::task(args),
        Some("npm") => npm::task(args),
        Some("edge") => edge::task(args),
        Some("peers") => peers::task(args),
        Some("fuzz") => fuzz::task(args),
        Some("bench-peers") => bench_peers::task(args),
        Some("bench-browser") => bench_browser::task(args),
        Some("bench-networks") => bench_networks::task(args),
        Some("bench-edge") => bench_edge::task(args),
        Some("help" | "--help" | "-h") | None => {
            print!("{HELP}");
            Ok(true)
        }
        Some(other) => bail!("there is no task `{other}`; `cargo xtask help` lists them"),
    }
}
