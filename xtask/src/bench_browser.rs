//! `cargo xtask bench-browser`: the npm package against ONNX Runtime Web, in turns in Chromium.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::args::Args;
use crate::bench_peers::verdict;
use crate::run::{node_tool, output, program, root, run, target};
use crate::wasm::cargo_with_core;
use crate::{npm, python, setup};

const FOLDER: &str = "tests/bench-browser";
const MODEL: &str = "xgboost-500x6";

/// Our figure over theirs, and the bound; a rate is turned round.
struct Bar {
    what: &'static str,
    ours: &'static str,
    theirs: &'static str,
    most: f64,
}

#[rustfmt::skip]
const BARS: &[Bar] = &[
    Bar { what: "cold start: fetch, compile, open, first score", ours: "cold_ms", theirs: "cold_ms", most: 1.0 / 10.0 },
    Bar { what: "single row, typed arrays", ours: "single_us", theirs: "single_us", most: 1.0 / 12.0 },
    Bar { what: "single row, object in, decision out", ours: "object_us", theirs: "single_us", most: 0.5 },
    Bar { what: "single row, object in, decision with TreeSHAP reasons out", ours: "reasons_us", theirs: "single_us", most: 0.5 },
    Bar { what: "batch", ours: "batch_us", theirs: "batch_us", most: 1.0 / 15.0 },
];

/// Sets up, builds, measures, prints.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let rounds = args.value("--rounds")?.unwrap_or_else(|| "5".to_owned());
    args.done()?;
    npm::build()?;
    setup::chromium()?;
    run(program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(root().join(FOLDER)))?;
    let models = target().join("peers").join("bench");
    let python = python::venv("bench", "tests/peers/bench/requirements.txt", false)?;
    std::fs::create_dir_all(&models)?;
    run(program(python, &["tests/peers/bench/onnx_model.py"]).arg(&models))?;
    let source = models.join("source");
    std::fs::create_dir_all(&source)?;
    std::fs::copy(root().join(FOLDER).join("bundle.toml"), source.join("bundle.toml"))?;
    std::fs::copy(models.join(format!("{MODEL}.json")), source.join("model.json"))?;
    run(&mut cargo_with_core(&["build", "--release", "--locked", "--package", "scorelet"])?)?;
    let (tool, key) = (target().join("release/scorelet"), models.join("publisher"));
    if !key.with_extension("key").is_file() {
        output(program(&tool, &["keygen"]).arg(&key))?;
    }
    let bundle = models.join(format!("{MODEL}.sclb"));
    let signed = ["--key".into(), key.with_extension("key")];
    output(program(&tool, &["build"]).arg(&source).arg("-o").arg(&bundle).args(signed))?;
    println!("  {rounds} rounds in Chromium");
    // One file, as a bundler makes it for a page, and as ONNX Runtime Web comes.
    let dist = models.join("package");
    let bundled = format!("--outfile={}", dist.join("index.js").display());
    let entry = ["core/js/dist/index.js", "--bundle", "--minify", "--format=esm", "--log-level=warning"];
    run(program(node_tool("esbuild/bin/esbuild"), &entry).arg(bundled))?;
    std::fs::copy(npm::wasm(), dist.join("scorelet_bg.wasm"))?;
    let script = format!("{FOLDER}/run.mjs");
    let text = output(program("node", &[&script]).arg(dist).arg(&models).args(["--rounds", &rounds]))?;
    std::fs::write(models.join("browser.json"), &text)?;
    report(&serde_json::from_str(&text).context("run.mjs printed no JSON")?)
}

fn report(results: &Value) -> Result<bool> {
    let figure = |engine: &str, key: &str| {
        let of = &results[engine];
        match key {
            "batch_us" => of["batch_rows_per_s"].as_f64().map(|rate| 1e6 / rate),
            _ => of[key].as_f64(),
        }
        .unwrap_or(f64::NAN)
    };
    println!("\n{results:#}\n");
    let mut met = true;
    for bar in BARS {
        let (ours, theirs) = (figure("scorelet", bar.ours), figure("onnxruntime_web", bar.theirs));
        let holds = ours / theirs <= bar.most;
        met &= holds;
        println!(
            "{}  {}: {ours:.2} against {theirs:.2}: 1/{:.1} (at most 1/{:.1})",
            verdict(holds),
            bar.what,
            theirs / ours,
            1.0 / bar.most
        );
    }
    let cold = figure("scorelet", "cold_ms");
    let holds = cold <= 60.0;
    println!("{}  cold start: {cold:.1} ms (at most 60)", verdict(holds));
    Ok(met & holds)
}
