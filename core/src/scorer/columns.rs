//! Rows given as columns: the fast path, and full decisions.

use super::{Options, Scorer, decide, events, own_model};
#[cfg(feature = "author")]
use crate::column::State;
use crate::decision::Decision;
use crate::error::RecordError;
use crate::limits;
use crate::reason::ReasonMethod;
use crate::record::{Absent, RecordEvents, Wrong, fill_columns, ignored, parse_events};

/// Rows as columns, with their event lists.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// How many.
    pub rows: usize,
    /// Field `f` of row `r` at `f * rows + r`; NaN is missing. In the column of an event list: how many events it has.
    pub values: &'a [f64],
    /// The events, as JSON: an array with an object a row that has the row's event lists, or nothing if no row has an event.
    pub events: &'a [u8],
}

impl Scorer {
    /// The fast path: `values` column-major (field `f` of row `r` at `f * rows + r`; NaN is missing, a category is its
    /// index, a date its days since 1970-01-01); `out` gets the columns `outputs` the same way, NaN where absent.
    ///
    /// Errors: as [`Scorer::score_table`]; an event list that is there and not empty, whose events stand in a [`Table`].
    pub fn score_columns(
        &mut self,
        rows: usize,
        values: &[f64],
        outputs: &[u32],
        out: &mut [f64],
    ) -> Result<(), RecordError> {
        self.score_table(&Table { rows, values, events: &[] }, outputs, out)
    }

    /// As [`Scorer::score_columns`], with event lists beside the columns.
    ///
    /// Errors: lengths that do not fit, a column that does not exist, the first value or event that is refused; `out` is
    /// then unspecified.
    pub fn score_table(
        &mut self,
        table: &Table<'_>,
        outputs: &[u32],
        out: &mut [f64],
    ) -> Result<(), RecordError> {
        let rows = table.rows;
        let mut events = self.check_table(table)?;
        let expected = outputs.len().saturating_mul(rows);
        if out.len() != expected {
            return Err(RecordError::Columns { what: "output values", expected, found: out.len() });
        }
        let columns = self.bundle.graph.columns();
        if let Some(&bad) = outputs.iter().find(|&&c| c as usize >= columns) {
            return Err(RecordError::Columns {
                what: "output column",
                expected: columns,
                found: bad as usize,
            });
        }
        let capacity = self.bundle.graph.block_rows();
        let mut first = 0;
        while first < rows {
            let count = capacity.min(rows - first);
            self.evaluate(table, first, count, &mut events, None)?;
            for (&column, target) in outputs.iter().zip(out.chunks_exact_mut(rows)) {
                let source = self.block.column(column as usize).values;
                if let Some(target) = target.get_mut(first..first + count) {
                    target.copy_from_slice(source);
                }
            }
            first += count;
        }
        Ok(())
    }

    /// Full decisions for rows given as columns (see [`Scorer::score_columns`]).
    ///
    /// Errors: lengths that do not fit, the first value that is refused.
    pub fn decide_columns(
        &mut self,
        rows: usize,
        values: &[f64],
        options: Options,
    ) -> Result<Vec<Decision>, RecordError> {
        self.decide_table(&Table { rows, values, events: &[] }, options)
    }

    /// As [`Scorer::decide_columns`], with event lists beside the columns.
    ///
    /// Errors: as [`Scorer::score_table`].
    pub fn decide_table(
        &mut self,
        table: &Table<'_>,
        options: Options,
    ) -> Result<Vec<Decision>, RecordError> {
        let rows = table.rows;
        let mut events = self.check_table(table)?;
        let mut decisions = Vec::with_capacity(rows);
        let capacity = self.bundle.graph.block_rows();
        let mut absent: Vec<Vec<Absent>> = Vec::new();
        let mut first = 0;
        while first < rows {
            let count = capacity.min(rows - first);
            absent.resize_with(count, Vec::new);
            self.evaluate(table, first, count, &mut events, Some(&mut absent))?;
            for (row, of_row) in absent.drain(..).enumerate() {
                let (bundle, block) = (&self.bundle, &self.block);
                let mut decision = decide(bundle, block, row, of_row, options, &mut self.explainer);
                decision.ignored = events.get(first + row).map_or_else(Vec::new, |lists| ignored(lists));
                decisions.push(decision);
            }
            first += count;
        }
        Ok(decisions)
    }

    /// Contributions of every input of the node that a score's reasons explain: for each row the inputs' contributions in
    /// input order, then the baseline that they add up from, then, if they are estimates, the standard error of each.
    /// Column-major: input `i` of row `r` at `i * rows + r`. `None` if the score gives no reasons.
    ///
    /// Errors: as [`Scorer::decide_columns`].
    pub fn contributions(
        &mut self,
        rows: usize,
        values: &[f64],
        score: usize,
    ) -> Result<Option<Vec<f64>>, RecordError> {
        self.explain_table(&Table { rows, values, events: &[] }, score)
    }

