//! A bundle that cannot be used.

/// Why a bundle was refused. The place is the section and, where known, the node.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Not a bundle at all.
    #[error("this is not a Scorelet bundle: it does not begin with the magic bytes")]
    NotABundle,
    /// A container version that this engine does not know.
    #[error("the bundle has container version {found}; this engine reads version {known}")]
    Version {
        /// Version in the file.
        found: u16,
        /// Newest version known.
        known: u16,
    },
    /// The bytes end before what they declare.
    #[error("the bundle ends in the middle of its {section}")]
    Truncated {
        /// Section being read.
        section: &'static str,
    },
    /// Bytes are left over after all that was declared.
    #[error("{bytes} bytes of the {section} are left over: nothing declares them")]
    Trailing {
        /// Section being read.
        section: &'static str,
        /// Bytes left over.
        bytes: usize,
    },
    /// A declared size is over the engine's limit.
    #[error("{found} {what} declared in the {section}: the limit is {limit}")]
    Limit {
        /// Section being read.
        section: &'static str,
        /// What is counted.
        what: &'static str,
        /// Declared.
        found: u64,
        /// Allowed.
        limit: u64,
    },
    /// A section that every bundle must have is not there, or is there twice.
    #[error("the bundle must have its {section} exactly once")]
    Section {
        /// The section's name.
        section: &'static str,
    },
    /// Unsigned where a signature was asked for.
    #[error("the bundle is not signed")]
    Unsigned,
    /// Signed by another key than the expected one.
    #[error("the bundle is signed by another key than the one expected")]
    WrongKey,
    /// The signature does not fit the content: it was changed after signing.
    #[error("the bundle's signature does not fit its content")]
    BadSignature,
    /// A kind of node that this engine does not have.
    #[error(
        "node `{node}` is of kind `{kind}`, which this engine does not have; it needs engine version {needs}"
    )]
    UnknownKind {
        /// The node's name.
        node: String,
        /// The kind's name, from the bundle's own table.
        kind: String,
        /// Engine version that the kind came with.
        needs: String,
    },
    /// A value that the format does not allow.
    #[error("malformed {section}: {what}")]
    Malformed {
        /// Section being read.
        section: &'static str,
        /// What is wrong.
        what: &'static str,
    },
    /// A node that does not fit its inputs or contradicts itself.
    #[error("node `{node}` is not valid: {what}")]
    Node {
        /// The node's name.
        node: String,
        /// What is wrong.
        what: &'static str,
    },
}

impl BundleError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotABundle => "SCL-0101",
            Self::Version { .. } => "SCL-0102",
            Self::Truncated { .. } => "SCL-0103",
            Self::Trailing { .. } => "SCL-0104",
            Self::Limit { .. } => "SCL-0105",
            Self::Section { .. } => "SCL-0106",
            Self::Unsigned => "SCL-0107",
            Self::WrongKey => "SCL-0108",
            Self::BadSignature => "SCL-0109",
            Self::UnknownKind { .. } => "SCL-0110",
            Self::Malformed { .. } => "SCL-0111",
            Self::Node { .. } => "SCL-0112",
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Truncated { section }
            | Self::Trailing { section, .. }
            | Self::Limit { section, .. }
            | Self::Section { section }
            | Self::Malformed { section, .. } => format!("bundle, {section}"),
            Self::UnknownKind { node, .. } | Self::Node { node, .. } => format!("bundle, node `{node}`"),
            _ => "bundle, header".to_owned(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::NotABundle => "give a file that `scorelet build` wrote".to_owned(),
            Self::Version { .. } => {
                "use an engine of the bundle's version, or build the bundle again".to_owned()
            }
            Self::Truncated { .. }
            | Self::Trailing { .. }
            | Self::Section { .. }
            | Self::Malformed { .. } => {
                "fetch the bundle again, or build it again from its source".to_owned()
            }
            Self::Limit { .. } => "make the model smaller, or cut the bundle into several".to_owned(),
            Self::Unsigned => {
                "sign it: `scorelet build --key`, or open it without asking for a key".to_owned()
            }
            Self::WrongKey => "give the public key of the publisher who signed it".to_owned(),
            Self::BadSignature => "do not use it: fetch the bundle again from its publisher".to_owned(),
            Self::UnknownKind { needs, .. } => format!("use engine version {needs} or newer"),
            Self::Node { .. } => "build the bundle again from its source with this version".to_owned(),
        }
    }
}
