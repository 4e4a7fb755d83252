//! Rows that have been read, as columns.

use std::ops::Range;

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
    }

    /// Writes a value of the row being read.
    #[inline]
    pub(super) fn put(&mut self, field: usize, value: f64) {
        if let Some(slot) = self.values.get_mut(field * self.stride + self.rows) {
            *slot = value;
        }
    }

    /// Keeps the row being read.
    pub(super) fn accept(&mut self, text: Range<usize>) {
        self.texts.push(text);
        self.numbers.push(self.rows_seen);
        self.rows += 1;
        self.rows_seen += 1;
    }

    /// Drops the row being read; its slot is used for the next one.
    pub(super) fn refuse(&mut self, bad: BadRow) {
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