    /// As [`Scorer::contributions`], with event lists beside the columns.
    ///
    /// Errors: as [`Scorer::score_table`].
    pub fn explain_table(
        &mut self,
        table: &Table<'_>,
        score: usize,
    ) -> Result<Option<Vec<f64>>, RecordError> {
        let rows = table.rows;
        let mut events = self.check_table(table)?;
        let Some(spec) = self.bundle.scores.get(score).and_then(|s| s.reasons.clone()) else {
            return Ok(None);
        };
        let estimated = spec.method == ReasonMethod::Permutation;
        let width = spec.groups.len() * (1 + usize::from(estimated)) + 1;
        let limit = limits::CALL_CELLS / width;
        if rows > limit {
            return Err(RecordError::Limit { what: "rows with contributions", found: rows, limit });
        }
        let mut out = vec![f64::NAN; width.saturating_mul(rows)];
        let capacity = self.bundle.graph.block_rows();
        let mut first = 0;
        while first < rows {
            let count = capacity.min(rows - first);
            self.evaluate(table, first, count, &mut events, None)?;
            for row in 0..count {
                let columns = self.block.all();
                // Another model that gave the score is not what its own reasons explain.
                if !own_model(&self.bundle, &self.block, row, score as u32) {
                    continue;
                }
                let Some(found) = self.explainer.contributions(&self.bundle.graph, &spec, columns, row)
                else {
                    continue;
                };
                let all = found.values.iter().chain(core::iter::once(&found.baseline)).chain(&found.errors);
                for (target, &value) in out.chunks_exact_mut(rows).zip(all) {
                    // The area is NaN already, where absent and where a contribution is beyond the doubles.
                    if let Some(cell) = target.get_mut(first + row).filter(|_| value.is_finite()) {
                        *cell = value;
                    }
                }
            }
            first += count;
        }
        Ok(Some(out))
    }

    /// Values and states of the chosen columns for a table of one row.
    ///
    /// Errors: as [`Scorer::score_table`].
    #[cfg(feature = "author")]
    pub(crate) fn cells(
        &mut self,
        row: &Table<'_>,
        columns: &[u32],
    ) -> Result<Vec<(f64, State)>, RecordError> {
        let mut events = self.check_table(row)?;
        self.evaluate(row, 0, 1, &mut events, None)?;
        let cell = |&column: &u32| {
            let column = self.block.column(column as usize);
            let state = column.states.first().copied().unwrap_or(State::MISSING);
            (column.values.first().copied().unwrap_or(f64::NAN), state)
        };
        Ok(columns.iter().map(cell).collect())
    }

    /// Checks rows as scoring them would.
    ///
    /// Errors: as [`Scorer::score_table`].
    pub fn admit_table(&mut self, table: &Table<'_>) -> Result<(), RecordError> {
        let mut events = self.check_table(table)?;
        let capacity = self.bundle.graph.block_rows();
        let mut first = 0;
        while first < table.rows {
            let count = capacity.min(table.rows - first);
            self.fill(table, first, count, &mut events, None)?;
            first += count;
        }
        Ok(())
    }

    /// Checks the lengths, and reads the events: of each row, or none at all.
    fn check_table(&self, table: &Table<'_>) -> Result<Vec<RecordEvents>, RecordError> {
        self.whole_records()?;
        let (rows, values) = (table.rows, table.values);
        if rows > limits::ROWS {
            return Err(RecordError::Limit { what: "rows", found: rows, limit: limits::ROWS });
        }
        let expected = self.bundle.fields.len().saturating_mul(rows);
        if values.len() != expected {
            return Err(RecordError::Columns { what: "values", expected, found: values.len() });
        }
        if table.events.is_empty() {
            return Ok(Vec::new());
        }
        let events = parse_events(&self.bundle.fields, &self.lookup, table.events)?;
        match events.len() == rows {
            true => Ok(events.into_iter().collect::<Result<_, Wrong>>()?),
            false => {
                Err(RecordError::Columns { what: "rows of events", expected: rows, found: events.len() })
            }
        }
    }

    fn evaluate(
        &mut self,
        table: &Table<'_>,
        first: usize,
        count: usize,
        events: &mut [RecordEvents],
        absent: Option<&mut [Vec<Absent>]>,
    ) -> Result<(), RecordError> {
        self.fill(table, first, count, events, absent)?;
        self.bundle.graph.evaluate(&mut self.block, &mut self.scratch);
        Ok(())
    }

    /// Fills the block with rows from `first` on.
    fn fill(
        &mut self,
        table: &Table<'_>,
        first: usize,
        count: usize,
        events: &mut [RecordEvents],
        absent: Option<&mut [Vec<Absent>]>,
    ) -> Result<(), RecordError> {
        self.block.set_rows(count);
        let (fields, glances, block) = (&self.bundle.fields, &self.glances, &mut self.block);
        fill_columns(fields, glances, block, table.values, table.rows, first, absent)?;
        let own = events.get_mut(first..).and_then(|events| events.get_mut(..count)).unwrap_or_default();
        events::place(block, fields, own, first)
    }
}
