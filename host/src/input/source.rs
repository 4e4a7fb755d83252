//! Where a table comes from, and in which format.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{HostError, Result};

/// Format of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header line (RFC 4180).
    Csv,
    /// One record, or an array of records.
    Json,
    /// One record a line.
    Ndjson,
}

/// An open input.
pub struct Source {
    /// Its name for messages.
    pub name: String,
    /// Its size, if it is a file.
    pub bytes: Option<u64>,
    /// Its format.
    pub format: Format,
    /// What has been read already, to find the format.
    pub begun: Vec<u8>,
    /// The rest.
    pub input: Box<dyn Read + Send>,
}

impl Source {
    /// Opens a file, or standard input for `-`. The format comes from the flag, the file's name, or the first bytes.
    pub fn open(path: &Path, format: Option<Format>) -> Result<Self> {
        let failed = |error| HostError::Read { path: path.to_owned(), error };
        let (name, bytes, mut input): (_, _, Box<dyn Read + Send>) = if path == Path::new("-") {
            ("stdin".to_owned(), None, Box::new(std::io::stdin()))
        } else {
            let file = File::open(path).map_err(failed)?;
            let meta = file.metadata().map_err(failed)?;
            if meta.is_dir() {
                return Err(failed(std::io::Error::from(std::io::ErrorKind::IsADirectory)));
            }
            (path.display().to_string(), meta.is_file().then_some(meta.len()), Box::new(file))
        };
        let mut begun = Vec::new();
        let format = match format.or_else(|| by_name(path)) {
            Some(format) => format,
            None => {
                input.by_ref().take(4096).read_to_end(&mut begun).map_err(failed)?;
                by_content(&begun)
            }
        };
        Ok(Self { name, bytes, format, begun, input })
    }

    /// The error of a failed read from here.
    pub fn failed(name: &str, error: std::io::Error) -> HostError {
        if error.kind() == std::io::ErrorKind::InvalidData {
            return HostError::Input {
                place: name.to_owned(),
                what: error.to_string(),
                mend: "look for an opening quote without its closing one".to_owned(),
            };
        }
        HostError::Read { path: PathBuf::from(name), error }
    }
}

fn by_name(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "csv" => Some(Format::Csv),
        "json" => Some(Format::Json),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        _ => None,
    }
}

/// JSON begins with a bracket; an object that ends on its first line is NDJSON.
fn by_content(begun: &[u8]) -> Format {
    let text = begun.trim_ascii_start();
    match text.first() {
        Some(b'[') => Format::Json,
        Some(b'{') => {
            let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
            if line.trim_ascii_end().ends_with(b"}") { Format::Ndjson } else { Format::Json }
        }
        _ => Format::Csv,
    }
}
