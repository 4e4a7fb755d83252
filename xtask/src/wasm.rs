//! The core as WebAssembly: built, optimised, its imports refused, its sizes printed.

mod module;
mod order;
mod silence;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::args::Args;
use crate::run::{cargo, program, root, run, target};
use crate::setup;

/// Bytes of the optimised core after gzip -9 at most. Networks, event features and Shapley values by coalitions took it from 120 KiB to
/// 190, decision tables, policies and formulas by another 16; 19 were taken off again, and 170 were wanted (docs/wasm-profile.md).
const GZIP_BUDGET: usize = 190 * 1024;

/// The passes that make the smallest file after gzip: those of -O1 from which every pass was taken out without which the file is no
/// larger, and the removal of parameters that no caller varies. LLVM has done the rest, and what the higher levels move about compresses
/// worse (docs/wasm-profile.md).
pub(crate) const PASSES: [&str; 21] = [
    "--optimize-instructions",
    "--simplify-locals-nostructure",
    "--reorder-locals",
    "--remove-unused-brs",
    "--coalesce-locals",
    "--reorder-locals",
    "--vacuum",
    "--merge-blocks",
    "--remove-unused-brs",
    "--merge-blocks",
    "--precompute",
    "--optimize-instructions",
    "--rse",
    "--vacuum",
    "--dae-optimizing",
    "--duplicate-function-elimination",
    "--simplify-globals",
    "--remove-unused-module-elements",
    "--reorder-globals",
    "--rse",
    "--vacuum",
];

/// Has to be the same as in `.cargo/config.toml`.
pub(crate) const FLAGS: &str = "-Ctarget-feature=+simd128";

/// How a crate is compiled that becomes a wasm: as nothing but that. As a library for other crates too, all that is public would have
/// to stay through link-time optimisation, which costs 7 KB and a tenth of the speed.
pub(crate) const ONLY_WASM: [&str; 7] =
    ["rustc", "--locked", "--quiet", "--target", "wasm32-unknown-unknown", "--crate-type", "cdylib"];

/// Without LLVM's rewriting of loops into running addresses: a load in wasm adds its offset for nothing, and without it 2 % less is left
/// after gzip, at the same speed.
const NO_LSR: &str = "-Cllvm-args=-disable-lsr";

/// What the Rust target switches on by itself, and SIMD128: wasm-opt must be told.
const FEATURES: [&str; 7] = [
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// `cargo xtask wasm`
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let sweep = args.flag("--sweep");
    args.done()?;
    if sweep {
        self::sweep()?
    } else {
        check()?
    }
    Ok(true)
}

/// The artefact that ships, built and optimised if it is not there yet. The host embeds it by `SCORELET_WASM`, so that
/// what is tested is what ships, and the core is compiled for wasm once.
pub(crate) fn artefact() -> Result<PathBuf> {
    let built = build()?;
    let optimised = target().join("wasm").join("scorelet_core.wasm");
    optimise(&built, &optimised, &PASSES)?;
    Ok(optimised)
}

/// A cargo command over crates that embed the core's wasm.
pub(crate) fn cargo_with_core(args: &[&str]) -> Result<Command> {
    let mut command = cargo(args);
    command.env("SCORELET_WASM", artefact()?);
    Ok(command)
}

/// Checks and measures the artefact that ships.
pub(crate) fn check() -> Result<()> {
    let optimised = artefact()?;
    let bytes = std::fs::read(&optimised)?;
    let imports = module::imports(&bytes)?;
    if imports != 0 {
        bail!("the core's wasm has {imports} imports; it must have none");
    }
    let sizes = Sizes::of(&bytes)?;
    println!("  {}: {sizes}; no imports", optimised.display());
    if sizes.gzip > GZIP_BUDGET {
        bail!("the core's wasm is {} bytes after gzip; the budget is {GZIP_BUDGET}", sizes.gzip);
    }
    Ok(())
}

/// Compiles the core by the `wasm` profile; the file before optimisation, which still has its names.
fn build() -> Result<PathBuf> {
    setup::wasm_target()?;
    let package = ["--package", "scorelet-core", "--lib", "--profile", "wasm"];
    let mut command = cargo(&ONLY_WASM);
    reproducible(&mut command, FLAGS);
    run(command.args(package))?;
    Ok(target().join("wasm32-unknown-unknown/wasm/scorelet_core.wasm"))
}

