//! What a handle of the raw ABI stands for, without any address: safe code behind the boundary.
//!
//! Flags of a scoring call: bit 0 reasons; bit 1 canonical bytes instead of JSON; bit 2 the trace; bits 8 to 15 the index of the language
//! of the texts in the bundle's list of languages.
//!
//! JSON results are an array with one object a row: `{"ok": decision}` or `{"error": {code, message, place, mend, row?,
//! field?}}`. Canonical results are for each row: u8 0 and u32 length, then the canonical bytes of the decision; or u8 1
//! and u32 length, then the error as JSON.

use super::area::Area;
use crate::Error;
use crate::bundle::Bundle;
use crate::bundle::wire::Put;
use crate::decision::Decision;
use crate::error::RecordError;
use crate::json::Json;
use crate::scorer::{Options, Scorer};
use crate::split::LocalCreditData;

const REASONS: u32 = 1;
const CANONICAL: u32 = 2;
const TRACE: u32 = 4;
const LANGUAGE_SHIFT: u32 = 8;

/// What can go wrong in a call.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(super) enum AbiError {
    /// The handle is not open.
    #[error("handle {handle} is not open")]
    Handle { handle: u32 },
    /// More rows than the area holds, or than one call may have.
    #[error("{rows} rows are more than this call can take ({limit})")]
    Rows { rows: usize, limit: usize },
    /// A score that gives no reasons, so has no contributions.
    #[error("score {score} gives no reasons: it has no contributions")]
    NoContributions { score: usize },
    /// The engine refused.
    #[error(transparent)]
    Engine(#[from] Error),
    /// The bundle is not a successor of the one that the caller pinned.
    #[cfg(feature = "browser")]
    #[error(transparent)]
    Pin(#[from] crate::bundle::PinError),
}

impl AbiError {
    /// Its code, place and mend.
    pub(super) fn words(&self) -> (&'static str, String, String) {
        match self {
            Self::Handle { .. } => ("SCL-0401", "call".to_owned(), "open a bundle first".to_owned()),
            Self::Rows { .. } => ("SCL-0402", "call".to_owned(), "score fewer rows in one call".to_owned()),
            Self::NoContributions { .. } => (
                "SCL-0403",
                "call".to_owned(),
                "declare reasons for the score in the bundle source".to_owned(),
            ),
            Self::Engine(e) => (e.code(), e.place(), e.mend()),
            #[cfg(feature = "browser")]
            Self::Pin(e) => (e.code(), e.place(), e.mend()),
        }
    }

    /// The record error that it is, if it is one.
    pub(super) fn record(&self) -> Option<&RecordError> {
        match self {
            Self::Engine(Error::Record(e)) => Some(e),
            _ => None,
        }
    }

    /// Appends the error as JSON.
    pub(super) fn write_json(&self, out: &mut Vec<u8>) {
        let (code, place, mend) = self.words();
        let record = self.record();
        Json::new(out).object(|json| {
            json.key("code").text(code);
            json.key("message").text(&self.to_string());
            json.key("place").text(&place);
            json.key("mend").text(&mend);
            if let Some(row) = record.and_then(RecordError::row) {
                json.key("row").integer(row);
            }
            if let Some(field) = record.and_then(RecordError::field) {
                json.key("field").text(field);
            }
        });
    }
}

impl From<RecordError> for AbiError {
    fn from(e: RecordError) -> Self {
        Self::Engine(Error::Record(e))
    }
}

/// An open bundle with its areas.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) scorer: Scorer,
    area: Area,
}

impl Session {
    pub(super) fn new(bundle: Bundle) -> Self {
        Self { scorer: Scorer::new(bundle), area: Area::default() }
    }

    pub(super) fn columns_in(&mut self, rows: usize) -> Result<&mut [f64], AbiError> {
        self.area.columns_in(&self.scorer, rows)
    }

    pub(super) fn select(&mut self, ids: &[u8]) -> Result<(), AbiError> {
        let ids = ids.as_chunks::<4>().0.iter().map(|id| u32::from_le_bytes(*id));
        self.area.select(&self.scorer, ids.collect())
    }

