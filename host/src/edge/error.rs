//! What can go wrong between this tool and a worker.

use super::Problem;

/// An error of the worker's client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EdgeError {
    /// The worker's address is not usable.
    #[error("`{text}` is no address of a worker: {what}")]
    Address {
        /// As it was given; empty if it was not.
        text: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A key would have travelled in clear.
    #[error("a key is not sent over plain http to {host}")]
    PlainHttp {
        /// The host.
        host: String,
    },
    /// No key was given.
    #[error("there is no key")]
    NoKey,
    /// What was given as a key cannot be one.
    #[error("it is not a key: {what}")]
    Key {
        /// Where it is from.
        place: String,
        /// What is wrong.
        what: &'static str,
    },
    /// No connection.
    #[error("no connection: {what}")]
    Unreachable {
        /// The worker's address.
        address: String,
        /// What the system said.
        what: String,
    },
    /// The connection is not to be trusted.
    #[error("no safe connection: {what}")]
    Tls {
        /// The worker's address.
        address: String,
        /// What the handshake said.
        what: String,
    },
    /// The connection ended before the answer did.
    #[error("the connection ended before the answer did: {what}")]
    Broken {
        /// Method and path.
        place: String,
        /// What the system said.
        what: String,
        /// Whether the call may be made again without harm.
        again: bool,
    },
    /// Nothing came in time.
    #[error("no answer in time: {what}")]
    Timeout {
        /// Method and path.
        place: String,
        /// Which wait it was.
        what: String,
        /// Whether the call may be made again without harm.
        again: bool,
    },
    /// An answer that no Scorelet worker gives.
    #[error("that is no answer of a Scorelet edge worker: {what}")]
    Answer {
        /// Method and path.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The worker refused.
    #[error("{} (HTTP {}{}{})", problem.message(), problem.status,
        if problem.request.is_empty() { "" } else { ", request " }, problem.request)]
    Refused {
        /// Method and path.
        place: String,
        /// What it said.
        problem: Box<Problem>,
    },
}

impl EdgeError {
    /// The stable code: the worker's own if it refused.
    pub fn code(&self) -> &str {
        match self {
            Self::Address { .. } => "SCL-0720",
            Self::PlainHttp { .. } => "SCL-0721",
            Self::NoKey => "SCL-0722",
            Self::Key { .. } => "SCL-0723",
            Self::Unreachable { .. } => "SCL-0724",
            Self::Tls { .. } => "SCL-0725",
            Self::Broken { .. } => "SCL-0726",
            Self::Timeout { .. } => "SCL-0727",
            Self::Answer { .. } => "SCL-0728",
            Self::Refused { problem, .. } => &problem.code,
        }
    }

    /// Where it is wrong.
    pub fn place(&self) -> String {
        match self {
            Self::Address { .. } | Self::PlainHttp { .. } => "worker's address".to_owned(),
            Self::NoKey => "worker's key".to_owned(),
            Self::Key { place, .. }
            | Self::Broken { place, .. }
            | Self::Timeout { place, .. }
            | Self::Answer { place, .. } => place.clone(),
            Self::Unreachable { address, .. } | Self::Tls { address, .. } => address.clone(),
            Self::Refused { place, problem } if problem.place.is_empty() => place.clone(),
            Self::Refused { place, problem } => format!("{place}: {}", problem.place),
        }
    }

    /// What to do about it.
    pub fn mend(&self) -> String {
        let mend = match self {
            Self::Address { .. } => {
                "give --url, or SCORELET_EDGE_URL in the environment, such as https://edge.example"
            }
            Self::PlainHttp { .. } => "give an https:// address; plain http is for a worker on this machine",
            Self::NoKey => "put it into SCORELET_EDGE_KEY, or into a file and give --key-file FILE",
            Self::Key { .. } => {
                "give the text of one key, as `scorelet edge keygen` or `edge key create` wrote it"
            }
            Self::Unreachable { .. } => "check the address, and that the worker runs",
            Self::Tls { .. } => {
                "check the address and the clock; the certificate must come from a root that this system trusts \
                 (SSL_CERT_FILE names others)"
            }
            Self::Broken { again: true, .. } | Self::Timeout { again: true, .. } => {
                "try again: what was done is not done twice"
            }
            Self::Broken { .. } | Self::Timeout { .. } => {
                "look whether it was done (list or show) before you try again"
            }
            Self::Answer { .. } => "check the address: something else answers there",
            Self::Refused { problem, .. } => &problem.mend,
        };
        mend.to_owned()
    }

    /// Whether the mistake is in what was given, and nothing was sent.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Address { .. } | Self::PlainHttp { .. } | Self::NoKey | Self::Key { .. })
    }
}
