//! The read side of the bundle: container, limits, digest, signature, byte encoding.
//!
//! A bundle is data, never code. [`Bundle::open`] verifies before it parses: the signature over the digest first, then
//! the container, then every section, with every index checked once so that evaluation cannot fail.
//! `docs/bundle-format.md` describes every byte.

mod checks;
mod columns;
mod container;
mod digest;
mod form;
mod outputs;
mod parts;
mod pin;
pub mod wire;

pub use checks::SelfCheck;
pub use container::Trust;
pub use digest::Digest;
pub use form::FieldForm;
pub use outputs::OutputNames;
pub use parts::{Band, BundleParts, Meta, ScoreKind, ScoreOutput};
pub use pin::{PinError, precedence};

use crate::error::{BundleError, Error};
use crate::forecast::ForecastOutput;
use crate::graph::Graph;
use crate::policy::DecisionPolicy;
use crate::reason::ReasonGroup;
use crate::schema::Field;
use crate::split::{Cut, Trusted};

/// A verified and checked bundle, ready to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// SHA-256 of the content.
    pub digest: Digest,
    /// Ed25519 public key of the publisher, if the bundle is signed.
    pub signer: Option<[u8; 32]>,
    /// Name, version, languages.
    pub meta: Meta,
    /// Fields of the record, in column order.
    pub fields: Vec<Field>,
    /// The score graph.
    pub graph: Graph,
    /// The scores that make up a decision.
    pub scores: Vec<ScoreOutput>,
    /// Reason groups with their codes and texts.
    pub groups: Vec<ReasonGroup>,
    /// Rows with the trainer's outputs.
    pub checks: Vec<SelfCheck>,
    /// What a form says about the fields; ascending by field, and of those only that have something to say.
    pub form: Vec<FieldForm>,
    /// What makes this one of two stages; none in a whole bundle.
    pub cut: Option<Cut>,
    /// What the edge checks of values that it did not compute.
    pub trusted: Trusted,
    /// The forecasts of a decision.
    pub forecasts: Vec<ForecastOutput>,
    /// Outcome, terms, rules, sources, fallbacks and traced nodes, if it has any.
    pub policy: Option<DecisionPolicy>,
    /// The bytes of what it says about notices; [`Notice::of`](crate::notice::Notice::of) reads them. Empty if it says nothing.
    #[cfg(feature = "author")]
    pub notice: Vec<u8>,
    /// Names of the outputs of nodes that have several; ascending by node, and of those only that have names.
    pub outputs: Vec<OutputNames>,
}

impl Bundle {
    /// Verifies and checks a bundle.
    ///
    /// Errors: [`BundleError`] with the section or node that is wrong. Nothing of the content is parsed before the
    /// signature has been verified.
    pub fn open(bytes: &[u8], trust: Trust<'_>) -> Result<Self, Error> {
        let (content, digest, signer) = container::verify(bytes, trust)?;
        let parts = parts::decode(content).map_err(|refused| *refused)?;
        Ok(Self::from_parts(parts, digest, signer)?)
    }

    fn from_parts(parts: BundleParts, digest: Digest, signer: Option<[u8; 32]>) -> Result<Self, BundleError> {
        let BundleParts {
            meta,
            fields,
            nodes,
            scores,
            groups,
            checks,
            form,
            cut,
            trusted,
            forecasts,
            policy,
            outputs,
            #[cfg(feature = "author")]
            notice,
        } = parts;
        let graph = Graph::new(fields.len(), nodes)?;
        let bundle = Self {
            digest,
            signer,
            meta,
            fields,
            graph,
            scores,
            groups,
            checks,
            form,
            cut,
            trusted,
            forecasts,
            policy,
            outputs,
            #[cfg(feature = "author")]
            notice,
        };
        parts::check(&bundle)?;
        Ok(bundle)
    }

    /// Checks the parts and writes the bundle file, unsigned.
    #[cfg(feature = "author")]
    pub fn encode(parts: BundleParts) -> Result<Vec<u8>, Error> {
        let content = parts::encode(&parts);
        Self::from_parts(parts, Digest::of(&content), None)?;
        Ok(container::wrap(&content, None))
    }

    /// As [`Bundle::encode`], signed with an Ed25519 secret key (32 bytes seed).
    #[cfg(feature = "author")]
    pub fn encode_signed(parts: BundleParts, secret: &[u8; 32]) -> Result<Vec<u8>, Error> {
        let content = parts::encode(&parts);
        Self::from_parts(parts, Digest::of(&content), None)?;
        Ok(container::wrap(&content, Some(secret)))
    }

    /// The digest that the parts will have as a bundle.
    #[cfg(feature = "author")]
    pub fn digest_of(parts: &BundleParts) -> Digest {
        Digest::of(&parts::encode(parts))
    }

    /// The parts, as they can be encoded again.
    #[cfg(feature = "author")]
    pub fn into_parts(self) -> BundleParts {
        let Self {
            meta,
            fields,
            graph,
            scores,
            groups,
            checks,
            form,
            cut,
            trusted,
            forecasts,
            policy,
            outputs,
            notice,
            ..
        } = self;
        let nodes = graph.nodes().to_vec();
        BundleParts {
            meta,
            fields,
            nodes,
            scores,
            groups,
            checks,
            form,
            cut,
            trusted,
            forecasts,
            policy,
            outputs,
            notice,
        }
    }

    /// What a form says about a field, if it says anything.
    pub fn form_of(&self, field: usize) -> Option<&FieldForm> {
        let at = self.form.binary_search_by_key(&field, |form| form.field as usize).ok()?;
        self.form.get(at)
    }

    /// The field of that name with its column.
    pub fn field(&self, name: &str) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, f)| f.name == name)
    }
}
