//! Errors of the importer.

use crate::Error;
use crate::error::ImportError;

pub(super) fn malformed(what: impl Into<String>, at: impl Into<String>) -> Error {
    ImportError::Format { format: "an ONNX model", what: what.into(), at: at.into() }.into()
}

/// A name of the file, cut to a length that a message can have.
pub(super) fn shorten(name: &str) -> String {
    match name.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

/// The place of what belongs to no node.
pub(super) const GRAPH: &str = "graph";
