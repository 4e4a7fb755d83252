//! `scorelet score`.

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::{OnError, OutputFormat, ScoreArgs};
use super::table::{Preview, grouped};
use super::{resolve, term};
use crate::error::{HostError, Result, exit};
use crate::input::{BadRow, Format, Header, nearest};
use crate::score::{Done, Job, Plan, Request, Shape, push_cell};

/// Bad rows that are named; the rest is counted.
const NAMED: u64 = 20;

pub(super) fn run(args: &ScoreArgs) -> Result<u8> {
    let (model, key) = resolve::scorable(&args.model)?;
    let input = resolve::input(&args.input, &model)?;
    let request = Request {
        raw: args.raw,
        contribs: args.contribs,
        reasons: args.reasons,
        language: args.lang.clone(),
    };
    let mut plan = Plan::new(&model.bundle, &request);
    check_reasons(args, &plan)?;
    let format = output_format(args);
    keep(args, input.header.as_ref(), format, &mut plan)?;
    plan.number = format == OutputFormat::Table;
    let shape = match format {
        OutputFormat::Table | OutputFormat::Csv => Shape::Csv,
        OutputFormat::Json | OutputFormat::Ndjson => Shape::Ndjson,
    };
    let names = plan.names(&model.bundle);
    let threads =
        args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let (engine, _runtime) = resolve::engine(&args.engine, threads)?;
    let mut sink = Sink::open(args.output.as_deref(), format, &plan, &names, args.rows)?;
    let mut progress = Progress::new(&input, args, sink.is_preview());

    let job = Job::new(model, plan, shape, input.header, input.delimiter);
    let begun = Instant::now();
    let summary =
        crate::score::run(&job, &engine, key.as_ref(), threads, &input.name, input.cutter, &mut |done| {
            progress.chunk(done, args.on_error)?;
            sink.chunk(done, progress.rows)?;
            progress.advance(done);
            Ok(())
        });
    progress.bar.finish_and_clear();
    let summary = summary?;
    sink.close(summary.rows)?;
    if args.output.is_some() || format == OutputFormat::Table || summary.bad > 0 {
        let seconds = begun.elapsed().as_secs_f64().max(1e-9);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate for reading")]
        let rate = (summary.rows as f64 / seconds) as u64;
        let bad = match summary.bad {
            0 => String::new(),
            1 => ", 1 bad row left out".to_owned(),
            bad => format!(", {} bad rows left out", grouped(bad)),
        };
        let rows = if summary.rows == 1 { "row" } else { "rows" };
        term::say(&format!(
            "{} {rows} scored in {seconds:.2} s ({} rows/s){bad}",
            grouped(summary.rows),
            grouped(rate)
        ));
    }
    Ok(if summary.bad > 0 { exit::DIFFERENCE } else { exit::OK })
}

fn check_reasons(args: &ScoreArgs, plan: &Plan) -> Result<()> {
    let flag = match (args.reasons && plan.reasons.is_empty(), args.contribs && plan.contribs.is_empty()) {
        (true, _) => "--reasons",
        (_, true) => "--contribs",
        _ => return Ok(()),
    };
    Err(HostError::Usage {
        what: format!("{flag}: no score of this bundle gives reasons"),
        mend: "declare [scores.NAME.reasons] in the bundle source, or leave the flag out".to_owned(),
    })
}

/// What was asked for; else a table where a person looks; else what the file's name says.
fn output_format(args: &ScoreArgs) -> OutputFormat {
    args.format.unwrap_or_else(|| match &args.output {
        None if term::is_terminal() => OutputFormat::Table,
        None => OutputFormat::Csv,
        Some(path) => match path.extension().and_then(|extension| extension.to_str()) {
            Some("json") => OutputFormat::Json,
            Some("ndjson" | "jsonl") => OutputFormat::Ndjson,
            _ => OutputFormat::Csv,
        },
    })
}

fn keep(args: &ScoreArgs, header: Option<&Header>, format: OutputFormat, plan: &mut Plan) -> Result<()> {
    let Some(wanted) = &args.keep else { return Ok(()) };
    let usage = |what: String, mend: String| Err(HostError::Usage { what, mend });
    let Some(header) = header else {
        if matches!(format, OutputFormat::Table | OutputFormat::Csv) || !wanted.is_empty() {
            let what = "--keep with JSON input keeps whole records, in JSON output".to_owned();
            return usage(what, "give --keep without names, and --format json or ndjson".to_owned());
        }
        plan.keep_record = true;
        return Ok(());
    };
    if wanted.is_empty() {
        plan.keep = header.names.iter().cloned().zip(0..).collect();
        return Ok(());
    }
    for name in wanted.split(',').map(str::trim) {
        let Some(position) = header.names.iter().position(|known| known == name) else {
            let near = nearest(name, header.names.iter().map(String::as_str));
            let mend = near
                .map_or_else(|| "name columns of the input".to_owned(), |near| format!("is it `{near}`?"));
            return usage(format!("--keep: the input has no column `{name}`"), mend);
        };
        plan.keep.push((name.to_owned(), position));
    }
    Ok(())
}

/// Where the rows go.
enum Sink {
    Text { path: PathBuf, out: Box<dyn Write>, json: bool, first: bool },
    Preview(Preview),
}

