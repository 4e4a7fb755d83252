//! A wasm file that holds the engine.

use std::borrow::Cow;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{HostError, Result};

/// The core's wasm, as `build.rs` made it.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/scorelet_core.wasm"));

/// The bytes of an engine, with a name for messages.
#[derive(Clone, Debug)]
pub struct Artefact {
    /// File name, or `embedded`.
    pub name: String,
    /// The wasm.
    pub bytes: Cow<'static, [u8]>,
}

impl Artefact {
    /// The engine inside this tool.
    pub fn embedded() -> Self {
        Self { name: "embedded".to_owned(), bytes: Cow::Borrowed(EMBEDDED) }
    }

    /// An engine from a file.
    pub fn from_file(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| HostError::Read { path: path.to_owned(), error })?;
        Ok(Self { name: path.display().to_string(), bytes: Cow::Owned(bytes) })
    }

    /// SHA-256 of the bytes, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

/// Bytes as hexadecimal text.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|&b| [digit(b >> 4), digit(b)]).collect()
}
