//! One face for both engines: the one compiled into this tool, and its wasm.

use scorelet_core::bundle::Bundle;
use scorelet_core::decision::Decision;
use scorelet_core::scorer::{Options, Scorer, Table};

use crate::error::{HostError, Result};
use crate::runtime::{Flags, Module, Session};

/// An open bundle in one of the engines. Each thread has its own.
pub enum Evaluator {
    /// The engine compiled into this tool.
    Native(Box<Native>),
    /// The engine in wasm.
    Wasm(Box<Session>),
}

/// The native engine with its chosen columns.
pub struct Native {
    scorer: Scorer,
    selected: Vec<u32>,
    events: Vec<u8>,
}

impl Evaluator {
    /// A native one.
    pub fn native(bundle: Bundle) -> Self {
        Self::Native(Box::new(Native {
            scorer: Scorer::new(bundle),
            selected: Vec::new(),
            events: Vec::new(),
        }))
    }

    /// One in a fresh instance of `module`.
    pub fn wasm(module: &Module, bytes: &[u8], fields: usize, key: Option<&[u8; 32]>) -> Result<Self> {
        Ok(Self::Wasm(Box::new(Session::open(module.instantiate()?, bytes, fields, key)?)))
    }

    /// Chooses the columns that [`Self::score_columns`] gives.
    pub fn select(&mut self, columns: &[u32]) -> Result<()> {
        match self {
            Self::Native(native) => {
                native.selected = columns.to_vec();
                Ok(())
            }
            Self::Wasm(session) => session.select(columns),
        }
    }

    /// Gives the event lists of the rows of the calls that follow, as JSON: an array with an object a row; nothing if none has
    /// an event.
    pub fn events(&mut self, json: &[u8]) -> Result<()> {
        match self {
            Self::Native(native) => {
                native.events.clear();
                native.events.extend_from_slice(json);
                Ok(())
            }
            Self::Wasm(session) => session.events(json),
        }
    }

    /// Values (column-major, NaN = missing) to the chosen columns (NaN = absent), over `out`.
    pub fn score_columns(&mut self, rows: usize, values: &[f64], out: &mut Vec<f64>) -> Result<()> {
        match self {
            Self::Native(native) => {
                out.resize(native.selected.len() * rows, f64::NAN);
                let table = Table { rows, values, events: &native.events };
                native.scorer.score_table(&table, &native.selected, out).map_err(refused)
            }
            Self::Wasm(session) => session.score_columns(rows, values, out),
        }
    }

    /// Full decisions.
    pub fn decide(&mut self, rows: usize, values: &[f64], reasons: bool) -> Result<Vec<Decision>> {
        self.decide_with(rows, values, Options { reasons, ..Options::default() })
    }

    /// Full decisions, with what is asked for beside the figures.
    pub fn decide_with(&mut self, rows: usize, values: &[f64], options: Options) -> Result<Vec<Decision>> {
        match self {
            Self::Native(native) => {
                let table = Table { rows, values, events: &native.events };
                native.scorer.decide_table(&table, options).map_err(refused)
            }
            Self::Wasm(session) => {
                let Options { reasons, trace } = options;
                let flags = Flags { reasons, canonical: true, trace, language: 0 };
                let bytes = session.decide_columns(rows, values, flags)?;
                split_canonical(&bytes)
                    .map(|bytes| Decision::from_canonical(bytes?).map_err(|e| HostError::core(e, "")))
                    .collect()
            }
        }
    }

    /// The canonical bytes of the decisions, one a row: what result digests are made of.
    pub fn canonical(&mut self, rows: usize, values: &[f64], reasons: bool) -> Result<Vec<Vec<u8>>> {
        match self {
            Self::Native(_) => {
                let decisions = self.decide(rows, values, reasons)?;
                Ok(decisions
                    .iter()
                    .map(|decision| {
                        let mut bytes = Vec::new();
                        decision.canonical(&mut bytes);
                        bytes
                    })
                    .collect())
            }
            Self::Wasm(session) => {
                let flags = Flags { reasons, canonical: true, ..Flags::default() };
                let bytes = session.decide_columns(rows, values, flags)?;
                split_canonical(&bytes).map(|bytes| bytes.map(<[u8]>::to_vec)).collect()
            }
        }
    }

    /// Contributions of the inputs of the node that a score explains, column by column, then the baseline; then,
    /// of estimates, their standard errors.
    pub fn contributions(&mut self, rows: usize, values: &[f64], score: u32) -> Result<Vec<f64>> {
        match self {
            Self::Native(native) => {
                let table = Table { rows, values, events: &native.events };
                let found = native.scorer.explain_table(&table, score as usize).map_err(refused)?;
                Ok(found.unwrap_or_default())
            }
            Self::Wasm(session) => session.contributions(rows, values, score),
        }
    }
}

fn refused(error: scorelet_core::error::RecordError) -> HostError {
    HostError::core(error, "")
}

/// The ABI's canonical results: a status byte, a length, the bytes, for each row.
fn split_canonical(mut bytes: &[u8]) -> impl Iterator<Item = Result<&[u8]>> {
    let broken = || HostError::Trap { what: "its canonical results are cut short".to_owned() };
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let row = bytes.split_first_chunk::<5>().and_then(|(&[status, a, b, c, d], rest)| {
            let (row, rest) = rest.split_at_checked(u32::from_le_bytes([a, b, c, d]) as usize)?;
            bytes = rest;
            Some((status, row))
        });
        Some(match row {
            Some((0, row)) => Ok(row),
            Some((_, error)) => Err(HostError::Trap { what: String::from_utf8_lossy(error).into_owned() }),
            None => {
                bytes = &[];
                Err(broken())
            }
        })
    })
}
