//! A mistake in a bundle source.

/// A mistake in `bundle.toml` or a file it names, with the span that the host shows as a snippet.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// Stable code.
    pub code: &'static str,
    /// File, relative to the bundle source folder.
    pub file: String,
    /// Line, from 1; 0 when the mistake is about the whole file.
    pub line: usize,
    /// Byte range in the file.
    pub span: core::ops::Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub mend: String,
}

impl SourceError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        self.mend.clone()
    }
}