impl Sink {
    fn open(
        path: Option<&Path>,
        format: OutputFormat,
        plan: &Plan,
        names: &[String],
        rows: u64,
    ) -> Result<Self> {
        if format == OutputFormat::Table && path.is_none() {
            return Ok(Self::Preview(Preview::new(plan, names, usize::try_from(rows).unwrap_or(usize::MAX))));
        }
        if format == OutputFormat::Table {
            return Err(HostError::Usage {
                what: "a table shows the first rows only, and is not written to a file".to_owned(),
                mend: "give --format csv, json or ndjson with -o".to_owned(),
            });
        }
        let (path, out): (PathBuf, Box<dyn Write>) = match path {
            Some(path) => {
                let file =
                    File::create(path).map_err(|error| HostError::Write { path: path.to_owned(), error })?;
                (path.to_owned(), Box::new(file))
            }
            None => (PathBuf::from("stdout"), Box::new(std::io::stdout().lock())),
        };
        let mut sink = Self::Text { path, out, json: format == OutputFormat::Json, first: true };
        if format == OutputFormat::Csv {
            let mut header = Vec::new();
            for (index, name) in names.iter().enumerate() {
                if index > 0 {
                    header.push(b',');
                }
                push_cell(&mut header, name.as_bytes());
            }
            header.push(b'\n');
            sink.write(&header)?;
        }
        Ok(sink)
    }

    fn is_preview(&self) -> bool {
        matches!(self, Self::Preview(_))
    }

    /// Takes a chunk; `base` rows were read before it.
    fn chunk(&mut self, done: &Done, base: u64) -> Result<()> {
        match self {
            Self::Preview(preview) => {
                preview.add(&done.chunk.out, base);
                Ok(())
            }
            Self::Text { json: false, .. } => self.write(&done.chunk.out),
            Self::Text { first, .. } => {
                // An array: what ends a line begins with a comma from the second row on.
                let mut text = Vec::with_capacity(done.chunk.out.len() + 64);
                for line in done.chunk.out.split_inclusive(|&byte| byte == b'\n') {
                    text.extend_from_slice(if *first { b"[\n" } else { b",\n" });
                    text.extend_from_slice(line.strip_suffix(b"\n").unwrap_or(line));
                    *first = false;
                }
                self.write(&text)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let Self::Text { path, out, .. } = self else { return Ok(()) };
        out.write_all(bytes).map_err(|error| HostError::Write { path: path.clone(), error })
    }

    fn close(mut self, rows: u64) -> Result<()> {
        match &mut self {
            Self::Preview(preview) => term::print(&preview.render(rows)),
            Self::Text { json, first, .. } => {
                let end: &[u8] = match (*json, *first) {
                    (false, _) => b"",
                    (true, true) => b"[]\n",
                    (true, false) => b"\n]\n",
                };
                self.write(end)?;
                let Self::Text { path, out, .. } = &mut self else { return Ok(()) };
                out.flush().map_err(|error| HostError::Write { path: path.clone(), error })
            }
        }
    }
}

/// Where in the input the run stands: bar, row and line numbers, bad rows.
struct Progress {
    bar: ProgressBar,
    name: String,
    /// Rows read before the chunk at hand.
    rows: u64,
    /// Lines before it; `None` where lines of chunks are not lines of the input (JSON).
    lines: Option<u64>,
    named: u64,
}

impl Progress {
    fn new(input: &resolve::Input, args: &ScoreArgs, preview: bool) -> Self {
        let visible = std::io::stderr().is_terminal()
            && (args.output.is_some() || preview || !std::io::stdout().is_terminal());
        let bar = match input.bytes {
            _ if !visible => ProgressBar::hidden(),
            Some(bytes) => {
                let style = "{bar:30} {bytes}/{total_bytes} {msg} {eta} left";
                ProgressBar::new(bytes).with_style(style_of(style))
            }
            None => ProgressBar::new_spinner().with_style(style_of("{spinner} {bytes} {msg}")),
        };
        let lines = match input.format {
            Format::Csv => Some(1),
            Format::Ndjson => Some(0),
            Format::Json => None,
        };
        Self { bar, name: input.name.clone(), rows: 0, lines, named: 0 }
    }

    /// Reports the chunk's bad rows; an error if the first one ends the run.
    fn chunk(&mut self, done: &Done, on_error: OnError) -> Result<()> {
        if let (Some(bad), OnError::Stop) = (done.bad.first(), on_error) {
            return Err(HostError::Row {
                row: self.rows + bad.row + 1,
                place: self.place(bad),
                code: bad.code,
                what: bad.what.clone(),
                mend: format!("{}; or leave such rows out: --on-error skip", bad.mend),
            });
        }
        for bad in &done.bad {
            if self.named == NAMED {
                self.bar.suspend(|| term::say("more bad rows follow; they are counted"));
            }
            self.named += 1;
            if self.named <= NAMED {
                let line = format!(
                    "bad row {}: [{}] {}: {}",
                    self.rows + bad.row + 1,
                    bad.code,
                    self.place(bad),
                    bad.what
                );
                self.bar.suspend(|| term::say(&line));
            }
        }
        Ok(())
    }

    fn advance(&mut self, done: &Done) {
        self.rows += done.rows_seen;
        self.lines = self.lines.map(|lines| lines + done.lines_seen);
        self.bar.inc(done.chunk.text.len() as u64);
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{} rows", grouped(self.rows)));
        }
    }

    fn place(&self, bad: &BadRow) -> String {
        let line = self.lines.map(|lines| format!(", line {}", lines + bad.line + 1));
        let row = format!(", row {}", self.rows + bad.row + 1);
        let column = bad.column.as_ref().map(|column| format!(", column `{column}`"));
        format!("{}{}{}", self.name, line.unwrap_or(row), column.unwrap_or_default())
    }
}

fn style_of(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
