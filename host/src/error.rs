//! What can go wrong in the host: each with a stable code (`SCL-07xx`), the place, the mend and an exit code.

use std::path::PathBuf;

use scorelet_core::error::{Error as CoreError, SourceError};

use crate::edge::EdgeError;

/// Result of a host operation.
pub type Result<T> = std::result::Result<T, HostError>;

/// One mistake in a bundle source.
#[derive(Debug)]
pub struct Mistake {
    /// What is wrong, where, and what to write instead.
    pub error: SourceError,
    /// The whole text of its file; empty if it is no text.
    pub text: String,
}

/// Any error of the host, the engine's own included.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The engine refused a bundle, a model file or a record.
    #[error("{error}")]
    Core {
        /// What the engine said.
        #[source]
        error: Box<CoreError>,
        /// The file it was about; empty if none.
        file: String,
    },
    /// Mistakes in a bundle source, with the texts around them.
    #[error("the bundle source has {} mistake{}", mistakes.len(), if mistakes.len() == 1 { "" } else { "s" })]
    Source {
        /// The folder.
        path: PathBuf,
        /// At least one.
        mistakes: Vec<Mistake>,
    },
    /// The engine inside the wasm refused something.
    #[error("{message}")]
    Guest {
        /// Its code.
        code: String,
        /// Its message.
        message: String,
        /// Its place.
        place: String,
        /// Its mend.
        mend: String,
    },
    /// A file or folder could not be read.
    #[error("cannot read it: {error}")]
    Read {
        /// File.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write it: {error}")]
    Write {
        /// File.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// A file is there that would have been overwritten.
    #[error("it is there already")]
    Exists {
        /// File.
        path: PathBuf,
    },
    /// A file that does not hold what was asked for.
    #[error("{what}")]
    Content {
        /// File.
        path: PathBuf,
        /// What is wrong.
        what: String,
        /// What to do.
        mend: &'static str,
    },
    /// The whole input is unusable (not one row of it).
    #[error("{what}")]
    Input {
        /// File and line or column.
        place: String,
        /// What is wrong.
        what: String,
        /// What to do.
        mend: String,
    },
    /// Flags that do not go together.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to do.
        mend: String,
    },
    /// A row that cannot be scored, where the policy is to stop.
    #[error("row {row} cannot be scored: {what}")]
    Row {
        /// Row of the input, from 1, the header not counted.
        row: u64,
        /// File, line and column.
        place: String,
        /// The engine's code for it.
        code: &'static str,
        /// What is wrong.
        what: String,
        /// What to do.
        mend: String,
    },
    /// The call ran longer than its deadline.
    #[error("the engine was stopped: it ran longer than {millis} ms")]
    Deadline {
        /// The deadline.
        millis: u64,
    },
    /// The engine asked for more memory than the cap.
    #[error("the engine was stopped: it asked for more than {mib} MiB of memory")]
    OutOfMemory {
        /// The cap.
        mib: usize,
    },
    /// The call used up its fuel.
    #[error("the engine was stopped: it used up its fuel of {fuel}")]
    OutOfFuel {
        /// Fuel of a call.
        fuel: u64,
    },
    /// The engine trapped for another reason.
    #[error("the engine trapped: {what}")]
    Trap {
        /// What wasmtime said.
        what: String,
    },
    /// A wasm file that is no Scorelet engine.
    #[error("{name} is not a Scorelet engine: {what}")]
    Artefact {
        /// File or `embedded`.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// The edge worker refused, or could not be spoken to.
    #[error(transparent)]
    Edge(#[from] EdgeError),
    /// A thread of the tool panicked.
    #[error("the tool itself failed: {what}")]
    Panic {
        /// The panic's message.
        what: String,
    },
    /// wasmtime could not be set up.
    #[error("the wasm runtime could not be set up: {what}")]
    Runtime {
        /// What wasmtime said.
        what: String,
    },
}

/// Exit codes of the tool, as `scorelet help` and `docs/cli.md` list them.
pub mod exit {
    /// All went well.
    pub const OK: u8 = 0;
    /// A difference was found, or rows were skipped.
    pub const DIFFERENCE: u8 = 1;
    /// Wrong flags or arguments.
    pub const USAGE: u8 = 2;
    /// The input cannot be scored.
    pub const INPUT: u8 = 3;
    /// The bundle, bundle source or model file was refused.
    pub const REFUSED: u8 = 4;
    /// The engine was stopped while it ran.
    pub const STOPPED: u8 = 5;
    /// A file could not be read or written.
    pub const FILES: u8 = 6;
    /// The edge worker refused, or did not answer.
    pub const EDGE: u8 = 7;
}

impl HostError {
    /// A core error about `file`.
    pub fn core(error: impl Into<CoreError>, file: impl Into<String>) -> Self {
        Self::Core { error: Box::new(error.into()), file: file.into() }
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        match self {
            Self::Core { error, .. } => error.code(),
            Self::Source { mistakes, .. } => mistakes.first().map_or("SCL-0600", |m| m.error.code()),
            Self::Guest { code, .. } => code,
            Self::Row { code, .. } => code,
            Self::Read { .. } => "SCL-0701",
            Self::Write { .. } => "SCL-0702",
            Self::Exists { .. } => "SCL-0703",
            Self::Content { .. } => "SCL-0704",
            Self::Input { .. } => "SCL-0705",
            Self::Usage { .. } => "SCL-0706",
            Self::Deadline { .. } => "SCL-0710",
            Self::OutOfMemory { .. } => "SCL-0711",
            Self::OutOfFuel { .. } => "SCL-0712",
            Self::Trap { .. } => "SCL-0713",
            Self::Artefact { .. } => "SCL-0714",
            Self::Runtime { .. } => "SCL-0715",
            Self::Panic { .. } => "SCL-0716",
            Self::Edge(error) => error.code(),
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Core { error, file } if file.is_empty() => error.place(),
            Self::Core { error, file } => format!("{file}: {}", error.place()),
            Self::Source { path, mistakes } => {
                let first = mistakes.first().map(|m| path.join(&m.error.file).display().to_string());
                format!("{}:{}", first.unwrap_or_default(), mistakes.first().map_or(0, |m| m.error.line))
            }
            Self::Guest { place, .. } | Self::Input { place, .. } | Self::Row { place, .. } => place.clone(),
            Self::Read { path, .. }
            | Self::Write { path, .. }
            | Self::Exists { path }
            | Self::Content { path, .. } => path.display().to_string(),
            Self::Usage { .. } => "command line".to_owned(),
            Self::Panic { .. } => "tool".to_owned(),
            Self::Artefact { name, .. } => name.clone(),
            Self::Edge(error) => error.place(),
            _ => "wasm engine".to_owned(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Core { error, .. } => error.mend(),
            Self::Source { mistakes, .. } => mistakes.first().map_or_else(String::new, |m| m.error.mend()),
            Self::Guest { mend, .. }
            | Self::Input { mend, .. }
            | Self::Row { mend, .. }
            | Self::Usage { mend, .. } => mend.clone(),
            Self::Content { mend, .. } => (*mend).to_owned(),
            Self::Read { .. } => "check the path and the permissions".to_owned(),
            Self::Write { .. } => "check the path, the permissions and the free space".to_owned(),
            Self::Exists { .. } => "choose another path, or move the old file away".to_owned(),
            Self::Deadline { .. } => "raise --deadline, or send fewer rows in one call".to_owned(),
            Self::OutOfMemory { .. } => "raise --memory, or make the model smaller".to_owned(),
            Self::OutOfFuel { .. } => "raise --fuel".to_owned(),
            Self::Trap { .. } => {
                "do not use this artefact; `scorelet certify` tells whether the embedded one behaves"
                    .to_owned()
            }
            Self::Artefact { .. } => "give a wasm that exports Scorelet's raw ABI (docs/abi.md)".to_owned(),
            Self::Runtime { .. } => "check the limits of the system (ulimit -v)".to_owned(),
            Self::Edge(error) => error.mend(),
            Self::Panic { .. } => {
                "this is a mistake of the tool: please report it with its message".to_owned()
            }
        }
    }

    /// The tool's exit code for it.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Core { error, .. } if matches!(**error, CoreError::Record(_)) => exit::INPUT,
            Self::Input { .. } | Self::Row { .. } => exit::INPUT,
            Self::Core { .. } | Self::Source { .. } | Self::Content { .. } => exit::REFUSED,
            Self::Guest { code, .. } if code.starts_with("SCL-02") => exit::INPUT,
            Self::Guest { .. } | Self::Artefact { .. } => exit::REFUSED,
            Self::Usage { .. } => exit::USAGE,
            Self::Edge(error) if error.is_usage() => exit::USAGE,
            Self::Edge(_) => exit::EDGE,
            Self::Read { .. } | Self::Write { .. } | Self::Exists { .. } => exit::FILES,
            Self::Deadline { .. }
            | Self::OutOfMemory { .. }
            | Self::OutOfFuel { .. }
            | Self::Trap { .. }
            | Self::Panic { .. }
            | Self::Runtime { .. } => exit::STOPPED,
        }
    }
}
