//! CSV chunks to columns, without an allocation a cell.

use std::ops::Range;

use memchr::memchr;
use scorelet_core::record::text::FieldReader;

use super::block::{BadRow, Block};
use super::checker::Checker;
use super::cut::count_lines;
use super::header::Header;

/// A cell of a line.
pub(crate) enum Cell {
    /// The bytes as they stand.
    Plain(Range<usize>),
    /// The scratch buffer holds the cell, its doubled quotes undone.
    Unescaped,
}

/// The cells of one record, which may run over several lines within quotes.
pub(crate) struct Cells<'a> {
    text: &'a [u8],
    delimiter: u8,
    at: usize,
    /// Whether the last cell ended with a delimiter, so that another follows.
    more: bool,
}

impl<'a> Cells<'a> {
    pub(crate) fn new(text: &'a [u8], delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, more: true }
    }

    /// The cells of the record that begins at `at`.
    pub(crate) fn starting_at(text: &'a [u8], delimiter: u8, at: usize) -> Self {
        Self { text, delimiter, at, more: true }
    }

    /// Where the record ends, once its cells are read.
    pub(crate) fn end(&self) -> usize {
        self.at
    }

    /// The next cell; `None` after the record's last one. Then `at` is one past the record.
    #[inline]
    pub(crate) fn next(&mut self, scratch: &mut Vec<u8>) -> Option<Cell> {
        if !self.more {
            return None;
        }
        if self.text.get(self.at) == Some(&b'"') {
            return Some(self.quoted(scratch));
        }
        let start = self.at;
        let end = self.text[start..]
            .iter()
            .position(|&byte| byte == self.delimiter || byte == b'\n')
            .map_or(self.text.len(), |length| start + length);
        Some(Cell::Plain(start..self.close(start, end)))
    }

    /// Goes past the byte that ended a cell; gives the cell's end, without a carriage return before a line's end.
    #[inline]
    fn close(&mut self, start: usize, end: usize) -> usize {
        self.more = self.text.get(end) == Some(&self.delimiter);
        self.at = (end + 1).min(self.text.len());
        if !self.more && end > start && self.text[end - 1] == b'\r' { end - 1 } else { end }
    }

    #[cold]
    fn quoted(&mut self, scratch: &mut Vec<u8>) -> Cell {
        scratch.clear();
        let start = self.at + 1;
        let mut from = start;
        let mut copied = false;
        loop {
            let Some(length) = memchr(b'"', &self.text[from..]) else {
                // Never closed: the cell is the rest of the input.
                scratch.extend_from_slice(&self.text[from..]);
                self.at = self.text.len();
                self.more = false;
                return Cell::Unescaped;
            };
            let quote = from + length;
            if self.text.get(quote + 1) == Some(&b'"') {
                scratch.extend_from_slice(&self.text[from..=quote]);
                copied = true;
                from = quote + 2;
                continue;
            }
            let after = quote + 1;
            let end = self.text[after..]
                .iter()
                .position(|&byte| byte == self.delimiter || byte == b'\n')
                .map_or(self.text.len(), |length| after + length);
            let tail = after..self.close(after, end);
            if !copied && tail.is_empty() {
                return Cell::Plain(start..quote);
            }
            // Text after the closing quote belongs to the cell, as everybody's CSV reader has it.
            scratch.extend_from_slice(&self.text[from..quote]);
            scratch.extend_from_slice(&self.text[tail]);
            return Cell::Unescaped;
        }
    }
}

/// Reads CSV chunks. One a worker.
pub struct CsvReader<'a> {
    header: &'a Header,
    readers: &'a [FieldReader],
    delimiter: u8,
    scratch: Vec<u8>,
    checker: Option<Checker>,
}

impl<'a> CsvReader<'a> {
    /// A reader of files with this header; `readers` has one of core's readers a field. With a `checker` the cells of event
    /// lists are JSON arrays.
    pub fn new(
        header: &'a Header,
        readers: &'a [FieldReader],
        delimiter: u8,
        checker: Option<Checker>,
    ) -> Self {
        Self { header, readers, delimiter, scratch: Vec::new(), checker }
    }