    pub(super) fn events_in(&mut self, json: &[u8]) -> Result<(), AbiError> {
        self.area.events_in(json)
    }

    pub(super) fn score_columns(&mut self, rows: usize) -> Result<&[f64], AbiError> {
        self.area.score(&mut self.scorer, rows)
    }

    pub(super) fn decide_columns(
        &mut self,
        rows: usize,
        flags: u32,
        result: &mut Vec<u8>,
    ) -> Result<(), AbiError> {
        let table = self.area.given(&self.scorer, rows)?;
        let decisions = self.scorer.decide_table(&table, options(flags))?;
        self.write(decisions.into_iter().map(Ok), flags, result);
        Ok(())
    }

    pub(super) fn score_json(
        &mut self,
        json: &[u8],
        flags: u32,
        result: &mut Vec<u8>,
    ) -> Result<(), AbiError> {
        let answers = self.scorer.score_json(json, options(flags))?;
        self.write(answers.into_iter(), flags, result);
        Ok(())
    }

    /// The device stage.
    pub(super) fn local(&mut self, json: &[u8], result: &mut Vec<u8>) -> Result<(), AbiError> {
        let (local, _) = self.scorer.local_json(json)?;
        result.extend_from_slice(&local.encode());
        Ok(())
    }

    /// The edge stage.
    pub(super) fn finish(
        &mut self,
        local: &[u8],
        json: &[u8],
        flags: u32,
        result: &mut Vec<u8>,
    ) -> Result<(), AbiError> {
        let local = LocalCreditData::decode(local, self.scorer.bundle()).map_err(Error::from)?;
        let (decision, _) = self.scorer.finish_json(&local, json, options(flags))?;
        self.write(core::iter::once(Ok(decision)), flags, result);
        Ok(())
    }

    pub(super) fn contributions(
        &mut self,
        rows: usize,
        score: usize,
        result: &mut Vec<u8>,
    ) -> Result<(), AbiError> {
        let table = self.area.given(&self.scorer, rows)?;
        let Some(found) = self.scorer.explain_table(&table, score)? else {
            return Err(AbiError::NoContributions { score });
        };
        let spec = self.scorer.bundle().scores.get(score).and_then(|score| score.reasons.as_ref());
        let (inputs, columns) = (spec.map_or(0, |spec| spec.groups.len()), found.len().checked_div(rows));
        result.count(inputs);
        result.count(columns.unwrap_or(0).saturating_sub(inputs + 1));
        for value in found {
            Put::f64(result, value);
        }
        Ok(())
    }

    pub(super) fn describe(&self, result: &mut Vec<u8>) {
        super::describe::write(self.scorer.bundle(), result);
    }

    fn write(
        &self,
        answers: impl Iterator<Item = Result<Decision, RecordError>>,
        flags: u32,
        out: &mut Vec<u8>,
    ) {
        let bundle = self.scorer.bundle();
        let language = bundle.meta.languages.get((flags >> LANGUAGE_SHIFT & 0xff) as usize);
        let language = language.map_or("", String::as_str);
        if flags & CANONICAL != 0 {
            let mut bytes = Vec::new();
            for answer in answers {
                bytes.clear();
                let failed = answer.is_err();
                match answer {
                    Ok(decision) => decision.canonical(&mut bytes),
                    Err(e) => AbiError::from(e).write_json(&mut bytes),
                }
                Put::u8(out, u8::from(failed));
                out.count(bytes.len());
                out.extend_from_slice(&bytes);
            }
            return;
        }
        out.push(b'[');
        for (index, answer) in answers.enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match answer {
                Ok(decision) => {
                    out.extend_from_slice(b"{\"ok\":");
                    decision.write_json(bundle, language, out);
                }
                Err(e) => {
                    out.extend_from_slice(b"{\"error\":");
                    AbiError::from(e).write_json(out);
                }
            }
            out.push(b'}');
        }
        out.push(b']');
    }
}

fn options(flags: u32) -> Options {
    Options { reasons: flags & REASONS != 0, trace: flags & TRACE != 0 }
}
