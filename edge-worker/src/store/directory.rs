//! The directory: which tenants there are. No other object is ever made for a name that does not stand here.

use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::prelude::*;
use worker::{Result, wasm_bindgen};

use super::sql::{Sql, Value, number};
use super::{message, object, parse};

/// The one object's name.
pub const NAME: &str = "directory";

const STEPS: [&str; 2] = [
    "CREATE TABLE tenant (id TEXT PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE purged (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL)",
];

/// What it is asked.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Adds a tenant; answers whether it is new.
    Add(Entry),
    /// Whether there is a tenant of that id.
    Has {
        /// Its id.
        id: String,
    },
    /// All tenants, by id.
    All,
    /// Ids of tenants in their order, `limit` at most, that come after one.
    After {
        /// The one; empty: from the beginning.
        id: String,
        /// How many.
        limit: u32,
    },
    /// The tenant to which the last purge by the clock came; empty if it came to the end.
    Purged,
    /// Notes to which one it came.
    Note {
        /// Its id, or nothing.
        id: String,
    },
}

/// A tenant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was made, ms.
    pub created: u64,
}

/// The Durable Object.
#[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
#[derive(Debug)]
pub struct Directory {
    sql: Sql,
}

object!(Directory);

impl Directory {
    fn open(sql: Sql) -> Result<Self> {
        Ok(Self { sql })
    }

    fn answer(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let (ask, _) = parse::<Ask>(bytes).ok_or("not a message")?;
        let has = |id: &str| -> Result<bool> {
            Ok(self.sql.number("SELECT COUNT(*) FROM tenant WHERE id = ?", vec![id.into()])? > 0)
        };
        Ok(match ask {
            Ask::Add(entry) => {
                let new = !has(&entry.id)?;
                if new {
                    let values: Vec<Value> = vec![entry.id.into(), entry.name.into(), number(entry.created)];
                    self.sql.run("INSERT INTO tenant (id, name, created) VALUES (?, ?, ?)", values)?;
                }
                message(&new, &[])
            }
            Ask::Has { id } => message(&has(&id)?, &[]),
            Ask::After { id, limit } => {
                let query = "SELECT id FROM tenant WHERE id > ? ORDER BY id LIMIT ?";
                let rows = self.sql.rows(query, vec![id.into(), number(limit.into())])?;
                message(&rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), &[])
            }
            Ask::Purged => {
                let row = self.sql.first("SELECT tenant FROM purged WHERE id = 1", vec![])?;
                message(&row.as_ref().map_or("", |row| row.text(0)), &[])
            }
            Ask::Note { id } => {
                let query = "INSERT OR REPLACE INTO purged (id, tenant) VALUES (1, ?)";
                self.sql.run(query, vec![id.into()])?;
                message(&true, &[])
            }
            Ask::All => {
                let rows = self.sql.rows("SELECT id, name, created FROM tenant ORDER BY id", vec![])?;
                let entries: Vec<Entry> = rows
                    .iter()
                    .map(|row| Entry {
                        id: row.text(0).to_owned(),
                        name: row.text(1).to_owned(),
                        created: row.number(2),
                    })
                    .collect();
                message(&entries, &[])
            }
        })
    }
}
