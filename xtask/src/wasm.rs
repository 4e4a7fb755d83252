//! The core as WebAssembly: built, optimised, its imports refused, its sizes printed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::args::Args;
use crate::run::{cargo, program, run, target};
use crate::setup;

/// Bytes of the optimised core after gzip -9 at most.
const GZIP_BUDGET: usize = 110 * 1024;

/// The level that makes the smallest file after gzip: LLVM has done the rest, and what the higher levels move about
/// compresses worse (docs/wasm-profile.md).
const LEVEL: &str = "-O1";

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
    optimise(&built, &optimised, LEVEL)?;
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
    let imports = imports(&bytes)?;
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

/// Compiles the core by the `wasm` profile; the file before optimisation.
fn build() -> Result<PathBuf> {
    setup::wasm_target()?;
    let package = ["--package", "scorelet-core", "--lib", "--profile", "wasm"];
    run(cargo(&["build", "--locked", "--quiet", "--target", "wasm32-unknown-unknown"]).args(package))?;
    Ok(target().join("wasm32-unknown-unknown/wasm/scorelet_core.wasm"))
}

/// Runs wasm-opt, unless its result is newer than its input.
fn optimise(from: &Path, to: &Path, level: &str) -> Result<()> {
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
    run(program("node", &[]).arg(script).arg(level).args(FEATURES).arg(from).arg("-o").arg(to))
}

/// Builds the core by several profiles and prints the sizes: the figures of docs/wasm-profile.md.
fn sweep() -> Result<()> {
    setup::wasm_target()?;
    let folder = target().join("wasm").join("sweep");
    for (opt, lto) in [("3", "fat"), ("3", "thin"), ("2", "fat"), ("s", "fat"), ("z", "fat")] {
        for simd in [true, false] {
            let name = format!("opt-{opt}-{lto}{}", if simd { "" } else { "-scalar" });
            let own = folder.join(&name);
            let mut command = cargo(&["build", "--locked", "--target", "wasm32-unknown-unknown"]);
            command.args(["--package", "scorelet-core", "--lib", "--profile", "wasm"]);
            command.env("CARGO_PROFILE_WASM_OPT_LEVEL", opt).env("CARGO_PROFILE_WASM_LTO", lto);
            command.env("CARGO_TARGET_DIR", &own);
            if !simd {
                command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "-C target-feature=-simd128");
                command.env("RUSTFLAGS", "-C target-feature=-simd128");
            }
            run(&mut command)?;
            let built = own.join("wasm32-unknown-unknown/wasm/scorelet_core.wasm");
            println!("  {name}: {}", Sizes::of(&std::fs::read(&built)?)?);
            for level in ["-O1", "-O3", "-Oz"] {
                let to = folder.join(format!("{name}{level}.wasm"));
                optimise(&built, &to, level)?;
                println!("  {name} wasm-opt {level}: {}", Sizes::of(&std::fs::read(&to)?)?);
            }
        }
    }
    Ok(())
}

/// An artefact's size as it is and as it travels.
pub(crate) struct Sizes {
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Sizes {
    fn of(bytes: &[u8]) -> Result<Self> {
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

/// How many imports a module declares: the count that its import section begins with.
fn imports(wasm: &[u8]) -> Result<u64> {
    let mut rest = wasm.strip_prefix(b"\0asm\x01\0\0\0").context("not a wasm module")?;
    while let Some((&id, after)) = rest.split_first() {
        let (len, body) = leb(after)?;
        if id == 2 {
            return Ok(leb(body)?.0);
        }
        rest = body.get(usize::try_from(len)?..).context("a wasm section is cut short")?;
    }
    Ok(0)
}

/// An unsigned LEB128 number and what follows it.
fn leb(bytes: &[u8]) -> Result<(u64, &[u8])> {
    let mut value = 0;
    for (i, &byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte < 0x80 {
            return Ok((value, bytes.get(i + 1..).unwrap_or_default()));
        }
    }
    bail!("a number in the wasm file is cut short")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_counted() {
        assert_eq!(imports(b"\0asm\x01\0\0\0").unwrap(), 0);
        // A custom section, then an import section of one function `a.b`.
        let one = b"\0asm\x01\0\0\0\x00\x02\x01x\x02\x07\x01\x01a\x01b\x00\x00";
        assert_eq!(imports(one).unwrap(), 1);
        assert!(imports(b"no wasm").is_err());
    }
}
