//! `scorelet edge bundle`.

use std::path::{Path, PathBuf};

use scorelet_core::bundle::{Bundle, Trust};
use serde_json::{Value, json};

use super::args::{BundleActivateArgs, BundleUploadArgs, TenantFlag};
use super::{Worker, show};
use crate::edge::{Call, Content, Method};
use crate::error::{HostError, Result};

/// Digits of a digest.
const DIGEST: usize = 64;
/// Least digits that a digest may be named by.
const PREFIX: usize = 8;

/// A bundle that was opened here before it goes anywhere.
pub(super) struct Opened {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) bundle: Bundle,
}

impl Opened {
    /// Opens bytes of `name`. The worker refuses what nobody signed, so that is said here.
    pub(super) fn new(name: String, bytes: Vec<u8>) -> Result<Self> {
        let bundle =
            Bundle::open(&bytes, Trust::Anyone).map_err(|error| HostError::core(error, name.clone()))?;
        if bundle.signer.is_none() {
            return Err(HostError::Content {
                path: PathBuf::from(name),
                what:
                    "nobody has signed this bundle, and a worker takes none without a publisher's signature"
                        .to_owned(),
                mend: "build it with --key FILE (edge release of a folder: --sign FILE)",
            });
        }
        Ok(Self { name, bytes, bundle })
    }

    /// Opens a file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|error| HostError::Read { path: path.to_owned(), error })?;
        Self::new(path.display().to_string(), bytes)
    }

    /// Uploads it. Bundles are known by their digest: the same one twice is one.
    pub(super) fn upload(&self, worker: &Worker, tenant: &TenantFlag) -> Result<Value> {
        let route = worker.route(tenant, &["bundles"])?;
        let call = Call::idempotent(Method::Post, route, Content::Bundle(&self.bytes));
        Ok(worker.client.json(&call)?)
    }
}

pub(super) fn upload(worker: &Worker, args: &BundleUploadArgs) -> Result<u8> {
    // All are opened before the first is sent.
    let bundles = args.file.iter().map(|path| Opened::read(path)).collect::<Result<Vec<_>>>()?;
    let sent =
        bundles.iter().map(|bundle| bundle.upload(worker, &args.tenant)).collect::<Result<Vec<Value>>>()?;
    worker.show(&Value::Array(sent), |value| {
        show::table(show::list(value, ""), &[("part", "part"), ("digest", "digest")], "nothing was uploaded")
    })
}

pub(super) fn list(worker: &Worker, args: &TenantFlag) -> Result<u8> {
    let bundles = worker.get(worker.route(args, &["bundles"])?)?;
    let columns = [
        ("name", "name"),
        ("version", "version"),
        ("part", "part"),
        ("decides", "active"),
        ("bytes", "bytes"),
        ("uploaded", "uploaded"),
        ("digest", "digest"),
    ];
    worker.show(&bundles, |value| {
        let none = "no bundles yet: `scorelet edge release` uploads one";
        show::table(show::list(value, "bundles"), &columns, none)
    })
}

pub(super) fn activate(worker: &Worker, args: &BundleActivateArgs) -> Result<u8> {
    let digest = match args.bundle.as_str() {
        text if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) || text.len() < PREFIX => {
            Opened::read(Path::new(text))?.bundle.digest.to_string()
        }
        text if text.len() == DIGEST => text.to_ascii_lowercase(),
        text => whole_digest(worker, args, &text.to_ascii_lowercase())?,
    };
    worker.show(&decide(worker, &args.tenant, &digest)?, show::pairs)
}

/// The one uploaded bundle whose digest begins with `prefix`.
fn whole_digest(worker: &Worker, args: &BundleActivateArgs, prefix: &str) -> Result<String> {
    let listed = worker.get(worker.route(&args.tenant, &["bundles"])?)?;
    let digests = show::list(&listed, "bundles").iter().map(|bundle| show::text(bundle, "digest"));
    let mut digests = digests.filter(|digest| digest.starts_with(prefix));
    match (digests.next(), digests.next()) {
        (Some(digest), None) => Ok(digest),
        (found, _) => Err(HostError::Usage {
            what: format!(
                "{} uploaded bundle has a digest that begins with {prefix}",
                if found.is_some() { "more than one" } else { "no" }
            ),
            mend: "`scorelet edge bundle list` shows them".to_owned(),
        }),
    }
}

/// Lets an uploaded bundle decide. Twice is once.
pub(super) fn decide(worker: &Worker, tenant: &TenantFlag, digest: &str) -> Result<Value> {
    let route = worker.route(tenant, &["activate"])?;
    let call = Call::idempotent(Method::Post, route, Content::Json(json!({"digest": digest})));
    Ok(worker.client.json(&call)?)
}

pub(super) fn rollback(worker: &Worker, args: &TenantFlag) -> Result<u8> {
    // Twice would go back two steps.
    let route = worker.route(args, &["rollback"])?;
    let active = worker.client.json(&Call::once(Method::Post, route, Content::Nothing))?;
    worker.show(&active, show::pairs)
}
