//! What happens to a decision after it was made: audits, outcomes, and its end.

use serde::{Deserialize, Serialize};
use worker::Result;

use super::super::sql::{Value, number};
use super::{Entry, Kept, Shard};
use crate::ids::range_of;

/// Outcomes that a decision may have.
const OUTCOMES: u64 = 16;
/// The longest that a challenge can hold, ms.
const DAY: u64 = 86_400_000;

/// Verdicts that a decision may have.
const AUDITS: u64 = 100;

/// A verdict of an audit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Audited {
    /// The decision.
    pub id: String,
    /// When, ms.
    pub created: u64,
    /// What is kept of the request, hexadecimal.
    pub request: String,
    /// The verdict, JSON.
    pub json: String,
}

/// What became of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filed {
    /// It is written.
    New,
    /// The same request had a verdict before, which follows.
    Again,
    /// There is no such decision.
    Missing,
    /// The decision has as many as may be.
    TooMany,
}

/// An outcome of a decision.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// The decision.
    pub decision: String,
    /// `good`, `bad` or `indeterminate`.
    pub label: String,
    /// Of which day.
    pub date: String,
    /// When it was reported, ms.
    pub created: u64,
}

/// What became of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// It is written.
    New,
    /// It was written before.
    Again,
    /// That date has another.
    Other,
    /// There are as many as there may be.
    Full,
    /// There is no such decision.
    Missing,
}

/// How many were deleted, or lost what they kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Decisions.
    pub decisions: u64,
    /// Outcomes.
    pub feedback: u64,
    /// Verdicts of audits.
    pub audits: u64,
    /// Decisions of which features or records were kept longer than the policy says.
    pub stripped: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.decisions += other.decisions;
        self.feedback += other.feedback;
        self.audits += other.audits;
        self.stripped += other.stripped;
    }
}

/// Zeros of the same length for each column.
fn zeros(columns: &[&str]) -> String {
    let zeros = |column: &&str| format!("{column} = zeroblob(length(CAST({column} AS BLOB)))");
    columns.iter().map(zeros).collect::<Vec<_>>().join(", ")
}

impl Shard {
    pub(super) fn committed(&self, id: &str) -> Result<Option<Entry>> {
        let query = "SELECT created, about, local, fields FROM decision WHERE id = ?";
        let Some(row) = self.sql.first(query, vec![id.into()])? else { return Ok(None) };
        let text = |column| row.text_or_null(column).map(str::to_owned);
        Ok(Some(Entry {
            id: id.to_owned(),
            created: row.number(0),
            about: row.json(1).ok_or("not JSON")?,
            kept: Kept { local: text(2), fields: text(3), record: None },
            ..Entry::default()
        }))
    }

    pub(super) fn audited(&self, audited: &Audited) -> Result<(Filed, String)> {
        let filed = |filed| Ok((filed, String::new()));
        let Audited { id, created, request, json } = audited;
        if !self.has(id)? {
            return filed(Filed::Missing);
        }
        let query = "SELECT json FROM audit WHERE decision = ? AND request = ?";
        if let Some(row) = self.sql.first(query, vec![id.as_str().into(), request.as_str().into()])? {
            return Ok((Filed::Again, row.text(0).to_owned()));
        }
        let had =
            self.sql.number("SELECT COUNT(*) FROM audit WHERE decision = ?", vec![id.as_str().into()])?;
        if had >= AUDITS {
            return filed(Filed::TooMany);
        }
        let values: Vec<Value> =
            vec![id.as_str().into(), number(*created), request.as_str().into(), json.as_str().into()];
        self.sql.run("INSERT INTO audit (decision, created, request, json) VALUES (?, ?, ?, ?)", values)?;
        filed(Filed::New)
    }

    pub(super) fn outcome(&self, outcome: &Outcome) -> Result<Reported> {
        let Outcome { decision, label, date, created } = outcome;
        if !self.has(decision)? {
            return Ok(Reported::Missing);
        }
        let values: Vec<Value> = vec![decision.as_str().into(), date.as_str().into()];
        let query = "SELECT label FROM feedback WHERE decision = ? AND date = ?";
        if let Some(row) = self.sql.first(query, values)? {
            return Ok(if row.text(0) == label { Reported::Again } else { Reported::Other });
        }
        let query = "SELECT COUNT(*) FROM feedback WHERE decision = ?";
        if self.sql.number(query, vec![decision.as_str().into()])? >= OUTCOMES {
            return Ok(Reported::Full);
        }
        let values =
            vec![decision.as_str().into(), date.as_str().into(), label.as_str().into(), number(*created)];
        self.sql.run("INSERT INTO feedback (decision, date, label, created) VALUES (?, ?, ?, ?)", values)?;
        Ok(Reported::New)
    }

