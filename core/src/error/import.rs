//! A trainer's model file that cannot be imported.

/// Why an importer refused a file. The place is the path inside the file (`learner.gradient_booster…`, `Tree=3`) or
/// its line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Not a file of this format.
    #[error("this is not {format}: {what}")]
    Format {
        /// The format expected, in words.
        format: &'static str,
        /// What is wrong.
        what: String,
        /// Place inside the file.
        at: String,
    },
    /// Something that the format allows and the engine does not do: refused by name.
    #[error("{feature} is not supported")]
    Unsupported {
        /// What is not supported, by the trainer's own name.
        feature: String,
        /// Place inside the file.
        at: String,
    },
    /// The file contradicts itself.
    #[error("the model is inconsistent: {what}")]
    Inconsistent {
        /// What is wrong.
        what: String,
        /// Place inside the file.
        at: String,
    },
    /// A declared size is over the limit.
    #[error("the model has {found} {what}; the limit is {limit}")]
    Limit {
        /// What is counted.
        what: &'static str,
        /// Declared.
        found: u64,
        /// Allowed.
        limit: u64,
    },
}

impl ImportError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format { .. } => "SCL-0501",
            Self::Unsupported { .. } => "SCL-0502",
            Self::Inconsistent { .. } => "SCL-0503",
            Self::Limit { .. } => "SCL-0504",
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Format { at, .. } | Self::Unsupported { at, .. } | Self::Inconsistent { at, .. } => {
                at.clone()
            }
            Self::Limit { .. } => "model".to_owned(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Format { format, .. } => format!("give {format} as its trainer saved it"),
            Self::Unsupported { .. } => {
                "train without it; docs/importing.md lists what is supported".to_owned()
            }
            Self::Inconsistent { .. } => "save the model again from its trainer".to_owned(),
            Self::Limit { .. } => "train a smaller model".to_owned(),
        }
    }
}
