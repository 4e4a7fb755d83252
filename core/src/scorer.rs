//! A scorer: a bundle with the memory to evaluate it, allocated once.

mod columns;
mod events;
#[cfg(feature = "browser")]
mod given;
mod stages;

use scorelet_kernels::admit::Glance;

use crate::bundle::{Bundle, ScoreOutput};
use crate::column::{Block, State};
use crate::decision::{Decision, ScoreResult};
use crate::error::RecordError;
use crate::graph::Scratch;
use crate::policy::PolicyResult;
use crate::reason::{Explainer, Reason, ReasonSpec};
use crate::record::{Absent, Lookup, Row, glance, parse_json};
pub use columns::Table;
#[cfg(feature = "browser")]
pub(crate) use given::Piece;
use stages::Stages;

/// What to compute beside the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Ranked reason codes of the scores that give them.
    pub reasons: bool,
    /// What each tree and table of the policy hit.
    pub trace: bool,
}

/// Evaluates one bundle. It owns all memory that evaluation needs, so that scoring on columns allocates nothing.
///
/// A single record is a block of one row: single and batch run the same code and give the same bits.
#[derive(Debug)]
pub struct Scorer {
    bundle: Bundle,
    lookup: Lookup,
    glances: Vec<Glance>,
    block: Block,
    scratch: Scratch,
    explainer: Explainer,
    /// In an edge bundle: the fields that the edge is given, and the device's.
    stages: Stages,
}

impl Scorer {
    /// Allocates for a bundle.
    pub fn new(bundle: Bundle) -> Self {
        Self {
            lookup: Lookup::new(&bundle.fields),
            stages: Stages::new(&bundle),
            glances: bundle.fields.iter().map(glance).collect(),
            block: events::block(&bundle),
            scratch: Scratch::default(),
            explainer: Explainer::default(),
            bundle,
        }
    }

    /// The bundle.
    pub fn bundle(&self) -> &Bundle {
        &self.bundle
    }

    /// Scores one JSON record or an array of them; a record that does not fit is an error of that row only.
    ///
    /// Errors: input that is not JSON of that shape, or too large.
    pub fn score_json(
        &mut self,
        json: &[u8],
        options: Options,
    ) -> Result<Vec<Result<Decision, RecordError>>, RecordError> {
        self.whole_records()?;
        let rows = parse_json(&self.bundle.fields, &self.lookup, json)?;
        let mut results = Vec::with_capacity(rows.len());
        let mut pending: Vec<(usize, Row)> = Vec::new();
        let capacity = self.bundle.graph.block_rows();
        for row in rows {
            // The place of a pending row is kept by an empty decision until its block is evaluated.
            match row {
                Ok(row) => {
                    pending.push((results.len(), row));
                    results.push(None);
                }
                Err(wrong) => results.push(Some(Err(*wrong))),
            }
            if pending.len() == capacity {
                self.decide_rows(&mut pending, &mut results, options);
            }
        }
        self.decide_rows(&mut pending, &mut results, options);
        Ok(results.into_iter().flatten().collect())
    }

    fn decide_rows(
        &mut self,
        pending: &mut Vec<(usize, Row)>,
        results: &mut [Option<Result<Decision, RecordError>>],
        options: Options,
    ) {
        self.block.set_rows(pending.len());
        for index in 0..self.bundle.fields.len() {
            let column = self.block.column_mut(index);
            let cells = column.values.iter_mut().zip(column.states);
            for ((_, row), (value, state)) in pending.iter().zip(cells) {
                if let Some(&(v, s)) = row.cells.get(index) {
                    *value = v;
                    *state = s;
                }
            }
        }
        events::fill(&mut self.block, &self.bundle.fields, pending.iter().map(|(_, row)| &row.events[..]));
        self.bundle.graph.evaluate(&mut self.block, &mut self.scratch);
        for (row, (place, record)) in pending.drain(..).enumerate() {
            let ignored = record.ignored();
            let mut decision =
                decide(&self.bundle, &self.block, row, record.absent, options, &mut self.explainer);
            decision.ignored = ignored;
            if let Some(slot) = results.get_mut(place) {
                *slot = Some(Ok(decision));
            }
        }
    }

    /// Refuses whole records where the device's part of them is given as local credit data.
    fn whole_records(&self) -> Result<(), RecordError> {
        if self.bundle.is_edge() { Err(RecordError::EdgeStage) } else { Ok(()) }
    }
}

fn figure(block: &Block, column: Option<u32>, row: usize) -> Option<f64> {
    let column = block.column(column? as usize);
    match (column.values.get(row), column.states.get(row)) {
        (Some(&value), Some(&State::PRESENT)) => Some(value),
        _ => None,
    }
}

fn decide(
    bundle: &Bundle,
    block: &Block,
    row: usize,
    absent: Vec<Absent>,
    options: Options,
    explainer: &mut Explainer,
) -> Decision {
    let mut reasons = |spec: &ReasonSpec, _| explainer.reasons(&bundle.graph, spec, block.all(), row);
    decision(bundle, block, row, absent, options, &mut reasons)
}

/// Finds the reasons of a score, whose index it gets if the spec is the score's own.
type FindReasons<'a> = dyn FnMut(&ReasonSpec, Option<u32>) -> Option<Vec<Reason>> + 'a;

/// The decision of a row of an evaluated block.
fn decision(
    bundle: &Bundle,
    block: &Block,
    row: usize,
    absent: Vec<Absent>,
    options: Options,
    reasons: &mut FindReasons<'_>,
) -> Decision {
    let policy = bundle.policy.as_ref().map(|policy| policy.read(block, row, options.trace));
    let scores = bundle.scores.iter().zip(0..).map(|(output, index)| ScoreResult {
        score: figure(block, output.score, row),
        pd: figure(block, output.pd, row),
        margin: figure(block, output.margin, row),
        band: figure(block, output.band, row).map(|b| b as u32),
        reasons: match spec(bundle, policy.as_ref(), output, index) {
            Some((spec, own)) if options.reasons => reasons(spec, own),
            _ => None,
        },
    });
    let scores = scores.collect();
    Decision {
        bundle: bundle.decides_as(),
        scores,
        absent,
        ignored: Vec::new(),
        forecasts: bundle.forecasts.iter().map(|forecast| forecast.read(block, row)).collect(),
        policy,
    }
}

/// Whether a score of a row is of its own model, and not of another of its fallback.
fn own_model(bundle: &Bundle, block: &Block, row: usize, score: u32) -> bool {
    let Some(policy) = &bundle.policy else { return true };
    match policy.fallback_of(score) {
        Some((at, _)) => policy.read(block, row, false).fallbacks.get(at).is_some_and(|f| f.step == Some(0)),
        None => true,
    }
}

/// How the reasons of a score are found: as it says itself (with its index), or as the model of its fallback that gave it says.
fn spec<'a>(
    bundle: &'a Bundle,
    result: Option<&PolicyResult>,
    output: &'a ScoreOutput,
    index: u32,
) -> Option<(&'a ReasonSpec, Option<u32>)> {
    let own = || Some((output.reasons.as_ref()?, Some(index)));
    let (Some(policy), Some(result)) = (&bundle.policy, result) else { return own() };
    let Some((at, fallback)) = policy.fallback_of(index) else { return own() };
    match result.fallbacks.get(at)?.step? {
        0 => own(),
        step => Some((fallback.steps.get(step as usize)?.reasons.as_ref()?, None)),
    }
}
