//! `cargo xtask demo`: the main job, start to end, with the tool as its users have it.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::args::Args;
use crate::run::{program, root, run, target};
use crate::wasm::cargo_with_core;
use crate::web;

pub(crate) const EXAMPLE: &str = "host/examples/german-credit";
/// The example's bundle sources, with their names for people.
pub(crate) const MODELS: [(&str, &str, &str); 2] =
    [("scorecard", "Scorecard", "评分卡"), ("xgboost", "XGBoost", "XGBoost")];
/// The scorecard cut in two: what the page sends to a lender.
pub(crate) const SPLIT: &str = "split";

/// Where the page is served unless that is taken or another port is asked for.
const PORT: u16 = 4173;

/// `cargo xtask demo [--no-serve] [--port N] [--dev]`
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let serve = !args.flag("--no-serve");
    let port = match args.value("--port")? {
        Some(port) => port.parse().context("--port takes a number from 0 to 65535")?,
        None => PORT,
    };
    let dev = args.flag("--dev");
    args.done()?;
    println!("Building the engine (WebAssembly) and the host{}", if dev { "" } else { ", optimised" });
    let profile = if dev { Profile::Dev } else { Profile::Release };
    let mut build = cargo_with_core(&["build", "--locked", "--package", "scorelet"])?;
    run(build.args(["--bin", "scorelet", "--example", "german-credit"]).args(profile.flags()))?;
    score(profile)?;
    web::split(profile)?;
    println!("\nThe bundles and every decision are in {}", shown(&target().join("demo")));
    println!("\nNext:");
    let tool = shown(&profile.tool());
    let data = format!("{EXAMPLE}/data/german_credit.csv");
    println!("  {tool} explain target/demo/scorecard.sclb {data} --row 4");
    println!("  {tool} score target/demo/xgboost.sclb {data} --reasons --contribs -o scores.csv");
    println!("  {tool} certify target/demo/xgboost.sclb");
    println!("  {tool} bench target/demo/xgboost.sclb {data}");
    println!(
        "  {tool} inspect target/demo/{SPLIT}.sclb --cut   # the scorecard in two stages: what leaves the device"
    );
    println!("  {tool} init my-card        # a bundle source of your own, with comments");
    if serve {
        println!("\nBuilding the page and the edge worker");
        web::build(profile)?;
        web::serve(port)?;
    }
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

    /// The host as this profile builds it.
    pub(crate) fn tool(self) -> PathBuf {
        self.folder().join("scorelet")
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
    let tool = profile.tool();
    let data = format!("{EXAMPLE}/data/german_credit.csv");
    for (model, ..) in MODELS {
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
