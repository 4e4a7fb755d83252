//! Where columns go in and out: areas that a caller outside fills and reads, kept from call to call.

use super::session::AbiError;
use crate::error::RecordError;
use crate::limits;
use crate::scorer::{Scorer, Table};

/// Values of rows of one bundle, column-major, and the chosen columns that they come to.
#[derive(Debug, Default)]
pub(super) struct Area {
    values: Vec<f64>,
    events: Vec<u8>,
    selected: Vec<u32>,
    out: Vec<f64>,
}

impl Area {
    /// The area for `rows` rows, which keeps its place and content until another number of rows is asked for.
    pub(super) fn columns_in(&mut self, scorer: &Scorer, rows: usize) -> Result<&mut [f64], AbiError> {
        let fields = scorer.bundle().fields.len();
        let limit = limits::CALL_CELLS / fields.max(1);
        if rows > limit {
            return Err(AbiError::Rows { rows, limit });
        }
        self.values.resize(fields.saturating_mul(rows).max(1), f64::NAN);
        Ok(&mut self.values)
    }

    /// Takes the event lists of the rows, as JSON; none if it is empty. They stay until they are given anew.
    pub(super) fn events_in(&mut self, json: &[u8]) -> Result<(), AbiError> {
        self.events.clear();
        let (found, limit) = (json.len(), limits::RECORD_BYTES);
        if found > limit {
            return Err(RecordError::Limit { what: "bytes of events", found, limit }.into());
        }
        self.events.extend_from_slice(json);
        Ok(())
    }

    /// The values of `rows` rows, which the area must hold, with their events.
    pub(super) fn given(&self, scorer: &Scorer, rows: usize) -> Result<Table<'_>, AbiError> {
        let fields = scorer.bundle().fields.len();
        let limit = self.values.len() / fields.max(1);
        let values = self.values.get(..fields.saturating_mul(rows)).ok_or(AbiError::Rows { rows, limit })?;
        Ok(Table { rows, values, events: &self.events })
    }

    /// Chooses the columns that [`Area::score`] gives.
    pub(super) fn select(&mut self, scorer: &Scorer, ids: Vec<u32>) -> Result<(), AbiError> {
        let columns = scorer.bundle().graph.columns();
        if let Some(&bad) = ids.iter().find(|&&id| id as usize >= columns) {
            let found = bad as usize;
            return Err(RecordError::Columns { what: "output column", expected: columns, found }.into());
        }
        self.selected = ids;
        Ok(())
    }

    /// Scores the rows in the area.
    pub(super) fn score(&mut self, scorer: &mut Scorer, rows: usize) -> Result<&[f64], AbiError> {
        let cells = self.selected.len().saturating_mul(rows);
        if cells > limits::CALL_CELLS {
            return Err(AbiError::Rows { rows, limit: limits::CALL_CELLS / self.selected.len().max(1) });
        }
        self.out.resize(cells, f64::NAN);
        let fields = scorer.bundle().fields.len();
        let Some(values) = self.values.get(..fields.saturating_mul(rows)) else {
            return Err(AbiError::Rows { rows, limit: self.values.len() / fields.max(1) });
        };
        let table = Table { rows, values, events: &self.events };
        scorer.score_table(&table, &self.selected, &mut self.out)?;
        Ok(&self.out)
    }
}
