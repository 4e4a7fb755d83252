//! `cargo xtask bench-networks`: two networks in the core's wasm (wasmtime and V8), ONNX Runtime Web and ONNX Runtime's C API, in turns in
//! one run.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::args::Args;
use crate::bench_peers::verdict;
use crate::python;
use crate::run::{cargo, output, program, root, run, target};
use crate::wasm::{artefact, cargo_with_core};

const SCRIPT: &str = "tests/peers/bench/networks.py";
const BROWSER: &str = "tests/bench-browser";

/// Our time over theirs at most, in wasmtime and in V8.
struct Bar {
    model: &'static str,
    theirs: &'static str,
    most: f64,
}

const BARS: &[Bar] = &[
    Bar { model: "dense", theirs: "onnxruntime_web", most: 1.0 / 12.0 },
    Bar { model: "dense", theirs: "onnxruntime", most: 1.0 / 3.0 },
    Bar { model: "gru", theirs: "onnxruntime_web", most: 0.7 },
    Bar { model: "gru", theirs: "onnxruntime", most: 1.4 },
];

/// Microseconds of one row, by model and engine: the least of the rounds.
type Figures = BTreeMap<String, BTreeMap<String, f64>>;

/// Sets up, builds, measures, prints.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let rounds =
        args.value("--rounds")?.map_or(Ok(5), |n| n.parse::<usize>()).context("--rounds takes a number")?;
    args.done()?;
    let python = python::venv("bench", "tests/peers/bench/requirements.txt", false)?;
    run(program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(root().join(BROWSER)))?;
    let folder = target().join("peers").join("networks");
    run(program(&python, &[SCRIPT, "models"]).arg(&folder))?;
    for model in ["dense", "gru"] {
        let command = [
            "run",
            "--quiet",
            "--locked",
            "-p",
            "scorelet-core",
            "--features",
            "author",
            "--example",
            "onnx_bundle",
            "--",
        ];
        let file = |ending: &str| folder.join(format!("{model}.{ending}"));
        run(cargo(&command).arg(file("onnx")).arg(file("sclb")))?;
    }
    run(&mut cargo_with_core(&["build", "--release", "--locked", "--package", "scorelet"])?)?;
    let (tool, wasm) = (target().join("release/scorelet"), artefact()?);
    let mut found = Figures::new();
    println!("  {rounds} rounds of every engine in turn (one thread each)");
    for _ in 0..rounds {
        let native =
            output(program(&python, &[SCRIPT, "measure"]).arg(&folder).arg("--scorelet").arg(&tool))?;
        let v8 = output(program("node", &[&format!("{BROWSER}/networks.mjs")]).arg(&wasm).arg(&folder))?;
        for text in [native, v8] {
            keep(&mut found, &serde_json::from_str(&text).context("a measurement printed no JSON")?);
        }
    }
    Ok(report(&found))
}

/// The least time of a round, and the largest error.
fn keep(found: &mut Figures, round: &Value) {
    for (model, figures) in round.as_object().into_iter().flatten() {
        for (engine, figure) in figures.as_object().into_iter().flatten() {
            let figure = figure.as_f64().unwrap_or(f64::NAN);
            let kept = found.entry(model.clone()).or_default().entry(engine.clone()).or_insert(figure);
            *kept = if engine == "error" { kept.max(figure) } else { kept.min(figure) };
        }
    }
}

fn report(found: &Figures) -> bool {
    for (model, figures) in found {
        println!("\n{model}");
        for (engine, figure) in figures {
            match engine.as_str() {
                "error" => println!("  largest difference from ONNX Runtime: {figure:.2e}"),
                _ => println!("  {engine:<20}{figure:>10.2} µs"),
            }
        }
    }
    println!();
    let of =
        |model: &str, engine: &str| found.get(model).and_then(|f| f.get(engine)).copied().unwrap_or(f64::NAN);
    let mut met = true;
    for Bar { model, theirs, most } in BARS {
        for ours in ["wasmtime", "v8"] {
            let ratio = of(model, ours) / of(model, theirs);
            met &= ratio <= *most;
            println!(
                "{}  {model}, {ours} against {theirs}: {ratio:.3} (at most {most:.3})",
                verdict(ratio <= *most)
            );
        }
    }
    for model in ["dense", "gru"] {
        let error = of(model, "error");
        met &= error <= 1e-6;
        println!("{}  {model}: largest difference {error:.1e} (at most 1e-6)", verdict(error <= 1e-6));
    }
    met
}
