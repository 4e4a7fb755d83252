//! The split: a bundle in two stages, and what goes from the device to the edge.
//!
//! A whole bundle with nodes of the device stage is cut (`author::cut`) into a *device bundle*, which holds the device's
//! fields and nodes only, and an *edge bundle*, in which those nodes are [`given`](Given). The device computes *local
//! credit data* from the record ([`Scorer::local_json`](crate::scorer::Scorer::local_json)); the edge finishes the decision
//! with it and with its own fields ([`Scorer::finish_json`](crate::scorer::Scorer::finish_json)). Split or whole, the
//! decision has the same bits: both carry the digest of the whole bundle, so that their result digests are equal.
//!
//! `docs/receipt-format.md` describes every byte that leaves the device.

mod canonical;
mod cut;
mod doubt;
mod given;
mod local;
#[cfg(feature = "receipt")]
pub mod receipt;

pub use canonical::CANONICAL_VERSION;
pub(crate) use canonical::canonical;
pub(crate) use cut::is_state;
pub use cut::{Crossing, Cut};
pub use doubt::{Agreement, Doubt, Seen, Trusted};
pub use given::Given;
pub use local::LocalCreditData;
#[cfg(feature = "author")]
pub(crate) use local::known;

use crate::bundle::Bundle;
use crate::error::BundleError;
use crate::schema::Stage;

/// Checks what a bundle says about its stage, and about values that the edge did not compute.
pub(crate) fn check(bundle: &Bundle) -> Result<(), BundleError> {
    cut::check(bundle)?;
    doubt::check(bundle)
}

/// What can be wrong with what comes from the device. All of it is hostile until it has passed these checks.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    /// The bytes are not of the format.
    #[error("the {what} is malformed: {why}")]
    Malformed {
        /// `receipt` or `local credit data`.
        what: &'static str,
        /// What is wrong.
        why: &'static str,
    },
    /// A version that this engine does not know.
    #[error("the receipt has version {found}; this engine reads version {known}")]
    Version {
        /// In the bytes.
        found: u16,
        /// Newest known.
        known: u16,
    },
    /// It was not sealed for this key, or was changed on the way.
    #[error("the receipt cannot be opened: it was sealed for another key, or changed")]
    Sealed,
    /// A key that is none.
    #[error("the edge's public key is not a key of X25519")]
    Key,
    /// The platform gave no random bytes.
    #[error("this platform gives no random bytes")]
    Randomness,
    /// Not of the device bundle that belongs to this edge bundle.
    #[error("the local credit data is of another device bundle")]
    OtherBundle,
    /// A value that the device bundle cannot have computed.
    #[error("`{value}` is {why}: the device bundle cannot have computed that")]
    Impossible {
        /// Name of the value.
        value: String,
        /// What is impossible.
        why: &'static str,
    },
    /// A bundle of another stage than the call needs.
    #[error("the bundle is not of the {needed} stage")]
    Stage {
        /// `device` or `edge`.
        needed: &'static str,
    },
}

impl SplitError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "SCL-1001",
            Self::Version { .. } => "SCL-1002",
            Self::Sealed => "SCL-1003",
            Self::Key => "SCL-1004",
            Self::OtherBundle => "SCL-1005",
            Self::Impossible { .. } => "SCL-1006",
            Self::Stage { .. } => "SCL-1007",
            Self::Randomness => "SCL-1008",
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Malformed { what, .. } => (*what).to_owned(),
            Self::Version { .. } | Self::Sealed => "receipt".to_owned(),
            Self::Key => "challenge, key".to_owned(),
            Self::OtherBundle => "local credit data, bundle".to_owned(),
            Self::Impossible { value, .. } => format!("local credit data, `{value}`"),
            Self::Stage { .. } => "bundle".to_owned(),
            Self::Randomness => "platform".to_owned(),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        match self {
            Self::Malformed { .. } | Self::Impossible { .. } => {
                "compute and seal it with the engine and the device bundle of the challenge".to_owned()
            }
            Self::Version { .. } => "update the client, or the edge".to_owned(),
            Self::Sealed | Self::OtherBundle => "fetch a new challenge and seal again for it".to_owned(),
            Self::Key => "take the key from the edge's challenge as it is".to_owned(),
            Self::Randomness => "use a browser or runtime with `crypto.getRandomValues`".to_owned(),
            Self::Stage { needed } => {
                format!("open the {needed} bundle that `scorelet build` wrote beside the whole one")
            }
        }
    }
}

/// A stage in words.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Device => "device",
        Stage::Edge => "edge",
    }
}
