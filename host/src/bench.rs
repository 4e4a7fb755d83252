//! Measurements of one bundle on one input: medians and minima, in both engines, in the same run.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::Result;
use crate::evaluate::Evaluator;
use crate::model::Model;
use crate::score::Engine;

/// Figures of one engine.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// `native` or `wasm`.
    pub engine: &'static str,
    /// One row, the call included: median, in microseconds.
    pub row_median_us: f64,
    /// One row: 99th percentile, in microseconds.
    pub row_p99_us: f64,
    /// Rows a second in batches, one thread: the best batch.
    pub batch_rows_per_s: f64,
    /// Rows of a batch.
    pub batch_rows: usize,
    /// From the bundle's bytes to the first score (verify, parse, check, compile): the best, in milliseconds.
    pub load_ms: f64,
    /// A fresh instance of the engine: the best, in microseconds. None natively.
    pub instantiate_us: Option<f64>,
}

/// Measures. `values` holds `rows` rows, column by column; each measurement takes about `time`.
pub fn measure(
    engine: &Engine,
    model: &Model,
    key: Option<&[u8; 32]>,
    rows: usize,
    values: &[f64],
    columns: &[u32],
    time: Duration,
) -> Result<Figures> {
    let instantiate_us = match engine {
        Engine::Wasm(module) => Some(best(time / 4, || module.instantiate().map(drop))? * 1e6),
        Engine::Native => None,
    };
    let load = best(time, || open(engine, model, key).map(drop))?;
    let load_ms = (load - instantiate_us.unwrap_or(0.0) / 1e6) * 1e3;

    let mut evaluator = open(engine, model, key)?;
    evaluator.select(columns)?;
    let singles: Vec<Vec<f64>> =
        (0..rows.min(4096)).map(|row| values.iter().skip(row).step_by(rows).copied().collect()).collect();
    let mut out = Vec::new();
    let mut times = Vec::new();
    let begun = Instant::now();
    while times.len() < 1000 || begun.elapsed() < time {
        for single in &singles {
            let start = Instant::now();
            evaluator.score_columns(1, single, &mut out)?;
            times.push(start.elapsed().as_secs_f64());
        }
        if times.len() > 2_000_000 || singles.is_empty() {
            break;
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(f64::NAN) * 1e6;

    let batch = best(time, || evaluator.score_columns(rows, values, &mut out))?;
    Ok(Figures {
        engine: if instantiate_us.is_some() { "wasm" } else { "native" },
        row_median_us: at(50),
        row_p99_us: at(99),
        batch_rows_per_s: rows as f64 / batch,
        batch_rows: rows,
        load_ms,
        instantiate_us,
    })
}

fn open(engine: &Engine, model: &Model, key: Option<&[u8; 32]>) -> Result<Evaluator> {
    match engine {
        Engine::Wasm(_) => engine.open(model, key),
        Engine::Native => {
            let trust = key.map_or(scorelet_core::bundle::Trust::Anyone, scorelet_core::bundle::Trust::Key);
            let bundle = scorelet_core::bundle::Bundle::open(&model.bytes, trust)
                .map_err(|error| crate::error::HostError::core(error, ""))?;
            Ok(Evaluator::native(bundle))
        }
    }
}

/// The shortest of the runs that fit into `time`, three at least, in seconds.
fn best(time: Duration, mut run: impl FnMut() -> Result<()>) -> Result<f64> {
    let (begun, mut shortest, mut runs) = (Instant::now(), f64::INFINITY, 0);
    while runs < 3 || begun.elapsed() < time {
        let start = Instant::now();
        run()?;
        shortest = shortest.min(start.elapsed().as_secs_f64());
        runs += 1;
    }
    Ok(shortest)
}
