//! The two stages of a bundle that is cut: local credit data from a record, and a decision from local credit data.

use super::{Options, Scorer, decision, events};
use crate::bundle::Bundle;
use crate::column::{Block, State};
use crate::decision::Decision;
use crate::error::RecordError;
use crate::reason::{Reason, ReasonSpec};
use crate::record::{Lookup, RecordEvents, Row, Wrong, parse_json};
use crate::schema::{Field, Stage};
use crate::split::{Cut, Doubt, LocalCreditData, canonical};

/// What an edge bundle needs beside what every scorer has; empty for any other bundle.
#[derive(Debug, Default)]
pub(super) struct Stages {
    /// The edge's fields, with their columns in `columns`.
    fields: Vec<Field>,
    columns: Vec<u32>,
    lookup: Lookup,
    /// Columns of the device's fields: field `i` of the device bundle is column `device[i]` here.
    device: Vec<u32>,
}

impl Stages {
    pub(super) fn new(bundle: &Bundle) -> Self {
        if !bundle.is_edge() {
            return Self::default();
        }
        let (mut fields, mut columns, mut device) = (Vec::new(), Vec::new(), Vec::new());
        for (field, column) in bundle.fields.iter().zip(0..) {
            match field.stage {
                Stage::Device => device.push(column),
                Stage::Edge => {
                    fields.push(field.clone());
                    columns.push(column);
                }
            }
        }
        let own = |column| columns.iter().position(|&c| c == column).map(|at| at as u32);
        let fields: Vec<Field> = fields.into_iter().map(|field| field.renumbered(own)).collect();
        Self { lookup: Lookup::new(&fields), fields, columns, device }
    }
}

impl Scorer {
    /// The local credit data of one JSON record of the device's fields, and the record's canonical bytes, which a
    /// commitment is made of.
    ///
    /// Errors: a bundle that is not a device stage; a record that does not fit its fields.
    pub fn local_json(&mut self, json: &[u8]) -> Result<(LocalCreditData, Vec<u8>), RecordError> {
        if !self.bundle.is_device() {
            return Err(RecordError::NotDeviceStage);
        }
        let row = one(parse_json(&self.bundle.fields, &self.lookup, json)?)?;
        self.local_row(&row)
    }

    /// As [`Scorer::local_json`] for a record that its fields have admitted.
    pub(crate) fn local_row(&mut self, row: &Row) -> Result<(LocalCreditData, Vec<u8>), RecordError> {
        let Some(cut) = self.bundle.cut.as_ref().filter(|cut| cut.stage == Stage::Device) else {
            return Err(RecordError::NotDeviceStage);
        };
        self.block.set_rows(1);
        for (&(value, state), column) in row.cells.iter().zip(0..) {
            // Zero has one sign, as in the canonical record: an audit reads it from JSON, which may have lost it.
            set(&mut self.block, column, value + 0.0, state);
        }
        events::fill(&mut self.block, &self.bundle.fields, core::iter::once(&row.events[..]));
        self.bundle.graph.evaluate(&mut self.block, &mut self.scratch);
        let cell = |column: u32| {
            let column = self.block.column(column as usize);
            let state = column.states.first().copied().unwrap_or(State::MISSING);
            (column.values.first().copied().unwrap_or(f64::NAN), state)
        };
        let values = cut.crossing.iter().map(|crossing| cell(crossing.column)).collect();
        let specs = cut.reasons.iter().map(|&score| self.bundle.scores.get(score as usize)?.reasons.as_ref());
        let reasons =
            specs.map(|spec| self.explainer.reasons(&self.bundle.graph, spec?, self.block.all(), 0));
        let local = LocalCreditData {
            values,
            absent: row.absent.clone(),
            reasons: reasons.collect(),
            ignored: row.ignored(),
        };
        Ok((local, canonical(&self.bundle.digest, row)))
    }

