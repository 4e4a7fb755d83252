//! `cargo xtask demo`: the main job, start to end, with the tool as its users have it.

use std::path::PathBuf;

use anyhow::Result;

use crate::args::Args;
use crate::run::{program, root, run, target};
use crate::wasm::cargo_with_core;

const EXAMPLE: &str = "host/examples/german-credit";
const MODELS: [&str; 2] = ["scorecard", "xgboost"];

/// `cargo xtask demo [--no-serve] [--dev]`
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    // Serving a page comes with the browser; until then both ways end here.
    args.flag("--no-serve");
    let dev = args.flag("--dev");
    args.done()?;
    println!("Building the engine (WebAssembly) and the host{}", if dev { "" } else { ", optimised" });
    let profile = if dev { Profile::Dev } else { Profile::Release };
    let mut build = cargo_with_core(&["build", "--locked", "--package", "scorelet"])?;
    run(build.args(["--bin", "scorelet", "--example", "german-credit"]).args(profile.flags()))?;
    score(profile)?;
    println!("\nThe bundles and every decision are in {}", shown(&target().join("demo")));
    println!("\nNext:");
    let tool = shown(&profile.folder().join("scorelet"));
    let data = format!("{EXAMPLE}/data/german_credit.csv");
    println!("  {tool} explain target/demo/scorecard.sclb {data} --row 4");
    println!("  {tool} score target/demo/xgboost.sclb {data} --reasons --contribs -o scores.csv");
    println!("  {tool} certify target/demo/xgboost.sclb");
    println!("  {tool} bench target/demo/xgboost.sclb {data}");
    println!("  {tool} init my-card        # a bundle source of your own, with comments");
    Ok(true)
}

#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Dev,
    Release,
}

impl Profile {
    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
        }
    }

    fn folder(self) -> PathBuf {
        target().join(match self {
            Self::Dev => "debug",
            Self::Release => "release",
        })
    }
}

/// Builds the bundles, scores all applicants in wasm, prints the table and the figures.
pub(crate) fn score(profile: Profile) -> Result<()> {
    let folder = target().join("demo");
    std::fs::create_dir_all(&folder)?;
    let tool = profile.folder().join("scorelet");
    let data = format!("{EXAMPLE}/data/german_credit.csv");
    for model in MODELS {
        let bundle = folder.join(format!("{model}.sclb"));
        println!("\nBuilding the bundle of the {model} and scoring 1,000 applicants in wasm");
        run(program(&tool, &["build", &format!("{EXAMPLE}/{model}"), "-o"]).arg(&bundle))?;
        for format in ["ndjson", "csv"] {
            let output = folder.join(format!("{model}.{format}"));
            let how = ["--reasons", "--format", format, "--output"];
            run(program(&tool, &["score"]).arg(&bundle).arg(&data).args(how).arg(output))?;
        }
    }
    run(program(profile.folder().join("examples/german-credit"), &[]).arg(&folder))
}

/// A path as a person would type it at the root.
fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
