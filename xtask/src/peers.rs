//! `cargo xtask peers`: the trainers train random models now, and every answer is compared.

use anyhow::Result;

use crate::args::Args;
use crate::run::{program, run, target};
use crate::wasm::cargo_with_core;
use crate::{python, setup};

/// Makes live cases by the trainers and runs the comparison over them.
pub(crate) fn task(args: &mut Args) -> Result<bool> {
    let seed = args.value("--seed")?.unwrap_or_else(|| "1".to_owned());
    let models = args.value("--models")?.unwrap_or_else(|| "40".to_owned());
    args.done()?;
    let python = python::venv("peers", "tests/peers/requirements.txt", true)?;
    let live = target().join("peers").join(format!("live-{seed}-{models}"));
    println!("  training {models} random models of each trainer (seed {seed}) into {}", live.display());
    let how = ["--seed", &seed, "--models", &models];
    run(program(python, &["tests/peers/generate.py", "--live"]).arg(&live).args(how))?;
    setup::nextest()?;
    let mut compare = cargo_with_core(&["nextest", "run", "--workspace", "--all-features", "--locked"])?;
    compare.args(["-E", "binary(golden)", "--no-fail-fast"]).env("SCORELET_LIVE_CASES", live);
    run(&mut compare)?;
    Ok(true)
}
