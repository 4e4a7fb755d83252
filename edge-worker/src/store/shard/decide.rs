//! Writing a decision.

use serde::{Deserialize, Serialize};
use worker::Result;

use super::super::sql::{Value, number};
use super::{Shard, optional};

/// Expired nonces are looked for at most this often, ms.
const SWEEP: u64 = 30_000;
const HOUR: u64 = 3_600_000;

/// A decision to write. Its answer is not in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// When it was made, ms.
    pub created: u64,
    /// The applicant's pseudonym, hexadecimal, if there is one.
    pub pseudonym: Option<String>,
    /// Nonce of the receipt, base64url, with its end (ms).
    pub nonce: Option<(String, u64)>,
    /// What is kept of the idempotency key and of the request, hexadecimal.
    pub idempotency: Option<(String, String)>,
    /// Decisions an hour that the applicant may have; 0: any number.
    pub limit: u32,
    /// What an audit compares with.
    pub about: Committed,
    /// What the retention policy lets stay.
    pub kept: Kept,
}

/// What an audit compares with: nothing of it tells a value of the record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Committed {
    /// Digest of the bundle that decided.
    pub bundle: String,
    /// Digest of the device bundle, of a receipt.
    pub device: Option<String>,
    /// Commitment in the receipt, hexadecimal.
    pub commitment: Option<String>,
    /// HMAC of the local credit data, hexadecimal.
    pub local: Option<String>,
    /// Result digest.
    pub result: String,
    /// Whether reasons were asked for.
    pub reasons: bool,
}

/// What the retention policy lets stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Kept {
    /// Local credit data, base64url.
    pub local: Option<String>,
    /// The edge's fields, JSON.
    pub fields: Option<String>,
    /// The record, JSON.
    pub record: Option<String>,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// It is written; or, where nothing was to be written, there is nothing.
    Stored,
    /// The idempotency key has an answer, which follows.
    Repeated,
    /// The idempotency key belongs to another request.
    OtherRequest,
    /// The nonce was used already.
    Replayed,
    /// The applicant has had as many decisions as may be; free again at that time, ms.
    Limited(u64),
}

impl Shard {
    /// The answer that an idempotency key has.
    pub(super) fn repeated(&self, key: &str, request: &str) -> Result<Option<(Written, String)>> {
        let row =
            self.sql.first("SELECT request, answer FROM decision WHERE idempotency = ?", vec![key.into()])?;
        Ok(row.map(|row| match row.text(0) == request {
            true => (Written::Repeated, row.text(1).to_owned()),
            false => (Written::OtherRequest, String::new()),
        }))
    }

    /// Writes a decision; if an answer already stands, that one.
    pub(super) fn decide(&self, entry: &Entry, answer: &[u8]) -> Result<(Written, String)> {
        let refused = |written| Ok((written, String::new()));
        self.sweep(entry.created)?;
        if let Some((key, request)) = &entry.idempotency
            && let Some(repeated) = self.repeated(key, request)?
        {
            return Ok(repeated);
        }
        if let Some((nonce, _)) = &entry.nonce
            && self.sql.number("SELECT COUNT(*) FROM nonce WHERE nonce = ?", vec![nonce.as_str().into()])? > 0
        {
            return refused(Written::Replayed);
        }
        if let Some(pseudonym) = entry.pseudonym.as_deref().filter(|_| entry.limit > 0) {
            let since = entry.created.saturating_sub(HOUR);
            let query = "SELECT COUNT(*), MIN(created) FROM decision WHERE pseudonym = ? AND created > ?";
            let row = self.sql.first(query, vec![pseudonym.into(), number(since)])?;
            if let Some(row) = row.filter(|row| row.number(0) >= u64::from(entry.limit)) {
                return refused(Written::Limited(row.number(1) + HOUR));
            }
        }
        if let Some((nonce, expires)) = &entry.nonce {
            let values = vec![nonce.as_str().into(), number(*expires)];
            self.sql.run("INSERT INTO nonce (nonce, expires) VALUES (?, ?)", values)?;
        }
        let idempotency = entry.idempotency.as_ref();
        let values: Vec<Value> = vec![
            entry.id.as_str().into(),
            number(entry.created),
            optional(entry.pseudonym.as_deref()),
            optional(idempotency.map(|(key, _)| key.as_str())),
            optional(idempotency.map(|(_, request)| request.as_str())),
            String::from_utf8_lossy(answer).into_owned().into(),
            serde_json::to_string(&entry.about)?.into(),
            optional(entry.kept.local.as_deref()),
            optional(entry.kept.fields.as_deref()),
            optional(entry.kept.record.as_deref()),
        ];
        let query = "INSERT INTO decision (id, created, pseudonym, idempotency, request, answer, about, local, fields, record) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        self.sql.run(query, values)?;
        Ok((Written::Stored, String::new()))
    }

    /// Deletes nonces that nobody could use any more: their challenge is refused by its time.
    fn sweep(&self, now: u64) -> Result<()> {
        if now.saturating_sub(self.swept.get()) >= SWEEP {
            self.swept.set(now);
            self.forget_nonces(now)?;
        }
        Ok(())
    }

    pub(super) fn forget_nonces(&self, now: u64) -> Result<()> {
        self.sql.run("DELETE FROM nonce WHERE expires < ?", vec![number(now)])?;
        Ok(())
    }
}