    /// The decision of local credit data and one JSON object of the edge's fields: bit by bit that of the whole bundle on
    /// the whole record. With it, what the edge could not believe.
    ///
    /// `local` must have been [decoded](LocalCreditData::decode) for this bundle.
    ///
    /// Errors: a bundle that is not an edge stage; fields that do not fit.
    pub fn finish_json(
        &mut self,
        local: &LocalCreditData,
        json: &[u8],
        options: Options,
    ) -> Result<(Decision, Vec<Doubt>), RecordError> {
        let stages = &self.stages;
        let Some(cut) = self.bundle.cut.as_ref().filter(|cut| cut.stage == Stage::Edge) else {
            return Err(RecordError::NotEdgeStage);
        };
        let rows = parse_json(&stages.fields, &stages.lookup, json)?;
        let row = one(rows).map_err(|error| of_the_device(&self.bundle, *error))?;
        self.block.set_rows(1);
        // Nothing of an earlier applicant is left where the device wrote.
        for column in 0..self.bundle.graph.columns() as u32 {
            set(&mut self.block, column, f64::NAN, State::MISSING);
        }
        for (&column, &(value, state)) in stages.columns.iter().zip(&row.cells) {
            set(&mut self.block, column, value, state);
        }
        for (crossing, &(value, state)) in cut.crossing.iter().zip(&local.values) {
            set(&mut self.block, crossing.column, value, state);
        }
        let whole = |field: u32| stages.columns.get(field as usize).copied();
        let events: RecordEvents =
            row.events.iter().filter_map(|(field, events)| Some((whole(*field)?, events.clone()))).collect();
        events::fill(&mut self.block, &self.bundle.fields, core::iter::once(&events[..]));
        self.bundle.graph.evaluate(&mut self.block, &mut self.scratch);
        let absent = merge(stages, &row.absent, &local.absent);
        let ignored = merge(stages, &row.ignored(), &local.ignored);
        let (graph, explainer, block) = (&self.bundle.graph, &mut self.explainer, &self.block);
        let mut reasons = |spec: &ReasonSpec, score: Option<u32>| match score
            .and_then(|score| device_reasons(cut, local, score))
        {
            Some(found) => found,
            None => explainer.reasons(graph, spec, block.all(), 0),
        };
        let decision = decision(&self.bundle, block, 0, absent, options, &mut reasons);
        let decision = Decision { ignored, ..decision };
        let named = !local.absent.is_empty();
        Ok((decision, self.bundle.trusted.doubts(&self.bundle, block, 0, named)))
    }
}

/// What the device found of a score's reasons, if they are found there.
fn device_reasons(cut: &Cut, local: &LocalCreditData, score: u32) -> Option<Option<Vec<Reason>>> {
    let at = cut.reasons.binary_search(&score).ok()?;
    Some(local.reasons.get(at).cloned().flatten())
}

/// What each stage says of its fields, in the order of the whole bundle's fields.
fn merge<T: Copy>(stages: &Stages, edge: &[(u32, T)], device: &[(u32, T)]) -> Vec<(u32, T)> {
    let of = |columns: &[u32], list: &[(u32, T)]| -> Vec<(u32, T)> {
        list.iter().filter_map(|&(field, what)| Some((*columns.get(field as usize)?, what))).collect()
    };
    let mut all = of(&stages.columns, edge);
    for entry in of(&stages.device, device) {
        let at = all.partition_point(|&(field, _)| field < entry.0);
        all.insert(at, entry);
    }
    all
}

fn set(block: &mut Block, column: u32, value: f64, state: State) {
    let column = block.column_mut(column as usize);
    if let (Some(v), Some(s)) = (column.values.first_mut(), column.states.first_mut()) {
        *v = value;
        *s = state;
    }
}

/// The only record of a call.
fn one(mut rows: Vec<Result<Row, Wrong>>) -> Result<Row, Wrong> {
    match rows.pop() {
        Some(row) if rows.is_empty() => row,
        _ => Err(Wrong::new(RecordError::Shape)),
    }
}

/// Says of a field that the edge is given though the device reads it what is wrong with that.
fn of_the_device(bundle: &Bundle, error: RecordError) -> RecordError {
    match error {
        RecordError::UnknownField { field, .. } if bundle.field(&field).is_some() => {
            RecordError::Unsupported { field, how: "to the edge: it is read on the device" }
        }
        error => error,
    }
}
