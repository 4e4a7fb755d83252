//! What a fresh machine lacks, installed once at pinned versions.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run::{cargo, output, program, root, run, target};

const NEXTEST: &str = "0.9.143";
const BINARYEN: &str = "132.0.0";

/// The wasm target of the toolchain in use.
pub(crate) fn wasm_target() -> Result<()> {
    let sysroot = output(&mut program("rustc", &["--print", "sysroot"]))?;
    if PathBuf::from(sysroot.trim()).join("lib/rustlib/wasm32-unknown-unknown").is_dir() {
        return Ok(());
    }
    println!("  installing the Rust target wasm32-unknown-unknown");
    run(&mut program("rustup", &["target", "add", "wasm32-unknown-unknown"]))
}

/// The test runner.
pub(crate) fn nextest() -> Result<()> {
    if output(&mut cargo(&["nextest", "--version"])).is_ok() {
        return Ok(());
    }
    println!("  installing cargo-nextest {NEXTEST} (a few minutes, once)");
    // Without its self-updater: less to build, and versions stay pinned.
    let features = ["--no-default-features", "--features", "default-no-update"];
    let mut install = cargo(&["install", "cargo-nextest", "--locked", "--version", NEXTEST]);
    run(install.args(features))
}

/// The npm packages of the lock file, in `node_modules`. Nothing is done if they are those that were installed last.
pub(crate) fn npm() -> Result<()> {
    let lock = std::fs::read(root().join("package-lock.json")).context("there is no package-lock.json")?;
    let stamp = root().join("node_modules/.scorelet-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("  installing the npm packages of package-lock.json");
    run(&mut program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    std::fs::write(&stamp, lock)?;
    Ok(())
}

/// Chromium: the one that `SCORELET_CHROMIUM` names, or Debian's, installed if it is missing.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("SCORELET_CHROMIUM") {
        return Ok(path.into());
    }
    let path = PathBuf::from("/usr/bin/chromium");
    if !path.exists() {
        debian("chromium").context(
            "Chromium could not be installed; install it, or name another one by SCORELET_CHROMIUM",
        )?;
    }
    Ok(path)
}

/// The load generator of `bench-edge`.
pub(crate) fn wrk() -> Result<()> {
    if PathBuf::from("/usr/bin/wrk").exists() {
        return Ok(());
    }
    debian("wrk")
}

/// Installs one of Debian's packages.
fn debian(package: &str) -> Result<()> {
    println!("  installing {package} (Debian's package, once)");
    run(&mut program("apt-get", &["update", "--quiet=2"]))?;
    let install = ["install", "--yes", "--quiet=2", "--no-install-recommends", package];
    run(program("apt-get", &install).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// `wasm-opt`, as a script that Node runs.
pub(crate) fn wasm_opt() -> Result<PathBuf> {
    let folder = target().join("tools").join(format!("binaryen-{BINARYEN}"));
    let script = folder.join("node_modules/binaryen/bin/wasm-opt");
    if !script.is_file() {
        println!("  installing binaryen {BINARYEN} (wasm-opt) from npm into target/tools");
        std::fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
        let package = format!("binaryen@{BINARYEN}");
        let quiet = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
        run(program("npm", &["install", &package, "--prefix"]).arg(&folder).args(quiet))?;
    }
    Ok(script)
}
