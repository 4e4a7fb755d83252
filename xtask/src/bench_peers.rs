//! `cargo xtask bench-peers`: Scorelet and its peers measured in turns in one run, and the ratios held against the bars.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::args::Args;
use crate::python;
use crate::run::{output, program, run, target};
use crate::wasm::cargo_with_core;

/// A ratio that must hold: ours over theirs, or (for rates) theirs under ours.
struct Bar {
    what: &'static str,
    model: &'static str,
    ours: Ours,
    peer: &'static str,
    bound: Bound,
}

enum Ours {
    Single,
    Batch,
    Load,
}

enum Bound {
    /// Our time over the peer's at most.
    AtMost(f64),
    /// Our rate over the peer's at least.
    AtLeast(f64),
}

const LEAVES: &str = "lightgbm-500x255-leaves";
const DEEP: &str = "lightgbm-200-depth-14";
const SMALL: &str = "xgboost-500x6";
const OBLIVIOUS: &str = "catboost-500x6";

#[rustfmt::skip]
const BARS: &[Bar] = &[
    Bar { what: "single row, wasm, against LightGBM's single-row fast C API", model: SMALL, ours: Ours::Single, peer: "LightGBM/lightgbm-500x6", bound: Bound::AtMost(1.0 / 8.0) },
    Bar { what: "single row, wasm, against XGBoost's C API", model: SMALL, ours: Ours::Single, peer: "XGBoost/xgboost-500x6", bound: Bound::AtMost(1.0 / 40.0) },
    Bar { what: "single row, wasm, against YDF's C++ engine", model: SMALL, ours: Ours::Single, peer: "YDF/ydf-500x6", bound: Bound::AtMost(0.5) },
    Bar { what: "batch, wasm, against XGBoost", model: SMALL, ours: Ours::Batch, peer: "XGBoost/xgboost-500x6", bound: Bound::AtLeast(5.0) },
    Bar { what: "batch, wasm, against lleaves", model: SMALL, ours: Ours::Batch, peer: "lleaves/lightgbm-500x6", bound: Bound::AtLeast(3.0) },
    Bar { what: "batch, wasm, against YDF", model: SMALL, ours: Ours::Batch, peer: "YDF/ydf-500x6", bound: Bound::AtLeast(2.0) },
    Bar { what: "255 leaves: single row, wasm, against LightGBM", model: LEAVES, ours: Ours::Single, peer: "LightGBM/lightgbm-500x255-leaves", bound: Bound::AtMost(0.25) },
    Bar { what: "255 leaves: batch, wasm, against LightGBM", model: LEAVES, ours: Ours::Batch, peer: "LightGBM/lightgbm-500x255-leaves", bound: Bound::AtLeast(4.0) },
    Bar { what: "depth 14: single row, wasm, against LightGBM", model: DEEP, ours: Ours::Single, peer: "LightGBM/lightgbm-200-depth-14", bound: Bound::AtMost(0.25) },
    Bar { what: "depth 14: batch, wasm, against LightGBM", model: DEEP, ours: Ours::Batch, peer: "LightGBM/lightgbm-200-depth-14", bound: Bound::AtLeast(4.0) },
    Bar { what: "CatBoost: single row, wasm, against its exported C++ at -O3", model: OBLIVIOUS, ours: Ours::Single, peer: "CatBoost/catboost-500x6", bound: Bound::AtMost(0.7) },
    Bar { what: "CatBoost: batch, wasm, against CatBoost", model: OBLIVIOUS, ours: Ours::Batch, peer: "CatBoost/catboost-500x6", bound: Bound::AtLeast(1.0) },
];

