//! The directory: which tenants there are. No other object is ever made for a name that does not stand here.

use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::prelude::*;
use worker::{Result, wasm_bindgen};

use super::sql::{Sql, Value, number};
use super::{message, object, parse};

/// The one object's name.
pub const NAME: &str = "directory";

const STEPS: [&str; 1] =
    ["CREATE TABLE tenant (id TEXT PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID"];

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
