//! One worker: a chunk's text in, the output's text out.

use std::sync::Arc;

use scorelet_core::bundle::Bundle;
use scorelet_core::record::text::FieldReader;

use super::pipeline::Done;
use super::plan::{Plan, Shape};
use super::rows::{Results, Rows};
use crate::error::Result;
use crate::evaluate::Evaluator;
use crate::input::{Block, Checker, Chunk, CsvReader, Header, JsonReader, Reader};
use crate::model::Model;
use crate::runtime::Module;

/// Which engine scores.
#[derive(Clone)]
pub enum Engine {
    /// The wasm.
    Wasm(Module),
    /// The engine compiled into this tool.
    Native,
}

impl Engine {
    /// An evaluator of `model` in a fresh instance.
    pub fn open(&self, model: &Model, key: Option<&[u8; 32]>) -> Result<Evaluator> {
        match self {
            Self::Wasm(module) => Evaluator::wasm(module, &model.bytes, model.bundle.fields.len(), key),
            Self::Native => Ok(Evaluator::native(model.bundle.clone())),
        }
    }
}

/// What all workers share.
pub struct Job {
    /// The model.
    pub model: Arc<Model>,
    /// What to write.
    pub plan: Plan,
    /// How to write it.
    pub shape: Shape,
    /// The header, if the input is CSV.
    pub header: Option<Header>,
    /// Delimiter of the CSV.
    pub delimiter: u8,
    readers: Vec<FieldReader>,
}

impl Job {
    /// A job with core's readers for the model's fields.
    pub fn new(model: Arc<Model>, plan: Plan, shape: Shape, header: Option<Header>, delimiter: u8) -> Self {
        let readers = model.bundle.fields.iter().map(FieldReader::new).collect();
        Self { model, plan, shape, header, delimiter, readers }
    }

    /// The bundle.
    pub fn bundle(&self) -> &Bundle {
        &self.model.bundle
    }
}

/// A worker with its buffers and its own instance of the engine.
pub struct Worker<'a> {
    job: &'a Job,
    reader: Reader<'a>,
    evaluator: Evaluator,
    block: Block,
    results: Results,
    rows: Rows<'a>,
}

impl<'a> Worker<'a> {
    /// A worker on `job`.
    pub fn new(job: &'a Job, mut evaluator: Evaluator) -> Result<Self> {
        evaluator.select(&job.plan.columns())?;
        let checker = Checker::new(job.bundle());
        let reader = match &job.header {
            Some(header) => Reader::Csv(CsvReader::new(header, &job.readers, job.delimiter, checker)),
            None => Reader::Json(JsonReader::new(&job.bundle().fields, &job.readers, checker)),
        };
        let rows = Rows::new(job);
        Ok(Self { job, reader, evaluator, block: Block::default(), results: Results::default(), rows })
    }

    /// Reads a chunk without scoring it.
    pub fn read(&mut self, text: &[u8]) -> &Block {
        self.reader.read(text, &mut self.block);
        &self.block
    }

    /// The worker's engine.
    pub fn evaluator(&mut self) -> &mut Evaluator {
        &mut self.evaluator
    }

    /// Scores a chunk.
    pub fn process(&mut self, mut chunk: Chunk) -> Result<Done> {
        self.reader.read(&chunk.text, &mut self.block);
        let (rows, values) = (self.block.rows, self.block.values.as_slice());
        let (plan, results) = (&self.job.plan, &mut self.results);
        chunk.out.clear();
        if rows > 0 {
            self.evaluator.events(&self.block.events)?;
            self.evaluator.score_columns(rows, values, &mut results.figures)?;
            results.decisions.clear();
            if self.job.shape == Shape::Ndjson || !plan.reasons.is_empty() {
                results.decisions = self.evaluator.decide(rows, values, !plan.reasons.is_empty())?;
            }
            results.contribs.clear();
            for (score, _) in &plan.contribs {
                let score = u32::try_from(*score).unwrap_or(u32::MAX);
                results.contribs.push(self.evaluator.contributions(rows, values, score)?);
            }
            self.rows.write(&self.block, &chunk.text, results, &mut chunk.out);
        }
        Ok(Done {
            chunk,
            rows: rows as u64,
            rows_seen: self.block.rows_seen,
            lines_seen: self.block.lines_seen,
            bad: std::mem::take(&mut self.block.bad),
            bad_count: self.block.bad_count,
        })
    }
}
