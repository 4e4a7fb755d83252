//! Writing a decision.

use serde::{Deserialize, Serialize};
use worker::Result;

use super::super::sql::{Value, number};
use super::{Shard, optional};
use crate::ids::range_of;

const HOUR: u64 = 3_600_000;

/// Writes a decision, unless its challenge was used (also for what was erased since) or its applicant has had enough: one
/// statement, since each costs more than what it does.
const WRITE: &str = "INSERT INTO decision (seq, id, created, pseudonym, idempotency, request, answer, about, local, fields, record) \
                     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 \
                     WHERE NOT EXISTS (SELECT 1 FROM spent WHERE id = ?2) AND (?12 = 0 OR ?12 > (SELECT COUNT(*) FROM decision \
                     WHERE id > ?13 AND id < ?14 AND pseudonym = ?4 AND created > ?15)) ON CONFLICT (id) DO NOTHING";

/// Whether a challenge was used for what was erased since, and the oldest decision that counts for its applicant.
const HAD: &str = "SELECT EXISTS (SELECT 1 FROM spent WHERE id = ?), MIN(created) FROM decision \
                   WHERE id > ? AND id < ? AND pseudonym = ? AND created > ?";

/// A decision to write. Its answer is not in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// When it was made, ms.
    pub created: u64,
    /// The applicant's pseudonym, hexadecimal, if there is one.
    pub pseudonym: Option<String>,
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
    /// The challenge was used already.
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
        if let Some((key, request)) = &entry.idempotency
            && let Some(repeated) = self.repeated(key, request)?
        {
            return Ok(repeated);
        }
        let limit = if entry.pseudonym.is_some() { entry.limit } else { 0 };
        let [from, to] = match limit {
            // Nothing lies between.
            0 => [String::new(), String::new()],
            _ => range_of(&entry.id),
        };
        let since = number(entry.created.saturating_sub(HOUR));
        // Never one that was given before, also after what was newest is erased: an export goes on by this number.
        let seq = (self.last.get() + 1).max(entry.created.saturating_mul(1000));
        let idempotency = entry.idempotency.as_ref();
        let values: Vec<Value> = vec![
            number(seq),
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
            number(u64::from(limit)),
            from.clone().into(),
            to.clone().into(),
            since.clone(),
        ];
        if self.sql.run(WRITE, values)? > 0 {
            self.last.set(seq);
            return Ok((Written::Stored, String::new()));
        }
        // Refused, which is rare: why is asked only now.
        let mut written = Written::Replayed;
        if limit > 0 && !self.has(&entry.id)? {
            let values = vec![
                entry.id.as_str().into(),
                from.into(),
                to.into(),
                optional(entry.pseudonym.as_deref()),
                since,
            ];
            if let Some(row) = self.sql.first(HAD, values)?
                && row.number(0) == 0
            {
                written = Written::Limited(row.number(1) + HOUR);
            }
        }
        Ok((written, String::new()))
    }
}
