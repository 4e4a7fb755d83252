//! Puts the core's wasm into the tool, so that `cargo install --path host` gives one self-sufficient file.
//!
//! `SCORELET_WASM` names a wasm that was built before; otherwise the core is built here, in a target directory of its own
//! (the outer build holds the lock of the shared one) and without the outer build's flags. `WASM_OPT_BIN` names a
//! `wasm-opt` to run over it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Has to be the same as in `.cargo/config.toml`: what is certified is what every other build of the core makes.
const FLAGS: &str = "-Ctarget-feature=+simd128";
/// As in `xtask/src/wasm.rs`.
const NO_LSR: &str = "-Cllvm-args=-disable-lsr";

fn main() {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = root.parent().expect("host/ lies in the workspace");
    println!("cargo:rerun-if-env-changed=SCORELET_WASM");
    println!("cargo:rerun-if-env-changed=WASM_OPT_BIN");

    let built = match env::var_os("SCORELET_WASM") {
        Some(file) => PathBuf::from(file),
        None => build_core(root, &out.join("core-wasm")),
    };
    println!("cargo:rerun-if-changed={}", built.display());
    let wasm = out.join("scorelet_core.wasm");
    match env::var_os("WASM_OPT_BIN").filter(|_| env::var_os("SCORELET_WASM").is_none()) {
        Some(tool) => optimise(Path::new(&tool), &built, &wasm),
        None => {
            let bytes = fs::read(&built).unwrap_or_else(|e| panic!("cannot read {}: {e}", built.display()));
            fs::write(&wasm, bytes).expect("OUT_DIR can be written");
        }
    }
}

fn build_core(root: &Path, target: &Path) -> PathBuf {
    for watched in ["core/src", "core/Cargo.toml", "core/kernels", "Cargo.toml", "Cargo.lock"] {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Whatever the outer build set for itself (flags, wrappers such as clippy's, profile overrides) must not leak into the
    // artefact: same source, same bytes.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let kept = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_HTTP_PROXY", "CARGO_TERM_COLOR"];
        let registries = text.starts_with("CARGO_REGISTR") || text.starts_with("CARGO_SOURCE");
        let outer = text.starts_with("CARGO") || text.starts_with("RUSTC") || text.starts_with("RUSTFLAGS");
        if outer && !registries && !kept.contains(&&*text) {
            cargo.env_remove(&name);
        }
    }
    let status = cargo
        .current_dir(root)
        .args(["rustc", "--quiet", "--package", "scorelet-core", "--lib", "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown", "--crate-type", "cdylib"])
        .arg("--target-dir")
        .arg(target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root))
        .status()
        .unwrap_or_else(|e| panic!("cannot run cargo for the core's wasm: {e}"));
    assert!(
        status.success(),
        "the core's wasm did not build; if its target is not there: rustup target add wasm32-unknown-unknown"
    );
    target.join("wasm32-unknown-unknown/wasm/scorelet_core.wasm")
}

/// No path of this machine may stand in the artefact: it has to be the same wherever it is built.
fn flags(root: &Path) -> String {
    let mut flags =
        vec![FLAGS.to_owned(), NO_LSR.to_owned(), format!("--remap-path-prefix={}=.", root.display())];
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=", registry.path().display()));
    }
    flags.join("\u{1f}")
}

fn optimise(tool: &Path, from: &Path, to: &Path) {
    let status = Command::new(tool)
        .args(["-O1", "--enable-simd", "--enable-bulk-memory", "--enable-nontrapping-float-to-int"])
        .args(["--enable-sign-ext", "--enable-mutable-globals"])
        .arg(from)
        .arg("-o")
        .arg(to)
        .status()
        .unwrap_or_else(|e| panic!("cannot run {}: {e}", tool.display()));
    assert!(status.success(), "wasm-opt failed");
}
