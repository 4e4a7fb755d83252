//! Cuts a stream into chunks of whole records.

use std::io::Read;

use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

use super::source::Format;

/// Bytes of a chunk: large enough that threads seldom meet, small enough to stay in the cache.
const CHUNK: usize = 256 << 10;
/// Most cells of a chunk: 16 MiB of values.
const CELLS: usize = 1 << 21;
/// Longest record. A quote that is never closed would otherwise swallow the whole file.
const RECORD: usize = 16 << 20;

/// Whole records, in the order of the input.
#[derive(Debug, Default)]
pub struct Chunk {
    /// 0, 1, 2, ….
    pub index: u64,
    /// The records' text. CSV ends at a line's end; JSON has one record a line.
    pub text: Vec<u8>,
    /// A buffer that travels along for what is made of them.
    pub out: Vec<u8>,
}

/// Cuts a stream.
pub struct Cutter<R> {
    input: R,
    format: Format,
    delimiter: u8,
    /// Most records of a chunk.
    records: usize,
    rest: Vec<u8>,
    ended: bool,
    index: u64,
    json: JsonState,
}

/// Where in a JSON document the cutter stands.
#[derive(Clone, Copy, Debug, Default)]
struct JsonState {
    depth: usize,
    in_text: bool,
    escaped: bool,
    in_array: bool,
}

impl<R: Read> Cutter<R> {
    /// A cutter of `input`, of which `begun` has been read already.
    pub fn new(input: R, begun: Vec<u8>, format: Format, delimiter: u8) -> Self {
        Self {
            input,
            format,
            delimiter,
            records: usize::MAX,
            rest: begun,
            ended: false,
            index: 0,
            json: JsonState::default(),
        }
    }

    /// Bounds the records of a chunk, so that `fields` columns of them stay within memory.
    pub fn limit_records(&mut self, fields: usize) {
        self.records = (CELLS / fields.max(1)).max(1);
    }

    /// The first record of a CSV: its header, without the line's end. `None` if there is nothing.
    pub fn header(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        if self.rest.len() < 3 {
            self.fill(CHUNK)?;
        }
        if self.rest.starts_with(b"\xef\xbb\xbf") {
            self.rest.drain(..3);
        }
        loop {
            if let Some(end) = first_record(&self.rest, self.delimiter) {
                let mut line: Vec<u8> = self.rest.drain(..=end).collect();
                line.pop();
                if line.last() == Some(&b'\r') {
                    line.pop();
                }
                return Ok(Some(line));
            }
            if self.ended {
                let line = std::mem::take(&mut self.rest);
                return Ok((!line.is_empty()).then_some(line));
            }
            self.check_record()?;
            self.fill(CHUNK)?;
        }
    }

    /// The next chunk into `chunk`, whose buffer is reused; false at the end.
    pub fn next(&mut self, chunk: &mut Chunk) -> std::io::Result<bool> {
        chunk.text.clear();
        loop {
            if self.rest.len() < CHUNK && !self.ended {
                self.fill(CHUNK)?;
            }
            let end = if self.ended && self.rest.len() <= self.records {
                Some(self.rest.len())
            } else {
                self.last_boundary().or_else(|| self.ended.then_some(self.rest.len()))
            };
            match end {
                Some(0) => {
                    self.check_end()?;
                    return Ok(false);
                }
                Some(end) => {
                    chunk.index = self.index;
                    self.index += 1;
                    chunk.text.extend_from_slice(&self.rest[..end]);
                    self.rest.drain(..end);
                    if self.format == Format::Json {
                        self.json_to_lines(&mut chunk.text);
                    }
                    return Ok(true);
                }
                None => {
                    self.check_record()?;
                    self.fill(CHUNK)?;
                }
            }
        }
    }

    fn fill(&mut self, bytes: usize) -> std::io::Result<()> {
        let got = self.input.by_ref().take(bytes as u64).read_to_end(&mut self.rest)?;
        self.ended = got < bytes;
        Ok(())
    }

    /// A JSON array that is not closed has lost records. (An object that is not closed is a bad row.)
    fn check_end(&self) -> std::io::Result<()> {
        if self.format == Format::Json && self.json.in_array {
            let what = "the JSON ends before its array is closed: records are missing";
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, what));
        }
        Ok(())
    }

    fn check_record(&self) -> std::io::Result<()> {
        if self.rest.len() < RECORD {
            return Ok(());
        }
        let what = format!("a record is longer than {} MiB: is a quote or brace not closed?", RECORD >> 20);
        Err(std::io::Error::new(std::io::ErrorKind::InvalidData, what))
    }

    /// One past the last byte of the last whole record in `rest`.
    fn last_boundary(&self) -> Option<usize> {
        // Every record has a byte at least, and most have many: looking for the limit is seldom needed.
        let text = match self.rest.len() > self.records {
            true => memchr_iter(b'\n', &self.rest).nth(self.records - 1).map(|end| &self.rest[..=end]),
            false => None,
        };
        let text = text.unwrap_or(&self.rest);
        let end = match self.format {
            // Line ends within quotes end no record: records are counted, not lines.
            Format::Csv if memchr(b'"', text).is_some() => {
                last_record(&self.rest, self.delimiter, self.records)
            }
            Format::Csv | Format::Ndjson if self.ended && text.len() == self.rest.len() => {
                return Some(text.len());
            }
            Format::Csv | Format::Ndjson => memrchr(b'\n', text),
            Format::Json => self.last_json_record(),
        };
        end.map(|end| end + 1)
    }

    /// The end of the last object of a JSON document that is whole.
    fn last_json_record(&self) -> Option<usize> {
        let mut state = self.json;
        let ends = self.rest.iter().enumerate().filter(|&(_, &byte)| state.step(byte));
        ends.take(self.records).last().map(|(at, _)| at)
    }

    /// Makes one line of each object; what stands between objects (brackets, commas) goes.
    fn json_to_lines(&mut self, text: &mut Vec<u8>) {
        let mut lines = Vec::with_capacity(text.len() + 16);
        for &byte in text.iter() {
            let before = self.json;
            let whole = self.json.step(byte);
            let between = before.depth == 0 && self.json.depth == 0 && !whole;
            match byte {
                // Within a text a raw line's end is not JSON: the engine's parser will say so.
                b'\n' | b'\r' => lines.push(b' '),
                b'[' | b']' | b',' if between && !before.in_text => {}
                _ => lines.push(byte),
            }
            if whole {
                lines.push(b'\n');
            }
        }
        if lines.iter().all(u8::is_ascii_whitespace) {
            lines.clear();
        }
        *text = lines;
    }
}