/// Makes a build for wasm the same in every folder and for every user (no path of this machine stands in it), and keeps
/// its names for [`silence`].
pub(crate) fn reproducible(command: &mut Command, flags: &str) {
    // Instead of those in .cargo/config.toml, which this variable overrides.
    let mut flags =
        vec![flags.to_owned(), NO_LSR.to_owned(), format!("--remap-path-prefix={}=.", root().display())];
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    // Each registry has a folder of its own, named after its address: that goes too.
    let registries = home.and_then(|home| std::fs::read_dir(home.join("registry/src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        flags.push(format!("--remap-path-prefix={}=", registry.path().display()));
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    command.env("CARGO_PROFILE_WASM_STRIP", "debuginfo");
}

/// Silences the panics, runs wasm-opt and puts like functions side by side, unless its result is newer than its input.
pub(crate) fn optimise(from: &Path, to: &Path, passes: &[&str]) -> Result<()> {
    let modified = |path: &Path| path.metadata().and_then(|m| m.modified());
    if let (Ok(from), Ok(to)) = (modified(from), modified(to))
        && to > from
    {
        return Ok(());
    }
    let script = setup::wasm_opt()?;
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let silent = to.with_extension("silent.wasm");
    let (wasm, _) = silence::silence(&std::fs::read(from)?)?;
    std::fs::write(&silent, wasm)?;
    let small = to.with_extension("small.wasm");
    let wasm_opt = |passes: &[&str], from: &Path, to: &Path| {
        run(program("node", &[]).arg(&script).args(passes).args(FEATURES).arg(from).arg("-o").arg(to))
    };
    wasm_opt(passes, &silent, &small)?;
    std::fs::write(&silent, order::ordered(&std::fs::read(&small)?)?)?;
    wasm_opt(&["--reorder-functions-by-name"], &silent, to)
}

/// Builds the core by several profiles and prints the sizes: the figures of docs/wasm-profile.md.
fn sweep() -> Result<()> {
    setup::wasm_target()?;
    let folder = target().join("wasm").join("sweep");
    for (opt, lto) in [("3", "fat"), ("3", "thin"), ("2", "fat"), ("s", "fat"), ("z", "fat")] {
        for simd in [true, false] {
            let name = format!("opt-{opt}-{lto}{}", if simd { "" } else { "-scalar" });
            let own = folder.join(&name);
            let mut command = cargo(&ONLY_WASM);
            command.args(["--package", "scorelet-core", "--lib", "--profile", "wasm"]);
            command.env("CARGO_PROFILE_WASM_OPT_LEVEL", opt).env("CARGO_PROFILE_WASM_LTO", lto);
            command.env("CARGO_TARGET_DIR", &own);
            reproducible(&mut command, if simd { FLAGS } else { "-Ctarget-feature=-simd128" });
            run(&mut command)?;
            let built = own.join("wasm32-unknown-unknown/wasm/scorelet_core.wasm");
            println!("  {name}: {}", Sizes::of(&std::fs::read(&built)?)?);
            for passes in [&PASSES[..], &["-O1"], &["-O3"], &["-Oz"]] {
                let to = folder.join(format!("{name}{}.wasm", passes.concat()));
                optimise(&built, &to, passes)?;
                println!("  {name} wasm-opt {}: {}", passes.join(" "), Sizes::of(&std::fs::read(&to)?)?);
            }
        }
    }
    Ok(())
}

/// An artefact's size as it is and as it travels.
pub(crate) struct Sizes {
    raw: usize,
    pub(crate) gzip: usize,
    brotli: usize,
}

impl Sizes {
    /// Measures some bytes.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(bytes)?;
        let mut brotli = Vec::new();
        let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut &*bytes, &mut brotli, &params)?;
        Ok(Self { raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
    }
}

impl std::fmt::Display for Sizes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes raw, {} gzip, {} brotli", self.raw, self.gzip, self.brotli)
    }
}
