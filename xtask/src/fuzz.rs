//! `cargo xtask fuzz TARGET`: one fuzz target under libFuzzer.

use anyhow::{Result, bail};

use crate::args::Args;
use crate::run::{cargo, output, program, run, target};

const CARGO_FUZZ: &str = "0.13.2";

/// Sets up cargo-fuzz, writes the seeds, fuzzes for some seconds.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let seconds = args.value("--seconds")?.unwrap_or_else(|| "60".to_owned());
    let Some(name) = args.word() else { bail!("which target? they are listed in tests/fuzz/Cargo.toml") };
    args.done()?;
    if output(&mut program("rustup", &["run", "nightly", "rustc", "--version"])).is_err() {
        println!("  installing the nightly toolchain, which libFuzzer's instrumentation needs");
        run(&mut program("rustup", &["toolchain", "install", "nightly", "--profile", "minimal"]))?;
    }
    let tools = target().join("tools").join(format!("cargo-fuzz-{CARGO_FUZZ}"));
    let cargo_fuzz = tools.join("bin/cargo-fuzz");
    if !cargo_fuzz.is_file() {
        println!("  installing cargo-fuzz {CARGO_FUZZ} into target/tools");
        run(cargo(&["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ, "--root"]).arg(&tools))?;
    }
    let seeds = ["run", "--package", "scorelet-tests", "--no-default-features", "--example", "fuzz-seeds"];
    run(cargo(&seeds).arg("--locked"))?;
    // By rustup, so that the cargo that cargo-fuzz calls is the nightly one.
    let mut fuzz = program("rustup", &["run", "nightly"]);
    fuzz.arg(cargo_fuzz).args(["run", "--fuzz-dir", "tests/fuzz", &name, "--"]);
    // A slow input is a finding too: 10 seconds of an instrumented build are about one of a release build.
    let limit = format!("-max_total_time={seconds}");
    fuzz.args([&limit, "-timeout=10", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"]);
    // What `cargo run` set for this process would choose the toolchain and the target folder of the next one.
    for variable in ["CARGO", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
        fuzz.env_remove(variable);
    }
    run(&mut fuzz)?;
    Ok(true)
}
