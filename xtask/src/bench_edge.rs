//! `cargo xtask bench-edge`: the edge worker against an empty Rust worker, in turns under wrk, each on bare workerd.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::args::Args;
use crate::bench_peers::verdict;
use crate::demo::Profile;
use crate::run::{output, program, root, run, target};
use crate::wasm::cargo_with_core;
use crate::{edge, npm, python, setup};

/// Writes the model of 500 trees, if it is not there.
const TRAIN: &str = "import sys; from pathlib import Path; sys.path.insert(0, 'tests/peers/bench'); import models; \
                     models.xgboost_model(Path(sys.argv[1]))";

/// A ratio to the empty worker that must hold.
struct Bar {
    what: &'static str,
    ours: &'static str,
    empty: &'static str,
    key: &'static str,
    bound: Bound,
}

enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

#[rustfmt::skip]
const BARS: &[Bar] = &[
    Bar { what: "decision from a receipt, stored: p50", ours: "receipt", empty: "empty_write", key: "p50_us", bound: Bound::AtMost(1.5) },
    Bar { what: "decision from a receipt, stored: throughput", ours: "receipt", empty: "empty_write", key: "per_second", bound: Bound::AtLeast(0.6) },
    Bar { what: "the same with exact TreeSHAP reasons: p50", ours: "receipt_reasons", empty: "empty_write", key: "p50_us", bound: Bound::AtMost(1.5) },
    Bar { what: "the same with exact TreeSHAP reasons: throughput", ours: "receipt_reasons", empty: "empty_write", key: "per_second", bound: Bound::AtLeast(0.6) },
    Bar { what: "whole record, not stored: p50", ours: "record", empty: "empty", key: "p50_us", bound: Bound::AtMost(1.25) },
];

const CASES: [&str; 7] =
    ["empty_write", "receipt", "receipt_reasons", "empty", "empty_read", "record", "record_reasons"];

/// Sets up, builds, measures, prints.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let rounds = args.value("--rounds")?.unwrap_or_else(|| "5".to_owned());
    let seconds = args.value("--seconds")?.unwrap_or_else(|| "3".to_owned());
    let connections = args.value("--connections")?.unwrap_or_else(|| "32".to_owned());
    let cases = args.value("--cases")?;
    args.done()?;
    setup::wrk()?;
    npm::build()?;
    let worker = edge::build()?;
    let empty = target().join("edge/empty");
    edge::assemble(
        "scorelet-empty-worker",
        &root().join("tests/edge/empty-worker"),
        &["workerd.capnp"],
        &empty,
    )?;
    // It only builds the bundles: as the other steps compile it.
    run(&mut cargo_with_core(&["build", "--workspace", "--all-features", "--bins", "--locked"])?)?;
    let models = target().join("peers").join("bench");
    std::fs::create_dir_all(&models)?;
    let model = models.join("xgboost-500x6.json");
    if !model.is_file() {
        let python = python::venv("bench", "tests/peers/bench/requirements.txt", false)?;
        run(program(python, &["-c", TRAIN]).arg(&models))?;
    }
    println!("  {rounds} rounds of {seconds} s, {connections} connections");
    let mut measure = program("node", &["tests/edge/bench/run.mjs"]);
    measure.arg(worker.join("workerd.capnp")).arg(empty.join("workerd.capnp")).arg(model);
    measure.args(["--rounds", &rounds, "--seconds", &seconds, "--connections", &connections]);
    if let Some(cases) = &cases {
        measure.args(["--cases", cases]);
    }
    let text = output(measure.env("SCORELET_TOOL", Profile::Dev.tool()))?;
    std::fs::write(target().join("edge/bench.json"), &text)?;
    Ok(report(&serde_json::from_str(&text).context("run.mjs printed no JSON")?))
}

fn report(results: &Value) -> bool {
    println!(
        "\n{:<16} {:>10} {:>10} {:>12} {:>14}",
        "case", "p50, ms", "p99, ms", "requests/s", "processor, ms"
    );
    // Cases that were not asked for have no rounds.
    let measured = |case: &str| results[case].is_array();
    for case in CASES.into_iter().filter(|case| measured(case)) {
        let figure = |key: &str| median(results, case, key);
        let (p50, p99) = (figure("p50_us") / 1000.0, figure("p99_us") / 1000.0);
        let processor = figure("processor_us") / 1000.0;
        println!("{case:<16} {p50:>10.2} {p99:>10.2} {:>12.0} {processor:>14.3}", figure("per_second"));
    }
    println!("\nreceipt: {} characters in base64url\n", results["receipt_bytes"]);
    let mut met = true;
    for bar in BARS.iter().filter(|bar| measured(bar.ours) && measured(bar.empty)) {
        let ratio = median(results, bar.ours, bar.key) / median(results, bar.empty, bar.key);
        let (holds, bound) = match bar.bound {
            Bound::AtMost(most) => (ratio <= most, format!("at most {most:.2}")),
            Bound::AtLeast(least) => (ratio >= least, format!("at least {least:.2}")),
        };
        met &= holds;
        println!("{}  {}: {ratio:.3} of the empty worker's ({bound})", verdict(holds), bar.what);
    }
    met
}

/// The median of the rounds; NaN, which meets no bar, if there is none.
fn median(results: &Value, case: &str, key: &str) -> f64 {
    let rounds = results[case].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut all: Vec<f64> = rounds.iter().filter_map(|round| round[key].as_f64()).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
}
