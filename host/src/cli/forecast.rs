//! `scorelet forecast`: what a bundle's forecasts tell, month by month.

use std::fmt::Write as _;

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::forecast::{Forecast, ForecastOutput, month_text};

use super::args::{ForecastArgs, ForecastFormat};
use super::{resolve, term};
use crate::error::{HostError, Result, exit};
use crate::input::Chunk;
use crate::score::{Job, Plan, Request, Shape, Worker, push_cell};

pub(super) fn run(args: &ForecastArgs) -> Result<u8> {
    let (model, key) = resolve::scorable(&args.model)?;
    if model.bundle.forecasts.is_empty() {
        return Err(HostError::Usage {
            what: "this bundle has no forecast".to_owned(),
            mend: "declare [forecasts.NAME] in the bundle source; `scorelet score` gives scores".to_owned(),
        });
    }
    let mut input = resolve::input(&args.input, &model)?;
    let (engine, _runtime) = resolve::engine(&args.engine, 1)?;
    let plan = Plan::new(&model.bundle, &Request::default());
    let name = input.name.clone();
    let job = Job::new(model.clone(), plan, Shape::Csv, input.header.take(), input.delimiter);
    let mut worker = Worker::new(&job, engine.open(&model, key.as_ref())?)?;
    input.cutter.limit_records(model.bundle.fields.len());

    let mut out = Out { format: args.format, months: args.months, text: String::new() };
    out.begin(job.bundle());
    let (mut chunk, mut before) = (Chunk::default(), 0);
    let read = |error| crate::input::Source::failed(&name, error);
    while input.cutter.next(&mut chunk).map_err(read)? {
        let block = worker.read(&chunk.text);
        if let Some(bad) = block.bad.first() {
            return Err(HostError::Row {
                row: before + bad.row + 1,
                place: format!("{name}, row {}", before + bad.row + 1),
                code: bad.code,
                what: bad.what.clone(),
                mend: bad.mend.clone(),
            });
        }
        let (rows, seen) = (block.rows, block.rows_seen);
        let records: Vec<(u64, Vec<f64>, Vec<u8>)> = (0..rows)
            .map(|row| {
                let values = block.values.iter().skip(row).step_by(rows).copied().collect();
                (before + block.numbers.get(row).copied().unwrap_or(0) + 1, values, block.events_of(row))
            })
            .collect();
        for (number, values, events) in records {
            worker.evaluator().events(&events)?;
            let decisions = worker.evaluator().decide(1, &values, false)?;
            if let Some(decision) = decisions.first() {
                out.add(job.bundle(), decision, number);
            }
        }
        before += seen;
    }
    out.end();
    term::print(&out.text)?;
    Ok(exit::OK)
}

/// The output as it grows.
struct Out {
    format: ForecastFormat,
    months: Option<u32>,
    text: String,
}

impl Out {
    fn begin(&mut self, bundle: &Bundle) {
        match self.format {
            ForecastFormat::Table => {
                let _ = writeln!(self.text, "{} {}", bundle.meta.name, bundle.meta.version);
            }
            ForecastFormat::Json => self.text.push_str("[\n"),
            ForecastFormat::Csv => self.text.push_str("row,forecast,month,level,value\n"),
        }
    }

    fn end(&mut self) {
        if self.format == ForecastFormat::Json {
            self.text.push_str("\n]\n");
        }
    }

    fn add(&mut self, bundle: &Bundle, decision: &Decision, row: u64) {
        let limit = self.months.map_or(usize::MAX, |months| months as usize);
        // Writing into a String cannot fail.
        if self.format == ForecastFormat::Json {
            let mut cut = decision.clone();
            for (forecast, output) in cut.forecasts.iter_mut().zip(&bundle.forecasts) {
                if let Some(forecast) = forecast {
                    forecast.values.truncate(output.levels.len().saturating_mul(limit));
                }
            }
            let mut bytes = Vec::new();
            cut.write_forecasts(bundle, &mut bytes);
            let told = String::from_utf8_lossy(&bytes);
            let comma = if self.text.ends_with("[\n") { "" } else { ",\n" };
            let _ = write!(self.text, "{comma}{{\"row\":{row},\"forecasts\":{told}}}");
            return;
        }
        for (forecast, output) in decision.forecasts.iter().zip(&bundle.forecasts) {
            let Some(forecast) = forecast else {
                if self.format == ForecastFormat::Table {
                    let _ =
                        writeln!(self.text, "\nrow {row}, {}: a value that it needs is absent", output.name);
                }
                continue;
            };
            match self.format {
                ForecastFormat::Csv => self.cells(forecast, output, row, limit),
                _ => self.table(forecast, output, row, limit),
            }
        }
    }

    /// A line for each month and level.
    fn cells(&mut self, forecast: &Forecast, output: &ForecastOutput, row: u64, limit: usize) {
        let mut name = Vec::new();
        push_cell(&mut name, output.name.as_bytes());
        let name = String::from_utf8_lossy(&name);
        let months = forecast.values.chunks(output.levels.len()).zip(forecast.month..);
        for (values, month) in months.take(limit) {
            for (&level, value) in output.levels.iter().zip(values) {
                let level = ForecastOutput::level_name(level);
                let _ = writeln!(self.text, "{row},{name},{},{level},{value}", month_text(month));
            }
        }
    }

    /// A line for each month, with a bar from the lowest level to the highest, on one scale for all months.
    fn table(&mut self, forecast: &Forecast, output: &ForecastOutput, row: u64, limit: usize) {
        let unit = if output.unit.is_empty() { String::new() } else { format!(", {}", output.unit) };
        let _ = write!(self.text, "\nrow {row}, {}{unit}\n\n  month  ", output.name);
        for &level in &output.levels {
            let _ = write!(self.text, "  {:>12}", ForecastOutput::level_name(level).to_uppercase());
        }
        self.text.push('\n');
        let shown = forecast.values.len().min(output.levels.len().saturating_mul(limit));
        let values = forecast.values.get(..shown).unwrap_or_default();
        let most = values.iter().fold(0.0_f64, |most, value| most.max(*value));
        let room = term::width().saturating_sub(12 + 14 * output.levels.len()).min(40);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the bar's width")]
        let cell = |value: f64| (value.max(0.0) / most * room as f64).round() as usize;
        for (values, month) in values.chunks(output.levels.len()).zip(forecast.month..) {
            let _ = write!(self.text, "  {}", month_text(month));
            for value in values {
                let _ = write!(self.text, "  {value:>12.4}");
            }
            if let (Some(&low), Some(&high), true) = (values.first(), values.last(), most > 0.0 && room >= 10)
            {
                let (low, high) = (cell(low).min(room), cell(high).min(room));
                let _ = write!(self.text, "  {}{}", "█".repeat(low), "░".repeat(high.saturating_sub(low)));
            }
            self.text.push('\n');
        }
    }
}
