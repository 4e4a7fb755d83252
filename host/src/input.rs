//! Tables of records: CSV, JSON, NDJSON; cut into chunks of whole records, read into columns.
//!
//! Cutting needs one pass with a small state and happens in one thread; reading cells is the work, and each worker does it
//! for its own chunk. Neither ever holds more than a few chunks, so memory does not grow with the input.

mod block;
mod checker;
mod csv;
mod cut;
mod header;
mod json;
mod source;

pub use block::{BadRow, Block};
pub use checker::Checker;
pub use csv::CsvReader;
pub(crate) use csv::{Cell, Cells};
pub use cut::{Chunk, Cutter};
pub use header::{Header, nearest};
pub use json::JsonReader;
pub use source::{Format, Source};

/// Reads chunks into blocks; one a worker, since it holds buffers.
pub enum Reader<'a> {
    /// CSV.
    Csv(CsvReader<'a>),
    /// NDJSON, or JSON that the cutter made into it.
    Json(JsonReader<'a>),
}

impl Reader<'_> {
    /// Reads a chunk into `block`, whose buffers are reused.
    pub fn read(&mut self, text: &[u8], block: &mut Block) {
        match self {
            Self::Csv(reader) => reader.read(text, block),
            Self::Json(reader) => reader.read(text, block),
        }
    }
}
