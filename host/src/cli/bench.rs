//! `scorelet bench`.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::json;

use super::args::BenchArgs;
use super::table::grouped;
use super::{inspect, resolve, term};
use crate::bench::{Figures, measure};
use crate::error::{HostError, Result, exit};
use crate::input::Chunk;
use crate::runtime::{Artefact, Runtime};
use crate::score::{Engine, Job, Plan, Request, Shape, Worker};

pub(super) fn run(args: &BenchArgs) -> Result<u8> {
    let (model, key) = resolve::scorable(&args.model)?;
    let mut input = resolve::input(&args.input, &model)?;
    let artefact = Artefact::embedded();
    let runtime = Runtime::new(&artefact, resolve::limits(&args.limits, 4))?;
    let module = runtime.load(&artefact)?;

    // The first chunk's rows are what is measured: enough to be of all kinds, few enough for the cache.
    let plan = Plan::new(&model.bundle, &Request::default());
    let columns = plan.columns();
    let job = Job::new(model.clone(), plan, Shape::Csv, input.header.take(), input.delimiter);
    let mut worker = Worker::new(&job, Engine::Native.open(&model, key.as_ref())?)?;
    input.cutter.limit_records(model.bundle.fields.len());
    let mut chunk = Chunk::default();
    let name = input.name.clone();
    input.cutter.next(&mut chunk).map_err(|error| crate::input::Source::failed(&name, error))?;
    let block = worker.read(&chunk.text);
    if block.rows == 0 {
        let mend = "give a table with at least one good row".to_owned();
        return Err(HostError::Input { place: name, what: "it has no row to measure with".to_owned(), mend });
    }

    let time = Duration::from_millis(args.time);
    let figures = [Engine::Native, Engine::Wasm(module)]
        .iter()
        .map(|engine| measure(engine, &model, key.as_ref(), block.rows, &block.values, &columns, time))
        .collect::<Result<Vec<_>>>()?;
    let bundle = &model.bundle;
    if args.json {
        let value = json!({
            "bundle": bundle.meta.name,
            "digest": bundle.digest.to_string(),
            "bytes": model.bytes.len(),
            "fields": bundle.fields.len(),
            "nodes": bundle.graph.nodes().len(),
            "engines": figures,
        });
        term::print(&format!("{value:#}\n"))?;
        return Ok(exit::OK);
    }
    let mut out = format!(
        "{} {}: {}, {} fields, {} nodes; {} rows of {name}\n\n",
        bundle.meta.name,
        bundle.meta.version,
        inspect::size(model.bytes.len()),
        bundle.fields.len(),
        bundle.graph.nodes().len(),
        grouped(block.rows as u64),
    );
    rows(&mut out, &figures);
    term::print(&out)?;
    Ok(exit::OK)
}

fn rows(out: &mut String, figures: &[Figures]) {
    type Row = (&'static str, fn(&Figures) -> Option<f64>, &'static str);
    let lines: [Row; 5] = [
        ("one row, median", |f| Some(f.row_median_us), "µs"),
        ("one row, 99th percentile", |f| Some(f.row_p99_us), "µs"),
        ("batch, one thread", |f| Some(f.batch_rows_per_s), "rows/s"),
        ("bundle load", |f| Some(f.load_ms), "ms"),
        ("fresh instance", |f| f.instantiate_us, "µs"),
    ];
    let _ = write!(out, "{:26}", "");
    for figure in figures {
        let _ = write!(out, "{:>14}", figure.engine);
    }
    out.push('\n');
    for (name, value, unit) in lines {
        let _ = write!(out, "{name:26}");
        for figure in figures {
            let text = value(figure).map_or_else(|| "–".to_owned(), shown);
            let _ = write!(out, "{text:>14}");
        }
        let _ = writeln!(out, "  {unit}");
    }
}

fn shown(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a figure for reading")]
    let whole = value.round().max(0.0) as u64;
    if value >= 1000.0 { grouped(whole) } else { format!("{value:.2}") }
}
