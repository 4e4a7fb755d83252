//! A shard of a tenant: decisions of some pseudonyms, with what belongs to them.
//!
//! That a challenge is used once, that an idempotency key has one answer, and the decision itself are one transaction here.
//! The id of a receipt's decision follows from the nonce of its challenge: that ids are unique is what makes a challenge single.
//! Ids of what was erased are remembered as `spent` for as long as a challenge can hold.
//!
//! Each index costs a page of every commit, so there is none that is not needed to answer.

mod decide;
mod export;
mod keep;

use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::prelude::*;
use worker::{Result, wasm_bindgen};

use super::sql::{Sql, Value};
use super::{message, object, parse};
pub use decide::{Committed, Entry, Kept, Written};
pub use export::{Positions, Taken};
pub use keep::{Audited, Counts, Filed, Outcome, Reported};

/// The third step makes room: two rows that do not fit into one page, below all others and never deleted. So no row ever lies in a
/// table's first page, where SQLite would leave a copy of it when the table grows over that page; rows that come after are
/// appended, and stay where they are (see [`keep`]).
const STEPS: [&str; 3] = ["
    CREATE TABLE decision (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, created INTEGER NOT NULL, pseudonym TEXT,
        idempotency TEXT, request TEXT, answer TEXT NOT NULL, about TEXT NOT NULL,
        local TEXT, fields TEXT, record TEXT
    );
    CREATE UNIQUE INDEX decision_id ON decision (id);
    CREATE UNIQUE INDEX decision_idempotency ON decision (idempotency) WHERE idempotency IS NOT NULL;
    CREATE TABLE spent (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE feedback (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, decision TEXT NOT NULL, date TEXT NOT NULL, label TEXT NOT NULL,
        created INTEGER NOT NULL, UNIQUE (decision, date)
    );
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, decision TEXT NOT NULL, created INTEGER NOT NULL, json TEXT NOT NULL
    );
    CREATE INDEX audit_decision ON audit (decision)
", "
    ALTER TABLE audit ADD COLUMN request TEXT
", "
    INSERT INTO decision (seq, id, created, answer, about)
        VALUES (-2, 'room 2', 9007199254740991, printf('%03000d', 0), '{}'), (-1, 'room 1', 9007199254740991, printf('%03000d', 0), '{}');
    INSERT INTO feedback (seq, decision, date, label, created)
        VALUES (-2, 'room 2', '', printf('%03000d', 0), 0), (-1, 'room 1', '', printf('%03000d', 0), 0);
    INSERT INTO audit (seq, decision, created, json)
        VALUES (-2, 'room 2', 0, printf('%03000d', 0)), (-1, 'room 1', 0, printf('%03000d', 0))
"];

/// What it is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as what they do")]
pub enum Ask {
    /// Writes a decision, whose answer follows; answers [`Written`], and the answer that stands if it is another.
    Decide(Box<Entry>),
    /// The answer that an idempotency key already has; answers [`Written`].
    Repeat { idempotency: String, request: String },
    /// A decision's answer; answers whether it is there.
    Read { id: String },
    /// What an audit compares with; answers `Option<Entry>`.
    Committed { id: String },
    /// Writes a verdict; answers [`Filed`], and the verdict that stands if the request had one.
    Audited(Audited),
    /// Writes an outcome; answers [`Reported`].
    Outcome(Outcome),
    /// What was written after some positions, as lines; answers [`Taken`].
    Export { after: Positions, limit: u32, kind: String },
    /// Deletes what there is of a pseudonym, whose decisions have ids that begin as `of`; answers [`Counts`].
    Erase { pseudonym: String, of: String, now: u64 },
    /// Deletes what is over; answers [`Counts`].
    Purge { before: u64, now: u64, fields: bool, record: bool },
}

/// The Durable Object.
#[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
#[derive(Debug)]
pub struct Shard {
    sql: Sql,
    /// Number of the newest decision.
    last: std::cell::Cell<u64>,
}

object!(Shard);

impl Shard {
    fn open(sql: Sql) -> Result<Self> {
        let last = sql.number("SELECT MAX(seq) FROM decision", vec![])?;
        Ok(Self { sql, last: std::cell::Cell::new(last) })
    }

    fn answer(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let (ask, rest) = parse::<Ask>(bytes).ok_or("not a message")?;
        Ok(match ask {
            Ask::Decide(entry) => {
                let (written, answer) = self.decide(&entry, rest)?;
                message(&written, answer.as_bytes())
            }
            Ask::Repeat { idempotency, request } => match self.repeated(&idempotency, &request)? {
                Some((written, answer)) => message(&written, answer.as_bytes()),
                None => message(&Written::Stored, &[]),
            },
            Ask::Read { id } => {
                let row = self.sql.first("SELECT answer FROM decision WHERE id = ?", vec![id.into()])?;
                message(&row.is_some(), row.as_ref().map_or("", |row| row.text(0)).as_bytes())
            }
            Ask::Committed { id } => message(&self.committed(&id)?, &[]),
            Ask::Audited(audited) => {
                let (filed, verdict) = self.audited(&audited)?;
                message(&filed, verdict.as_bytes())
            }
            Ask::Outcome(outcome) => message(&self.outcome(&outcome)?, &[]),
            Ask::Export { after, limit, kind } => {
                let (taken, lines) = self.export(after, limit, &kind)?;
                message(&taken, &lines)
            }
            Ask::Erase { pseudonym, of, now } => message(&self.erase(&pseudonym, &of, now)?, &[]),
            Ask::Purge { before, now, fields, record } => {
                message(&self.purge(before, now, fields, record)?, &[])
            }
        })
    }

    fn has(&self, id: &str) -> Result<bool> {
        Ok(self.sql.number("SELECT COUNT(*) FROM decision WHERE id = ?", vec![id.into()])? > 0)
    }
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}
