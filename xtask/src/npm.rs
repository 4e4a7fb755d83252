//! `cargo xtask npm`: the npm package `@scorelet/core`, built, measured and packed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use wasm_bindgen_cli_support::Bindgen;

use crate::args::Args;
use crate::run::{cargo, node_tool, output, program, root, run, target};
use crate::setup;
use crate::wasm::{FLAGS, ONLY_WASM, PASSES, Sizes, optimise, reproducible};

/// Bytes of the wasm as it ships (engine, signature, bindings, sealing) after gzip -9 at most. Without sealing it was 120 KB:
/// HPKE (X25519, HKDF, ChaCha20-Poly1305), the commitment and the canonical record came to 146; all model families and event features
/// are the rest (docs/wasm-profile.md).
const WASM_BUDGET: usize = 221 * 1024;
/// Bytes of all JavaScript of one entry after gzip -9 at most. Without `localCreditData` and `seal` it was 12 KB, without event
/// lists 13.
const JS_BUDGET: usize = 14 * 1024;

/// References to JavaScript's values in wasm. The bindings hardly pass any, and without them `scorelet certify --wasm` can run
/// the very file that ships: wasmtime would need its garbage collector for them.
pub(crate) const EXTERNREF: &str = "reference-types";

/// The package's folder.
fn package() -> PathBuf {
    root().join("core/js")
}

/// `cargo xtask npm`
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    args.done()?;
    let tarball = pack()?;
    println!("  {}", tarball.display());
    Ok(true)
}

/// Builds the package and packs it; the tarball, whose name never changes.
pub(crate) fn pack() -> Result<PathBuf> {
    build()?;
    let folder = target().join("npm");
    fs::create_dir_all(&folder)?;
    let listed = output(
        program("npm", &["pack", "--json", "--loglevel=error", "--pack-destination"])
            .arg(&folder)
            .current_dir(package()),
    )?;
    let listed: Value = serde_json::from_str(&listed).context("npm pack does not answer in JSON")?;
    // One object a package: a list, or by the package's name.
    let first = listed.get(0).or_else(|| listed.as_object().and_then(|all| all.values().next()));
    let name = first.and_then(|package| package["filename"].as_str()).context("npm pack names no file")?;
    Ok(folder.join(name.replace('@', "").replace('/', "-")))
}

/// The wasm that ships in the package.
pub(crate) fn wasm() -> PathBuf {
    package().join("dist/scorelet_bg.wasm")
}

/// Builds wasm and JavaScript into `core/js/dist`, prints their sizes and refuses what is too large.
pub(crate) fn build() -> Result<()> {
    setup::npm()?;
    let engine = bindings()?;
    let sources = package().join("src/engine");
    fs::create_dir_all(&sources)?;
    for file in ["scorelet.js", "scorelet.d.ts"] {
        copy(&engine.join(file), &sources.join(file))?;
    }
    let dist = package().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    let tsc = node_tool("typescript/bin/tsc");
    run(program("node", &[]).arg(&tsc).args(["--project", "core/js/tsconfig.json"]))?;
    run(program("node", &[]).arg(&tsc).args(["--project", "core/js/tsconfig.types.json"]))?;
    // The generated glue without its comments, which are for its types.
    let minified = dist.join("engine/scorelet.js");
    let esbuild = node_tool("esbuild/bin/esbuild");
    run(program(
        esbuild,
        &["core/js/src/engine/scorelet.js", "--minify", "--format=esm", "--log-level=warning"],
    )
    .arg(format!("--outfile={}", minified.display())))?;
    copy(&sources.join("scorelet.d.ts"), &dist.join("engine/scorelet.d.ts"))?;
    let shipped = wasm();
    fs::copy(engine.join("scorelet_bg.opt.wasm"), &shipped)?;
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(root().join(licence), package().join(licence))?;
    }
    measure(&shipped, &dist)
}

/// The engine with its bindings for JavaScript: the folder with `scorelet.js`, its types and the optimised wasm.
fn bindings() -> Result<PathBuf> {
    setup::wasm_target()?;
    // A target folder of its own: the file has the same name as the one without bindings.
    let own = target().join("browser-wasm");
    let package = ["--package", "scorelet-core", "--lib", "--features", "browser", "--profile", "wasm"];
    let mut build = cargo(&ONLY_WASM);
    reproducible(&mut build, &format!("{FLAGS},-{EXTERNREF}"));
    run(build.args(package).arg("--target-dir").arg(&own))?;
    let built = own.join("wasm32-unknown-unknown/wasm/scorelet_core.wasm");
    let out = target().join("npm/engine");
    let bound = out.join("scorelet_bg.wasm");
    // Each time: what is set here is no input that has a time of its own.
    let mut bindgen = Bindgen::new();
    let mut module = fs::read(&built)?;
    switch_off(&mut module, EXTERNREF);
    bindgen.input_bytes("scorelet", module).out_name("scorelet").typescript(true).web(true)?;
    bindgen.omit_default_module_path(true).reset_state_function(true);
    // Names as they are, until wasm-opt has sorted the functions by them.
    bindgen.remove_producers_section(true).demangle(false);
    bindgen.generate(&out)?;
    startless(&out.join("scorelet.js"))?;
    optimise(&bound, &out.join("scorelet_bg.opt.wasm"), &PASSES)?;
    Ok(out)
}

/// Takes out the call of the module's start from the glue that makes a new instance after a trap: without references there is no
/// start, and wasm-bindgen calls it there all the same.
fn startless(glue: &Path) -> Result<()> {
    const CALL: &str = "    wasm.__wbindgen_start();\n";
    let text = fs::read_to_string(glue)?;
    // Where the first instance is started too, there is one.
    if text.matches("__wbindgen_start").count() == 1 {
        fs::write(glue, text.replace(CALL, ""))?;
    }
    Ok(())
}

/// Takes back that a module uses a feature, so that wasm-bindgen does without: std was compiled with it, and its mark stays.
pub(crate) fn switch_off(module: &mut [u8], feature: &str) {
    let mark = [&[b'+', feature.len() as u8], feature.as_bytes()].concat();
    if let Some(at) = module.windows(mark.len()).rposition(|bytes| bytes == mark)
        && let Some(sign) = module.get_mut(at)
    {
        *sign = b'-';
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("could not copy {}", from.display()))?;
    Ok(())
}

/// Prints and gates the sizes.
fn measure(wasm: &Path, dist: &Path) -> Result<()> {
    let sizes = Sizes::of(&fs::read(wasm)?)?;
    println!("  scorelet_bg.wasm: {sizes}");
    if sizes.gzip > WASM_BUDGET {
        bail!("the package's wasm is {} bytes after gzip; the budget is {WASM_BUDGET}", sizes.gzip);
    }
    let mut files = Vec::new();
    javascript(dist, &mut files)?;
    files.sort();
    let mut all = Vec::new();
    for file in &files {
        all.extend(fs::read(file)?);
    }
    let sizes = Sizes::of(&all)?;
    println!("  JavaScript, {} files, all entries: {sizes}", files.len());
    if sizes.gzip > JS_BUDGET {
        bail!("the package's JavaScript is {} bytes after gzip; the budget is {JS_BUDGET}", sizes.gzip);
    }
    Ok(())
}

fn javascript(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            javascript(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "js") {
            found.push(path);
        }
    }
    Ok(())
}