    /// Reads a chunk into `block`.
    pub fn read(&mut self, text: &[u8], block: &mut Block) {
        let lines = count_lines(text);
        block.start(self.readers.len(), lines);
        let (mut at, mut line) = (0, 0);
        while at < text.len() {
            let record = at;
            at = match text[at] {
                b'\n' => at + 1,
                b'\r' if text.get(at + 1) == Some(&b'\n') => at + 2,
                _ => match self.record(text, at, block) {
                    Ok(end) => {
                        block.accept(record..end);
                        end
                    }
                    Err((end, mut bad)) => {
                        (bad.row, bad.line) = (block.rows_seen, line);
                        block.refuse(*bad);
                        end
                    }
                },
            };
            // Almost every record is one line: looking once is cheaper than counting.
            let inner = &text[record..at];
            let first = memchr(b'\n', inner).map_or(inner.len(), |end| end + 1);
            line += 1;
            if first < inner.len() {
                line += memchr::memchr_iter(b'\n', &inner[first..]).count() as u64;
            }
        }
        block.lines_seen = lines as u64;
        block.finish();
    }

    /// One record from `start`; gives where the next one begins.
    #[inline]
    fn record(
        &mut self,
        text: &[u8],
        start: usize,
        block: &mut Block,
    ) -> Result<usize, (usize, Box<BadRow>)> {
        let mut cells = Cells::starting_at(text, self.delimiter, start);
        let mut columns = self.header.fields.iter();
        let mut bad: Option<Box<BadRow>> = None;
        let mut count = 0;
        while let Some(cell) = cells.next(&mut self.scratch) {
            count += 1;
            let Some(&Some(field)) = columns.next() else { continue };
            let bytes = match cell {
                Cell::Plain(range) => &text[range],
                Cell::Unescaped => &self.scratch[..],
            };
            let Some(reader) = self.readers.get(field) else { continue };
            match reader.read(bytes) {
                Ok(value) => {
                    block.put(field, value);
                    if let Some(name) = self.checker.as_ref().and_then(|checker| checker.list(field))
                        && !bytes.is_empty()
                    {
                        block.put_events(name, bytes);
                    }
                }
                Err(error) if bad.is_none() => {
                    bad = Some(Box::new(BadRow {
                        row: 0,
                        line: 0,
                        column: self.header.names.get(count - 1).cloned(),
                        code: error.code(),
                        what: format!("{error} ({})", shown(bytes)),
                        mend: error.mend(),
                    }));
                }
                Err(_) => {}
            }
        }
        let expected = self.header.fields.len();
        if let (None, Some(checker)) = (&bad, &mut self.checker)
            && count == expected
            && let Err(error) = checker.check(block)
        {
            let column = error.field().map(str::to_owned);
            let (code, what, mend) = (error.code(), error.to_string(), error.mend());
            bad = Some(Box::new(BadRow { row: 0, line: 0, column, code, what, mend }));
        }
        match bad {
            None if count == expected => Ok(cells.at),
            Some(bad) if count == expected => Err((cells.at, bad)),
            _ => Err((cells.at, Box::new(ragged(count, expected)))),
        }
    }
}

#[cold]
fn ragged(count: usize, expected: usize) -> BadRow {
    BadRow {
        row: 0,
        line: 0,
        column: None,
        code: "SCL-0208",
        what: format!("it has {count} cells, the header {expected}"),
        mend: "look for a missing or doubled delimiter, or a quote that is not closed".to_owned(),
    }
}

/// A cell as a message shows it.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() { format!("`{short}…`") } else { format!("`{short}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let (mut at, mut scratch, mut all) = (0, Vec::new(), Vec::new());
        while at < text.len() {
            if text[at] == b'\n' {
                at += 1;
                continue;
            }
            let mut cells = Cells::starting_at(text, b',', at);
            let mut record = Vec::new();
            while let Some(cell) = cells.next(&mut scratch) {
                record.push(match cell {
                    Cell::Plain(range) => text[range].to_vec(),
                    Cell::Unescaped => scratch.clone(),
                });
            }
            at = cells.at;
            all.push(record);
        }
        all
    }

    /// Every text of up to seven of the bytes that matter is cut as the csv crate cuts it.
    #[test]
    fn cells_are_those_of_the_csv_crate() {
        let alphabet = b"a,\"\n";
        for length in 1..=7_u32 {
            for number in 0..4_usize.pow(length) {
                let text: Vec<u8> = (0..length).map(|i| alphabet[number / 4_usize.pow(i) % 4]).collect();
                let mut reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&text[..]);
                let expected: Vec<Vec<Vec<u8>>> =
                    reader.byte_records().map(|r| r.unwrap().iter().map(<[u8]>::to_vec).collect()).collect();
                assert_eq!(records(&text), expected, "{:?}", String::from_utf8_lossy(&text));
            }
        }
    }

    #[test]
    fn carriage_returns_end_lines_only() {
        assert_eq!(
            records(b"a,b\r\n\"c\",d\re\r\n"),
            [[b"a".to_vec(), b"b".to_vec()], [b"c".to_vec(), b"d\re".to_vec()],]
        );
    }
}
