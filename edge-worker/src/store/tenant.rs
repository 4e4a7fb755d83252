//! A tenant: settings, keys (hashed), edge keys (epochs only), bundles and releases.
//!
//! All but the bundles is one small document, which the worker's isolates keep for a few seconds ([`crate::cache`]).

mod bundles;
mod keys;
mod releases;

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::prelude::*;
use worker::{Result, wasm_bindgen};

use super::sql::Sql;
use super::{message, object, parse};
use crate::settings::{Change, Settings};
pub use bundles::{Part, Uploaded};
pub use keys::{EdgeKey, Key, Kind};
pub use releases::Release;

const STEPS: [&str; 1] = ["
    CREATE TABLE document (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE bundle (digest TEXT PRIMARY KEY, json TEXT NOT NULL, uploaded INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE chunk (digest TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (digest, number))
"];

/// All of a tenant but its bundles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Document {
    /// Counts the changes.
    pub version: u64,
    /// Its id.
    pub id: String,
    /// When it was made, ms.
    pub created: u64,
    /// Settings.
    pub settings: Settings,
    /// Keys, oldest first.
    pub keys: Vec<Key>,
    /// Edge keys, oldest first.
    pub edge_keys: Vec<EdgeKey>,
    /// Releases, oldest first.
    pub releases: Vec<Release>,
}

/// What it is asked. Whatever changes the document answers with [`Answer::Document`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "named as what they do; fields as in the document")]
pub enum Ask {
    /// Makes the tenant; one that is there stays as it is.
    Make {
        id: String,
        settings: Settings,
        now: u64,
    },
    /// The document, unless the asker has that version.
    Read {
        known: u64,
    },
    Configure {
        change: Box<Change>,
    },
    AddKey {
        key: Key,
    },
    /// A new key in place of another, which ends at `ends`.
    RotateKey {
        id: String,
        new: Key,
        ends: u64,
    },
    RevokeKey {
        id: String,
        now: u64,
    },
    RotateEdgeKey {
        now: u64,
    },
    /// Keeps a bundle, whose bytes follow; answers [`Answer::Uploaded`].
    Upload {
        bundle: Uploaded,
    },
    /// A bundle with its bytes; answers [`Answer::Uploaded`].
    Bundle {
        digest: String,
    },
    /// Answers [`Answer::Bundles`].
    Bundles,
    Activate {
        digest: String,
        now: u64,
    },
    RollBack {
        now: u64,
    },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as asked")]
pub enum Answer {
    Document {
        document: Box<Document>,
    },
    /// Nothing has changed.
    Same,
    /// There is no such tenant, key or bundle.
    Missing {
        what: String,
    },
    /// It cannot be done now.
    Refused {
        why: String,
    },
    Uploaded {
        bundle: Uploaded,
        new: bool,
    },
    Bundles {
        bundles: Vec<Uploaded>,
    },
}

/// The Durable Object.
#[wasm_bindgen(wasm_bindgen = wasm_bindgen)]
#[derive(Debug)]
pub struct Tenant {
    sql: Sql,
    document: RefCell<Option<Document>>,
}

object!(Tenant);

impl Tenant {
    fn open(sql: Sql) -> Result<Self> {
        let row = sql.first("SELECT json FROM document WHERE id = 1", vec![])?;
        let document = row.and_then(|row| row.json(0));
        Ok(Self { sql, document: RefCell::new(document) })
    }

    fn answer(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        let (ask, rest) = parse::<Ask>(bytes).ok_or("not a message")?;
        let (answer, rest) = self.carry_out(ask, rest)?;
        Ok(message(&answer, &rest))
    }

    fn carry_out(&self, ask: Ask, bytes: &[u8]) -> Result<(Answer, Vec<u8>)> {
        let document = self.document.borrow().clone();
        let Some(mut document) = document else {
            return match ask {
                Ask::Make { id, settings, now } => Ok((self.make(id, settings, now)?, Vec::new())),
                _ => Ok((missing("tenant"), Vec::new())),
            };
        };
        let answer = match ask {
            Ask::Make { .. } => Ok(()),
            Ask::Read { known } if known == document.version => Err(Answer::Same),
            Ask::Read { .. } => Err(Answer::Document { document: Box::new(document.clone()) }),
            Ask::Upload { bundle } => Err(self.upload(bundle, &document.settings.publisher_keys, bytes)?),
            Ask::Bundle { digest } => return self.bundle(&digest),
            Ask::Bundles => Err(Answer::Bundles { bundles: self.bundles()? }),
            Ask::Activate { digest, now } => {
                self.ready(&digest, &document)?.and_then(|bundle| document.activate(bundle, now))
            }
            Ask::RollBack { now } => match document.before() {
                Some(before) => {
                    let ready = self.ready(&before.digest, &document)?;
                    ready.and_then(|_| document.roll_back(now))
                }
                None => refused("no other release stands before the active one"),
            },
            ask => change(&mut document, ask),
        };
        match answer {
            Ok(()) => Ok((self.write(document)?, Vec::new())),
            Err(answer) => Ok((answer, Vec::new())),
        }
    }

    /// A bundle that may decide, or why it may not.
    fn ready(&self, digest: &str, document: &Document) -> Result<Changed<Uploaded>> {
        let Some(bundle) = self.uploaded(digest)? else { return Ok(Err(missing("bundle"))) };
        Ok(match self.lacking(&bundle, &document.settings.publisher_keys)? {
            Some(why) => Err(Answer::Refused { why }),
            None => Ok(bundle),
        })
    }

    fn make(&self, id: String, settings: Settings, now: u64) -> Result<Answer> {
        let edge_keys = vec![EdgeKey { epoch: 1, created: now, ended: None }];
        let (keys, releases) = (Vec::new(), Vec::new());
        self.write(Document { version: 0, id, created: now, settings, keys, edge_keys, releases })
    }

    /// Writes the document. Only what was written is remembered.
    fn write(&self, mut document: Document) -> Result<Answer> {
        document.version += 1;
        let json = serde_json::to_string(&document)?;
        self.sql.run("INSERT OR REPLACE INTO document (id, json) VALUES (1, ?)", vec![json.into()])?;
        *self.document.borrow_mut() = Some(document.clone());
        Ok(Answer::Document { document: Box::new(document) })
    }
}

fn missing(what: &str) -> Answer {
    Answer::Missing { what: what.to_owned() }
}

/// What came of a change, or the answer that says why there is none.
type Changed<T = ()> = std::result::Result<T, Answer>;

fn refused<T>(why: &str) -> Changed<T> {
    Err(Answer::Refused { why: why.to_owned() })
}

/// Changes the document, or says why not.
fn change(document: &mut Document, ask: Ask) -> Changed {
    match ask {
        Ask::Configure { change } => {
            change.apply(&mut document.settings);
            Ok(())
        }
        Ask::AddKey { key } => document.add_key(key),
        Ask::RotateKey { id, new, ends } => document.rotate_key(&id, new, ends),
        Ask::RevokeKey { id, now } => document.revoke_key(&id, now),
        Ask::RotateEdgeKey { now } => document.rotate_edge_key(now),
        _ => refused("not a change"),
    }
}

#[cfg(test)]
fn blank() -> Document {
    let (keys, edge_keys, releases) = (vec![], vec![EdgeKey { epoch: 1, created: 0, ended: None }], vec![]);
    let settings = Settings::new("A");
    Document { version: 1, id: "a".into(), created: 0, settings, keys, edge_keys, releases }
}
