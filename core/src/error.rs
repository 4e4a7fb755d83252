//! What can go wrong: typed, each with a stable code, the place and the mend.
//!
//! Codes: `SCL-01xx` bundle, `SCL-02xx` record, `SCL-03xx` score graph, `SCL-04xx` ABI, `SCL-05xx` import of a model,
//! `SCL-06xx` bundle source, `SCL-07xx` host, `SCL-08xx` npm package, `SCL-09xx` edge worker, `SCL-10xx` split and receipt. A code never changes its meaning.

mod bundle;
#[cfg(feature = "author")]
mod import;
mod record;
#[cfg(feature = "author")]
mod source;

pub use bundle::BundleError;
#[cfg(feature = "author")]
pub use import::ImportError;
pub use record::RecordError;
#[cfg(feature = "author")]
pub use source::SourceError;

use crate::split::SplitError;

/// Any error of the engine.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bundle is malformed, unsigned, too new, too large.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The record does not fit the bundle's fields.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// What came from the device cannot be used, or cannot be sealed for the edge.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// A trainer's model file could not be imported.
    #[cfg(feature = "author")]
    #[error(transparent)]
    Import(#[from] ImportError),
    /// The bundle source has a mistake.
    #[cfg(feature = "author")]
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Error {
    /// The stable code, `SCL-` and four digits.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Bundle(e) => e.code(),
            Self::Record(e) => e.code(),
            Self::Split(e) => e.code(),
            #[cfg(feature = "author")]
            Self::Import(e) => e.code(),
            #[cfg(feature = "author")]
            Self::Source(e) => e.code(),
        }
    }

    /// Where it is wrong: section, node, field and row, or file and line; as text.
    pub fn place(&self) -> String {
        match self {
            Self::Bundle(e) => e.place(),
            Self::Record(e) => e.place(),
            Self::Split(e) => e.place(),
            #[cfg(feature = "author")]
            Self::Import(e) => e.place(),
            #[cfg(feature = "author")]
            Self::Source(e) => e.place(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Bundle(e) => e.mend(),
            Self::Record(e) => e.mend(),
            Self::Split(e) => e.mend(),
            #[cfg(feature = "author")]
            Self::Import(e) => e.mend(),
            #[cfg(feature = "author")]
            Self::Source(e) => e.mend(),
        }
    }
}
