//! Rows that have been read, as columns.

use std::ops::Range;

use serde_json::value::RawValue;

/// Bad rows of a chunk that are kept with their details; the rest is only counted, so that memory stays constant.
const DETAILS: usize = 64;

/// A row that cannot be scored.
#[derive(Clone, Debug, PartialEq)]
pub struct BadRow {
    /// Row in the chunk, from 0.
    pub row: u64,
    /// Line in the chunk on which it begins, from 0.
    pub line: u64,
    /// The column's name, where it is about one.
    pub column: Option<String>,
    /// The engine's code.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub mend: String,
}

/// Rows of a chunk as columns: the value of field `f` in row `r` is `values[f * rows + r]`.
#[derive(Debug, Default)]
pub struct Block {
    /// Good rows.
    pub rows: usize,
    /// Their values.
    pub values: Vec<f64>,
    /// Where each good row's text stands in the chunk.
    pub texts: Vec<Range<usize>>,
    /// Number in the chunk of each good row, from 0.
    pub numbers: Vec<u64>,
    /// Rows of the chunk, the bad ones included.
    pub rows_seen: u64,
    /// Lines of the chunk.
    pub lines_seen: u64,
    /// Details of the first bad rows.
    pub bad: Vec<BadRow>,
    /// Bad rows in all.
    pub bad_count: u64,
    /// The event lists of the good rows, as the engine takes them beside columns; empty if no row has one.
    pub events: Vec<u8>,
    /// The members of the row being read that are event lists.
    lists: Vec<u8>,
    /// Rows that there is room for in `values`.
    stride: usize,
}

impl Block {
    /// Empties the block and makes room for up to `rows` rows of `fields` fields.
    pub(super) fn start(&mut self, fields: usize, rows: usize) {
        self.rows = 0;
        self.stride = rows;
        self.rows_seen = 0;
        self.lines_seen = 0;
        self.bad_count = 0;
        self.bad.clear();
        self.texts.clear();
        self.numbers.clear();
        self.values.clear();
        self.values.resize(fields * rows, f64::NAN);
        self.events.clear();
        self.lists.clear();
    }

    /// Adds an event list, a JSON array, to the row being read.
    pub(super) fn put_events(&mut self, name: &str, events: &[u8]) {
        self.lists.push(if self.lists.is_empty() { b'{' } else { b',' });
        // Writing a text into a Vec cannot fail.
        let _ = serde_json::to_writer(&mut self.lists, name);
        self.lists.push(b':');
        self.lists.extend_from_slice(events);
    }

    /// The row being read, alone: its values, and its events as the engine takes them.
    pub(super) fn row(&self) -> (Vec<f64>, Vec<u8>) {
        let fields = self.values.chunks_exact(self.stride.max(1));
        let values = fields.filter_map(|column| column.get(self.rows).copied()).collect();
        let events = match self.lists.is_empty() {
            true => Vec::new(),
            false => [b"[", &self.lists[..], b"}]"].concat(),
        };
        (values, events)
    }

    /// Writes a value of the row being read.
    #[inline]
    pub(super) fn put(&mut self, field: usize, value: f64) {
        if let Some(slot) = self.values.get_mut(field * self.stride + self.rows) {
            *slot = value;
        }
    }

    /// The events of one good row, as the engine takes them beside its columns.
    pub fn events_of(&self, row: usize) -> Vec<u8> {
        let rows: Vec<&RawValue> = serde_json::from_slice(&self.events).unwrap_or_default();
        rows.get(row).map_or_else(Vec::new, |own| format!("[{}]", own.get()).into_bytes())
    }

    /// Keeps the row being read.
    pub(super) fn accept(&mut self, text: Range<usize>) {
        if !self.lists.is_empty() || !self.events.is_empty() {
            // Rows before the first one with events have empty objects.
            let before = if self.events.is_empty() { self.rows } else { 0 };
            self.events.push(if self.events.is_empty() { b'[' } else { b',' });
            (0..before).for_each(|_| self.events.extend_from_slice(b"{},"));
            self.events.extend_from_slice(if self.lists.is_empty() { b"{" } else { &self.lists });
            self.events.push(b'}');
            self.lists.clear();
        }
        self.texts.push(text);
        self.numbers.push(self.rows_seen);
        self.rows += 1;
        self.rows_seen += 1;
    }

    /// Drops the row being read; its slot is used for the next one.
    pub(super) fn refuse(&mut self, bad: BadRow) {
        self.lists.clear();
        for column in self.values.chunks_exact_mut(self.stride) {
            if let Some(slot) = column.get_mut(self.rows) {
                *slot = f64::NAN;
            }
        }
        self.rows_seen += 1;
        if self.bad.len() < DETAILS {
            self.bad.push(bad);
        }
        self.bad_count += 1;
    }

    /// Closes the gaps between columns when fewer rows came than there was room for.
    pub(super) fn finish(&mut self) {
        if !self.events.is_empty() {
            self.events.push(b']');
        }
        if self.rows < self.stride {
            let fields = self.values.len() / self.stride.max(1);
            for field in 1..fields {
                let from = field * self.stride;
                self.values.copy_within(from..from + self.rows, field * self.rows);
            }
            self.values.truncate(fields * self.rows);
        }
        self.stride = self.rows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad() -> BadRow {
        BadRow { row: 0, line: 0, column: None, code: "SCL-0205", what: String::new(), mend: String::new() }
    }

    #[test]
    fn gaps_close_and_refused_rows_leave_no_trace() {
        let mut block = Block::default();
        block.start(2, 4);
        for row in 0..4 {
            block.put(0, f64::from(row));
            block.put(1, f64::from(row) + 10.0);
            if row == 1 { block.refuse(bad()) } else { block.accept(0..0) }
        }
        block.finish();
        assert_eq!(block.values, [0.0, 2.0, 3.0, 10.0, 12.0, 13.0]);
        assert_eq!((block.rows, block.rows_seen, block.bad_count), (3, 4, 1));
    }
}