/// Sets up the peers, builds the host, measures, prints.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let rounds = args.value("--rounds")?.unwrap_or_else(|| "5".to_owned());
    args.done()?;
    let python = python::venv("bench", "tests/peers/bench/requirements.txt", false)?;
    run(&mut cargo_with_core(&["build", "--release", "--locked", "--package", "scorelet"])?)?;
    let folder = target().join("peers").join("bench");
    println!("  training the models once, then {rounds} rounds of every engine in turn (one thread each)");
    let mut measure = program(python, &["tests/peers/bench/measure.py", "--rounds", &rounds, "--folder"]);
    measure.arg(&folder).arg("--scorelet").arg(target().join("release/scorelet"));
    let text = output(&mut measure)?;
    std::fs::write(folder.join("results.json"), &text)?;
    let results: Value = serde_json::from_str(&text).context("measure.py printed no JSON")?;
    Ok(report(&results))
}

fn report(results: &Value) -> bool {
    println!("\n{:<38} {:>14} {:>18}", "engine / model", "1 row, µs", "batch, rows/s");
    let line = |name: &str, single: f64, batch: f64| println!("{name:<38} {single:>14.2} {batch:>18.0}");
    for (name, row) in results["peers"].as_object().into_iter().flatten() {
        let number = |key: &str| row[key].as_f64().unwrap_or(f64::NAN);
        line(name, number("single_us"), number("batch_rows_per_s"));
    }
    for (name, why) in results["absent"].as_object().into_iter().flatten() {
        println!("{name:<38} not measured: {}", why.as_str().unwrap_or_default());
    }
    for model in [SMALL, "lightgbm-500x6", LEAVES, DEEP, OBLIVIOUS] {
        for engine in ["wasm", "native"] {
            let (single, batch) =
                (ours(results, model, engine, &Ours::Single), ours(results, model, engine, &Ours::Batch));
            line(&format!("Scorelet {engine}/{model}"), single, batch);
        }
    }
    println!();
    let mut met = true;
    for bar in BARS {
        let key = if matches!(bar.ours, Ours::Single) { "single_us" } else { "batch_rows_per_s" };
        let Some(theirs) = results["peers"][bar.peer][key].as_f64() else {
            println!("skipped  {}: {} was not measured", bar.what, bar.peer);
            continue;
        };
        let ratio = ours(results, bar.model, "wasm", &bar.ours) / theirs;
        let (holds, bound) = match bar.bound {
            Bound::AtMost(most) => (ratio <= most, format!("at most {most:.3}")),
            Bound::AtLeast(least) => (ratio >= least, format!("at least {least:.1}")),
        };
        met &= holds;
        println!("{}  {}: {ratio:.3} ({bound})", verdict(holds), bar.what);
    }
    let native = ours(results, SMALL, "native", &Ours::Single) / ours(results, SMALL, "wasm", &Ours::Single);
    println!("{}  single row, native against wasm: {native:.3} (at most 0.750)", verdict(native <= 0.75));
    let load = ours(results, SMALL, "wasm", &Ours::Load);
    println!("{}  bundle load in wasm: {load:.2} ms (at most 3.00)", verdict(load <= 3.0));
    met & (native <= 0.75) & (load <= 3.0)
}

/// A word before a bar.
pub(crate) fn verdict(holds: bool) -> &'static str {
    if holds { "met    " } else { "MISSED " }
}

/// The best of the rounds; NaN, which meets no bar, if there is none.
fn ours(results: &Value, model: &str, engine: &str, what: &Ours) -> f64 {
    let rounds = results["scorelet"][model].as_array().map(Vec::as_slice).unwrap_or_default();
    let engines = rounds.iter().filter_map(|round| round["engines"].as_array()).flatten();
    let of_engine = engines.filter(|figures| figures["engine"] == engine);
    let of = |key: &str| of_engine.filter_map(|figures| figures[key].as_f64()).collect::<Vec<_>>();
    match what {
        Ours::Single => of("row_median_us").into_iter().fold(f64::NAN, f64::min),
        Ours::Batch => of("batch_rows_per_s").into_iter().fold(f64::NAN, f64::max),
        Ours::Load => of("load_ms").into_iter().fold(f64::NAN, f64::min),
    }
}