impl JsonState {
    /// Goes over one byte; true if it ends a top-level object.
    fn step(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_text = true,
            b'[' if self.depth == 0 && !self.in_array => self.in_array = true,
            b']' if self.depth == 0 => self.in_array = false,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

/// The line's end that closes the first record.
fn first_record(text: &[u8], delimiter: u8) -> Option<usize> {
    let mut scan = Quotes::new(delimiter);
    memchr2_iter(b'"', b'\n', text).find(|&at| scan.ends_record(text, at))
}

/// The line's end that closes the last whole record, of the first `records` ones.
fn last_record(text: &[u8], delimiter: u8, records: usize) -> Option<usize> {
    let mut scan = Quotes::new(delimiter);
    memchr2_iter(b'"', b'\n', text).filter(|&at| scan.ends_record(text, at)).take(records).last()
}

/// Lines of a text.
pub(super) fn count_lines(text: &[u8]) -> usize {
    memchr_iter(b'\n', text).count() + usize::from(text.last().is_some_and(|&b| b != b'\n'))
}

/// A quote opens a quoted cell only at the cell's beginning; inside one, two quotes stand for one.
struct Quotes {
    delimiter: u8,
    quoted: bool,
    skip: Option<usize>,
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, quoted: false, skip: None }
    }

    fn ends_record(&mut self, text: &[u8], at: usize) -> bool {
        if text[at] == b'\n' {
            return !self.quoted;
        }
        if self.skip.take() == Some(at) {
            return false;
        }
        if self.quoted {
            if text.get(at + 1) == Some(&b'"') {
                self.skip = Some(at + 1);
            } else {
                self.quoted = false;
            }
        } else {
            self.quoted = match at.checked_sub(1).and_then(|before| text.get(before)) {
                None | Some(b'\n') => true,
                Some(&byte) => byte == self.delimiter,
            };
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hide_line_ends() {
        assert_eq!(first_record(b"a,\"b\nc\"\"\n\",d\nrest\n", b','), Some(12));
        assert_eq!(first_record(b"5\" pipe\nnext\n", b','), Some(7));
        assert_eq!(last_record(b"a\n\"b\n", b',', 9), Some(1));
        assert_eq!(last_record(b"\"\"\n\"\n", b',', 9), Some(2));
        assert_eq!(last_record(b"a\nb\nc\n", b',', 2), Some(3));
    }

    #[test]
    fn a_cell_of_more_lines_than_a_chunk_may_have_records_is_one_record() {
        let cell = format!("1,\"{}\"\n", "x\n".repeat(5000));
        let text = cell.repeat(7);
        let mut cutter = Cutter::new(text.as_bytes(), Vec::new(), Format::Csv, b',');
        cutter.limit_records(CELLS / 3);
        let (mut chunk, mut chunks) = (Chunk::default(), Vec::new());
        while cutter.next(&mut chunk).unwrap() {
            chunks.push(chunk.text.len() / cell.len());
        }
        assert_eq!(chunks, [3, 3, 1]);
    }

    fn lines(json: &str, step: usize) -> Vec<String> {
        struct Slow<'a>(&'a [u8], usize);
        impl Read for Slow<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let n = self.1.min(self.0.len()).min(out.len());
                out[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        let mut cutter = Cutter::new(Slow(json.as_bytes(), step), Vec::new(), Format::Json, b',');
        let (mut chunk, mut out) = (Chunk::default(), String::new());
        while cutter.next(&mut chunk).unwrap() {
            out.push_str(std::str::from_utf8(&chunk.text).unwrap());
        }
        out.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn json_becomes_lines_wherever_it_is_cut() {
        let json = "[\n {\"a\": \"x},{\\\"\",\n \"b\": [1, {\"c\": 2}]},{}\n]\n";
        for step in [1, 2, 3, 7, 1000] {
            assert_eq!(lines(json, step), ["{\"a\": \"x},{\\\"\",  \"b\": [1, {\"c\": 2}]}", "{}"]);
        }
        assert_eq!(lines("{\n\"a\": 1\n}", 4), ["{ \"a\": 1 }"]);
        assert_eq!(lines("{\"a\": ", 4), ["{\"a\":"]);
    }

    #[test]
    fn a_json_array_that_is_not_closed_has_lost_records() {
        let mut cutter = Cutter::new(&b"[{\"a\": 1}, {\"a\": 2},"[..], Vec::new(), Format::Json, b',');
        let mut chunk = Chunk::default();
        while cutter.next(&mut chunk).is_ok_and(|more| more) {}
        assert_eq!(cutter.next(&mut chunk).unwrap_err().kind(), std::io::ErrorKind::InvalidData);
    }
}
