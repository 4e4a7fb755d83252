//! Rows as the output has them.

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::policy::Outcome;

use super::plan::{Figure, FigureKind, Plan, Shape};
use super::text::{push_cell, push_number};
use super::worker::Job;
use crate::input::{Block, Cell, Cells};

/// What the engine found for a block.
#[derive(Default)]
pub(super) struct Results {
    /// The plan's figures and margins, column by column.
    pub figures: Vec<f64>,
    /// Decisions, if the plan needs them.
    pub decisions: Vec<Decision>,
    /// Contributions of each of the plan's scores, column by column.
    pub contribs: Vec<Vec<f64>>,
}

/// Writes rows.
pub(super) struct Rows<'a> {
    bundle: &'a Bundle,
    plan: &'a Plan,
    shape: Shape,
    delimiter: u8,
    /// The names of bands as cells, by score.
    bands: Vec<Vec<Vec<u8>>>,
    scratch: Vec<u8>,
    cells: Vec<Vec<u8>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(job: &'a Job) -> Self {
        let cell = |name: &str| {
            let mut out = Vec::new();
            push_cell(&mut out, name.as_bytes());
            out
        };
        let bands = job.bundle().scores.iter();
        let bands = bands.map(|score| score.bands.iter().map(|band| cell(&band.name)).collect()).collect();
        Self {
            bundle: job.bundle(),
            plan: &job.plan,
            shape: job.shape,
            delimiter: job.delimiter,
            bands,
            scratch: Vec::new(),
            cells: Vec::new(),
        }
    }

    /// Appends the block's rows to `out`.
    pub(super) fn write(&mut self, block: &Block, text: &[u8], results: &Results, out: &mut Vec<u8>) {
        for row in 0..block.rows {
            let record = block.texts.get(row).and_then(|range| text.get(range.clone())).unwrap_or_default();
            match self.shape {
                Shape::Csv => {
                    if self.plan.number {
                        push_number(out, block.numbers.get(row).map_or(f64::NAN, |&n| n as f64));
                        out.push(b',');
                    }
                    self.csv(block.rows, row, record, results, out);
                }
                Shape::Ndjson => self.ndjson(block.rows, row, record, results, out),
            }
        }
    }

    fn csv(&mut self, rows: usize, row: usize, record: &[u8], results: &Results, out: &mut Vec<u8>) {
        let start = out.len();
        if !self.plan.keep.is_empty() {
            self.read_cells(record);
            for (_, position) in &self.plan.keep {
                push_cell(out, self.cells.get(*position).map_or(&[][..], Vec::as_slice));
                out.push(b',');
            }
        }
        for (index, figure) in self.plan.figures.iter().chain(&self.plan.raw).enumerate() {
            let value = results.figures.get(index * rows + row).copied().unwrap_or(f64::NAN);
            match figure.kind {
                FigureKind::Number => push_number(out, value),
                FigureKind::Band(score) => out.extend_from_slice(self.band(score, value)),
                FigureKind::Outcome => out.extend_from_slice(outcome(value).as_bytes()),
            }
            out.push(b',');
        }
        let decision = results.decisions.get(row);
        for &(score, max) in &self.plan.reasons {
            let reasons = decision.and_then(|d| d.scores.get(score)).and_then(|s| s.reasons.as_ref());
            for place in 0..max {
                let group = reasons.and_then(|reasons| reasons.get(place)).map(|reason| reason.group);
                let group = group.and_then(|group| self.bundle.groups.get(group as usize));
                push_cell(out, group.map_or(&[][..], |group| group.code.as_bytes()));
                out.push(b',');
            }
        }
        for column in &results.contribs {
            for value in column.iter().skip(row).step_by(rows) {
                push_number(out, *value);
                out.push(b',');
            }
        }
        if out.len() > start {
            out.pop();
        }
        out.push(b'\n');
    }

    fn band(&self, score: usize, value: f64) -> &[u8] {
        if value.is_nan() {
            return &[];
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a band's index")]
        let index = value as usize;
        self.bands.get(score).and_then(|bands| bands.get(index)).map_or(&[], Vec::as_slice)
    }

    fn ndjson(&mut self, rows: usize, row: usize, record: &[u8], results: &Results, out: &mut Vec<u8>) {
        let Some(decision) = results.decisions.get(row) else { return };
        let start = out.len();
        decision.write_json(self.bundle, &self.plan.language, out);
        // What was asked for beside the decision goes into the same object.
        if out.last() == Some(&b'}') {
            out.pop();
        }
        if !self.plan.raw.is_empty() {
            out.extend_from_slice(b",\"raw\":{");
            let first = self.plan.figures.len();
            self.object(&self.plan.raw, |index| results.figures.get((first + index) * rows + row), out);
        }
        for ((score, names), column) in self.plan.contribs.iter().zip(&results.contribs) {
            let name = self.bundle.scores.get(*score).map_or("", |score| score.name.as_str());
            out.push(b',');
            push_json(out, &format!("{name}_contributions"));
            out.extend_from_slice(b":{");
            for (index, name) in names.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_json(out, name);
                out.push(b':');
                push_json_number(out, column.get(index * rows + row));
            }
            out.push(b'}');
        }
        if self.plan.keep_record {
            out.extend_from_slice(b",\"record\":");
            out.extend_from_slice(record.trim_ascii());
        } else if !self.plan.keep.is_empty() {
            self.read_cells(record);
            out.extend_from_slice(b",\"record\":{");
            for (index, (name, position)) in self.plan.keep.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                push_json(out, name);
                out.push(b':');
                let cell = self.cells.get(*position).map_or(&[][..], Vec::as_slice);
                push_json(out, &String::from_utf8_lossy(cell));
            }
            out.push(b'}');
        }
        debug_assert!(out.len() > start);
        out.extend_from_slice(b"}\n");
    }

    fn object<'v>(&self, figures: &[Figure], value: impl Fn(usize) -> Option<&'v f64>, out: &mut Vec<u8>) {
        for (index, figure) in figures.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            push_json(out, &figure.name);
            out.push(b':');
            push_json_number(out, value(index));
        }
        out.push(b'}');
    }

    /// Cuts a CSV record into `cells`, for the columns that are kept.
    fn read_cells(&mut self, record: &[u8]) {
        let mut count = 0;
        let mut cells = Cells::new(record, self.delimiter);
        while let Some(cell) = cells.next(&mut self.scratch) {
            if self.cells.len() == count {
                self.cells.push(Vec::new());
            }
            let kept = &mut self.cells[count];
            kept.clear();
            kept.extend_from_slice(match cell {
                Cell::Plain(range) => &record[range],
                Cell::Unescaped => &self.scratch,
            });
            count += 1;
        }
        self.cells.truncate(count);
    }
}

fn push_json(out: &mut Vec<u8>, text: &str) {
    // Writing a text into a Vec cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn push_json_number(out: &mut Vec<u8>, value: Option<&f64>) {
    match value {
        Some(value) if value.is_finite() => push_number(out, *value),
        _ => out.extend_from_slice(b"null"),
    }
}

/// The outcome of a code; nothing if there is none.
fn outcome(code: f64) -> &'static str {
    let known = Outcome::ALL.iter().find(|outcome| f64::from(**outcome as u8) == code);
    known.map_or("", |outcome| outcome.name())
}