    /// Deletes all there is of a pseudonym.
    pub(super) fn erase(&self, pseudonym: &str, of: &str, now: u64) -> Result<Counts> {
        let [from, to] = range_of(of);
        let bounds = [from.into(), to.into()];
        let values = [bounds.to_vec(), vec![pseudonym.into()]].concat();
        self.delete("id > ? AND id < ? AND pseudonym = ?", &values, ("id > ? AND id < ?", &bounds), now)
    }

    /// Deletes what was made before some time, and takes from the rest what the policy no longer keeps.
    pub(super) fn purge(&self, before: u64, now: u64, fields: bool, record: bool) -> Result<Counts> {
        self.sql.run("DELETE FROM spent WHERE until < ?", vec![number(now)])?;
        let mut counts = self.delete("created < ?", &[number(before)], ("TRUE", &[]), now)?;
        let (held, columns): (_, &[&str]) = match (fields, record) {
            (true, true) => return Ok(counts),
            (true, false) => ("record IS NOT NULL", &["record"]),
            _ => ("COALESCE(local, fields, record) IS NOT NULL", &["local", "fields", "record"]),
        };
        counts.stripped = self.sql.number(&format!("SELECT COUNT(*) FROM decision WHERE {held}"), vec![])?;
        if counts.stripped > 0 {
            self.overwrite("decision", &zeros(columns), held, vec![])?;
            let nothing =
                columns.iter().map(|column| format!("{column} = NULL")).collect::<Vec<_>>().join(", ");
            self.sql.run(&format!("UPDATE decision SET {nothing} WHERE {held}"), vec![])?;
        }
        Ok(counts)
    }

    /// Writes something over columns. SQLite only unlinks what it deletes; a row of the same length is written where the old one
    /// lay. What this does not reach (`docs/threat-model.md` says it too): the write-ahead log, which holds older pages until it is
    /// written over or the database is closed; copies of a row or an index entry that SQLite moved to another page before; ids
    /// and row numbers, which are made of times. The runtime allows no `PRAGMA secure_delete` and no `VACUUM`.
    fn overwrite(&self, table: &str, columns: &str, which: &str, values: Vec<Value>) -> Result<()> {
        self.sql.run(&format!("UPDATE {table} SET {columns} WHERE {which}"), values)?;
        Ok(())
    }

    /// `which` and `near` are conditions of this file, over bound values; `near` is one that no change to a row ends.
    fn delete(&self, which: &str, values: &[Value], near: (&str, &[Value]), now: u64) -> Result<Counts> {
        let of = format!("decision IN (SELECT id FROM decision WHERE {which})");
        let count = |table: &str, condition: &str| {
            self.sql.number(&format!("SELECT COUNT(*) FROM {table} WHERE {condition}"), values.to_vec())
        };
        let counts = Counts {
            decisions: count("decision", which)?,
            feedback: count("feedback", &of)?,
            audits: count("audit", &of)?,
            stripped: 0,
        };
        if counts.decisions > 0 {
            // A receipt must not become usable again: its challenge holds a day at most.
            let spent = format!(
                "INSERT OR IGNORE INTO spent (id, until) SELECT id, created + {DAY} FROM decision \
                 WHERE created > {} AND {which}",
                now.saturating_sub(DAY)
            );
            self.sql.run(&spent, values.to_vec())?;
            let columns = ["pseudonym", "request", "answer", "about", "local", "fields", "record"];
            // An index entry comes to lie where the old one lay if it is as long and sorts there.
            let unique = "idempotency = substr(idempotency, 1, 8) || printf('%024d', seq)";
            let feedback = format!("{}, date = printf('%010d', seq)", zeros(&["label"]));
            for (table, over) in [("feedback", feedback), ("audit", zeros(&["request", "json"]))] {
                self.overwrite(table, &over, &of, values.to_vec())?;
                self.sql.run(&format!("DELETE FROM {table} WHERE {of}"), values.to_vec())?;
            }
            // The decisions last, by which the others are found; afterwards they are known by their zeros.
            self.overwrite("decision", &format!("{}, {unique}", zeros(&columns)), which, values.to_vec())?;
            let (near, bounds) = near;
            let gone = format!("DELETE FROM decision WHERE {near} AND typeof(answer) = 'blob'");
            self.sql.run(&gone, bounds.to_vec())?;
        }
        Ok(counts)
    }
}
