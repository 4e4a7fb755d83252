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
}

impl Tenant {
    pub(super) fn uploaded(&self, digest: &str) -> Result<Option<Uploaded>> {
        let row = self.sql.first("SELECT json FROM bundle WHERE digest = ?", vec![digest.into()])?;
        Ok(row.and_then(|row| serde_json::from_str(row.text(0)).ok()))
    }

    /// What an edge bundle still needs before it can decide.
    pub(super) fn lacking(&self, bundle: &Uploaded) -> Result<Option<String>> {
        let Some(device) = &bundle.device else { return Ok(None) };
        let there = self.uploaded(device)?.is_some_and(|device| device.part == Part::Device);
        Ok((!there).then(|| "its device bundle is not uploaded".to_owned()))
    }

    pub(super) fn upload(&self, bundle: Uploaded, bytes: &[u8]) -> Result<Answer> {
        if let Some(bundle) = self.uploaded(&bundle.digest)? {
            return Ok(Answer::Uploaded { bundle, new: false });
        }
        if self.sql.number("SELECT COUNT(*) FROM bundle", vec![])? >= BUNDLES {
            return Ok(Answer::Refused { why: "there are as many bundles as there may be".to_owned() });
        }
        for (at, chunk) in (0..).zip(bytes.chunks(CHUNK)) {
            let values = vec![bundle.digest.as_str().into(), Value::Integer(at), chunk.to_vec().into()];
            self.sql.run("INSERT INTO chunk (digest, number, bytes) VALUES (?, ?, ?)", values)?;
        }
        let json = serde_json::to_string(&bundle)?;
        let values = vec![bundle.digest.as_str().into(), json.into(), number(bundle.uploaded)];
        self.sql.run("INSERT INTO bundle (digest, json, uploaded) VALUES (?, ?, ?)", values)?;
        Ok(Answer::Uploaded { bundle, new: true })
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
        Ok(rows.iter().filter_map(|row| serde_json::from_str(row.text(0)).ok()).collect())
    }
}
