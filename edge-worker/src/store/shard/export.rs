//! Export: what was written, in order, as lines of JSON.

use serde::{Deserialize, Serialize};
use worker::Result;

use super::super::sql::number;
use super::Shard;
use crate::text::{compact, rfc3339};

/// How far the three tables of a shard have been read: their last row's number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Positions {
    /// Decisions.
    pub decisions: u64,
    /// Outcomes.
    pub feedback: u64,
    /// Verdicts of audits.
    pub audits: u64,
}

/// What was taken; the lines follow.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Taken {
    /// How many lines.
    pub lines: u32,
    /// Where the next ones begin.
    pub after: Positions,
}

/// Bytes of lines at most, and a line.
const BYTES: usize = 4 << 20;

impl Shard {
    pub(super) fn export(&self, mut after: Positions, limit: u32, kind: &str) -> Result<(Taken, Vec<u8>)> {
        let mut lines = Lines { left: limit, bytes: Vec::new() };
        let wanted = |name| kind == "all" || kind == name;
        if wanted("decisions") {
            let query = "SELECT seq, pseudonym, answer, local, fields, record, id FROM decision WHERE seq > ? ORDER BY seq LIMIT ?";
            for row in self.sql.each(query, vec![number(after.decisions), number(lines.left.into())])? {
                let row = row?;
                let text = |name: &str, column| -> Result<String> {
                    Ok(match row.text_or_null(column) {
                        Some(text) => format!(",\"{name}\":{}", serde_json::to_string(text)?),
                        None => String::new(),
                    })
                };
                // Kept as the client has written it, perhaps over many lines.
                let raw = |name: &str, column| match row.text_or_null(column) {
                    Some(json) => format!(",\"{name}\":{}", compact(json)),
                    None => String::new(),
                };
                let kept = [text("local", 3)?, raw("fields", 4), raw("record", 5)].concat();
                let (id, pseudonym, answer) = (text("id", 6)?, text("pseudonym", 1)?, row.text(2));
                if !lines.add(&format!("{{\"kind\":\"decision\"{id}{pseudonym},\"answer\":{answer}{kept}}}"))
                {
                    break;
                }
                after.decisions = row.number(0);
            }
        }
        if wanted("feedback") {
            let query =
                "SELECT seq, decision, label, date, created FROM feedback WHERE seq > ? ORDER BY seq LIMIT ?";
            for row in self.sql.each(query, vec![number(after.feedback), number(lines.left.into())])? {
                let row = row?;
                let line = serde_json::json!({
                    "kind": "feedback",
                    "decision": row.text(1),
                    "label": row.text(2),
                    "date": row.text(3),
                    "created": rfc3339(row.number(4)),
                });
                if !lines.add(&line.to_string()) {
                    break;
                }
                after.feedback = row.number(0);
            }
        }
        if wanted("audits") {
            let query = "SELECT seq, json FROM audit WHERE seq > ? ORDER BY seq LIMIT ?";
            for row in self.sql.each(query, vec![number(after.audits), number(lines.left.into())])? {
                let row = row?;
                if !lines.add(&format!("{{\"kind\":\"audit\",\"answer\":{}}}", row.text(1))) {
                    break;
                }
                after.audits = row.number(0);
            }
        }
        Ok((Taken { lines: limit - lines.left, after }, lines.bytes))
    }
}

struct Lines {
    left: u32,
    bytes: Vec<u8>,
}

impl Lines {
    fn add(&mut self, line: &str) -> bool {
        // A page of one long line is better than none.
        let fits = self.bytes.is_empty() || self.bytes.len() + line.len() <= BYTES;
        if self.left == 0 || !fits {
            return false;
        }
        self.left -= 1;
        self.bytes.extend_from_slice(line.as_bytes());
        self.bytes.push(b'\n');
        true
    }
}
