//! Bundles of a tenant: immutable by digest, in chunks that the database takes.

use serde::{Deserialize, Serialize};
use worker::Result;

use super::super::sql::{Value, number};
use super::{Answer, Tenant, missing};

/// The database takes values of up to 2 MB.
const CHUNK: usize = 1 << 20;
/// Bundles that a tenant may have.
const BUNDLES: u64 = 500;

/// What part of a bundle it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// All of it.
    Whole,
    /// Its device stage.
    Device,
    /// Its edge stage.
    Edge,
}

/// A bundle that was uploaded.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Uploaded {
    /// Its digest.
    pub digest: String,
    /// Its part.
    pub part: Part,
    /// Digest of the whole bundle.
    pub whole: String,
    /// Of an edge bundle: digest of its device bundle.
    pub device: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How long it is.
    pub bytes: u64,
    /// When it was uploaded, ms.
    pub uploaded: u64,
    /// Public key of who signed it, hexadecimal.
    #[serde(default)]
    pub signer: String,
}

impl Tenant {
    pub(super) fn uploaded(&self, digest: &str) -> Result<Option<Uploaded>> {
        let row = self.sql.first("SELECT json FROM bundle WHERE digest = ?", vec![digest.into()])?;
        Ok(row.and_then(|row| row.json(0)))
    }

    /// Why a bundle cannot decide: its device bundle is not there, or one of the two was signed by whom the tenant no
    /// longer takes bundles from.
    pub(super) fn lacking(&self, bundle: &Uploaded, publishers: &[String]) -> Result<Option<String>> {
        let device = match &bundle.device {
            Some(digest) => match self.uploaded(digest)?.filter(|device| device.part == Part::Device) {
                Some(device) => Some(device),
                None => return Ok(Some("its device bundle is not uploaded".to_owned())),
            },
            None => None,
        };
        let by_another = [Some(bundle), device.as_ref()]
            .into_iter()
            .flatten()
            .any(|bundle| !publishers.contains(&bundle.signer));
        let why =
            "who signed it is none of the tenant's publisher_keys any more: sign it anew and upload it again";
        Ok(by_another.then(|| why.to_owned()))
    }

    /// Keeps a bundle. One that is there stays as it is, unless who signed it was a publisher and is none now: the digest
    /// does not hold the signature, so the same bundle may come again, signed by another.
    pub(super) fn upload(&self, mut bundle: Uploaded, publishers: &[String], bytes: &[u8]) -> Result<Answer> {
        let before = self.uploaded(&bundle.digest)?;
        let new = before.is_none();
        if let Some(before) = before {
            if publishers.contains(&before.signer) {
                return Ok(Answer::Uploaded { bundle: before, new });
            }
            bundle.uploaded = before.uploaded;
            for table in ["chunk", "bundle"] {
                let query = format!("DELETE FROM {table} WHERE digest = ?");
                self.sql.run(&query, vec![bundle.digest.as_str().into()])?;
            }
        } else if self.sql.number("SELECT COUNT(*) FROM bundle", vec![])? >= BUNDLES {
            return Ok(Answer::Refused { why: "there are as many bundles as there may be".to_owned() });
        }
        for (at, chunk) in (0..).zip(bytes.chunks(CHUNK)) {
            let values = vec![bundle.digest.as_str().into(), Value::Integer(at), chunk.to_vec().into()];
            self.sql.run("INSERT INTO chunk (digest, number, bytes) VALUES (?, ?, ?)", values)?;
        }
        let json = serde_json::to_string(&bundle)?;
        let values = vec![bundle.digest.as_str().into(), json.into(), number(bundle.uploaded)];
        self.sql.run("INSERT INTO bundle (digest, json, uploaded) VALUES (?, ?, ?)", values)?;
        Ok(Answer::Uploaded { bundle, new })
    }

    pub(super) fn bundle(&self, digest: &str) -> Result<(Answer, Vec<u8>)> {
        let Some(bundle) = self.uploaded(digest)? else { return Ok((missing("bundle"), Vec::new())) };
        let query = "SELECT bytes FROM chunk WHERE digest = ? ORDER BY number";
        let chunks = self.sql.rows(query, vec![digest.into()])?;
        let bytes = chunks.iter().map(|row| row.bytes(0)).collect::<Vec<_>>().concat();
        Ok((Answer::Uploaded { bundle, new: false }, bytes))
    }

    pub(super) fn bundles(&self) -> Result<Vec<Uploaded>> {
        let rows = self.sql.rows("SELECT json FROM bundle ORDER BY uploaded, digest", vec![])?;
        Ok(rows.iter().filter_map(|row| row.json(0)).collect())
    }
}
