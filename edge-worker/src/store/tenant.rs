//! A tenant: settings, keys (hashed), edge keys (epochs only), bundles and releases.
//!
//! All but the bundles is one small document, which the worker's isolates keep for a few seconds ([`crate::cache`]).

mod bundles;

use std::cell::RefCell;

use serde::{Deserialize, Serialize};
use worker::wasm_bindgen::prelude::*;
use worker::{Result, wasm_bindgen};

use super::sql::Sql;
use super::{message, object, parse};
use crate::route::Scope;
use crate::settings::{Change, Settings};
pub use bundles::{Part, Uploaded};

const STEPS: [&str; 1] = ["
    CREATE TABLE document (id INTEGER PRIMARY KEY, json TEXT NOT NULL);
    CREATE TABLE bundle (digest TEXT PRIMARY KEY, json TEXT NOT NULL, uploaded INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE chunk (digest TEXT NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (digest, number))
"];

/// Keys that a tenant may have in force.
const KEYS: usize = 200;
/// Releases that are remembered.
const RELEASES: usize = 100;

/// Kind of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// May stand in a page: fetches challenges and device bundles, posts receipts.
    Publishable,
    /// Stays on the lender's servers; does what its scopes say.
    Secret,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
        }
    }
}

/// A key, of which only the hash is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key {
    /// Its id, which stands in its text.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// For people.
    pub name: String,
    /// SHA-256 of its text, hexadecimal.
    pub hash: String,
    /// When it was made, ms.
    pub created: u64,
    /// When it ends, ms: it was revoked or replaced.
    pub ends: Option<u64>,
}

/// An epoch of the edge's key pair.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EdgeKey {
    /// Its number; the seed is derived from it.
    pub epoch: u32,
    /// When it was made, ms.
    pub created: u64,
    /// When it was replaced, ms.
    pub ended: Option<u64>,
}

/// A bundle that was activated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Release {
    /// The bundle that decides: a whole one or an edge bundle.
    pub digest: String,
    /// The whole bundle, which decisions carry.
    pub whole: String,
    /// The device bundle, if it is cut.
    pub device: Option<String>,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// When it was activated, ms.
    pub activated: u64,
    /// When another took its place, ms.
    pub ended: Option<u64>,
    /// It was rolled back: its receipts are not accepted any more, whatever the grace period.
    #[serde(default)]
    pub withdrawn: bool,
}

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

impl Document {
    /// The release that decides.
    pub fn active(&self) -> Option<&Release> {
        self.releases.iter().rev().find(|release| !release.withdrawn && release.ended.is_none())
    }

    /// Whether receipts of a release are accepted: it decides, or did within its grace period.
    pub fn accepts(&self, release: &Release, now: u64) -> bool {
        let grace = u64::from(self.settings.grace_seconds) * 1000;
        let in_grace = |ended: u64| grace > 0 && now <= ended.saturating_add(grace);
        !release.withdrawn && release.ended.is_none_or(in_grace)
    }
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
        let document = row.and_then(|row| serde_json::from_str(row.text(0)).ok());
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
            Ask::Upload { bundle } => Err(self.upload(bundle, bytes)?),
            Ask::Bundle { digest } => return self.bundle(&digest),
            Ask::Bundles => Err(Answer::Bundles { bundles: self.bundles()? }),
            Ask::Activate { digest, now } => match self.uploaded(&digest)? {
                Some(bundle) => match self.lacking(&bundle)? {
                    Some(why) => Err(Answer::Refused { why }),
                    None => activate(&mut document, bundle, now),
                },
                None => Err(missing("bundle")),
            },
            ask => change(&mut document, ask),
        };
        match answer {
            Ok(()) => Ok((self.write(document)?, Vec::new())),
            Err(answer) => Ok((answer, Vec::new())),
        }
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

fn refused<T>(why: &str) -> std::result::Result<T, Answer> {
    Err(Answer::Refused { why: why.to_owned() })
}

/// Changes the document, or says why not.
fn change(document: &mut Document, ask: Ask) -> std::result::Result<(), Answer> {
    match ask {
        Ask::Configure { change } => change.apply(&mut document.settings),
        Ask::AddKey { key } => {
            let now = key.created;
            if document.keys.iter().filter(|key| key.ends.is_none_or(|ends| ends > now)).count() >= KEYS {
                return refused("there are as many keys as there may be: revoke one");
            }
            // Those that ended long ago need not be remembered.
            if document.keys.len() > 2 * KEYS {
                document.keys.retain(|key| key.ends.is_none_or(|ends| ends > now));
            }
            document.keys.push(key);
        }
        Ask::RotateKey { id, new, ends } => {
            let Some(old) = document.keys.iter_mut().find(|key| key.id == id) else {
                return Err(missing("key"));
            };
            if old.ends.is_some() {
                return refused("the key was revoked or replaced already");
            }
            old.ends = Some(ends);
            let new = Key { kind: old.kind, scopes: old.scopes.clone(), name: old.name.clone(), ..new };
            document.keys.push(new);
        }
        Ask::RevokeKey { id, now } => {
            let Some(key) = document.keys.iter_mut().find(|key| key.id == id) else {
                return Err(missing("key"));
            };
            key.ends = Some(key.ends.unwrap_or(now).min(now));
        }
        Ask::RotateEdgeKey { now } => {
            let epoch = document.edge_keys.last().map_or(1, |key| key.epoch + 1);
            if let Some(last) = document.edge_keys.last_mut() {
                last.ended = Some(now);
            }
            document.edge_keys.push(EdgeKey { epoch, created: now, ended: None });
        }
        Ask::RollBack { now } => return roll_back(document, now),
        _ => return refused("not a change"),
    }
    Ok(())
}

fn activate(document: &mut Document, bundle: Uploaded, now: u64) -> std::result::Result<(), Answer> {
    if bundle.part == Part::Device {
        return refused("a device bundle decides nothing: activate its edge bundle");
    }
    if document.active().is_some_and(|active| active.digest == bundle.digest) {
        return Ok(());
    }
    for release in document.releases.iter_mut().filter(|release| release.ended.is_none()) {
        release.ended = Some(now);
    }
    let (ended, withdrawn) = (None, false);
    let Uploaded { digest, whole, device, name, version, .. } = bundle;
    document.releases.push(Release {
        digest,
        whole,
        device,
        name,
        version,
        activated: now,
        ended,
        withdrawn,
    });
    if document.releases.len() > RELEASES {
        document.releases.remove(0);
    }
    Ok(())
}

/// Takes the active release back: the one before it decides again.
fn roll_back(document: &mut Document, now: u64) -> std::result::Result<(), Answer> {
    let mut standing = document.releases.iter_mut().rev().filter(|release| !release.withdrawn);
    let (Some(current), Some(before)) = (standing.next(), standing.next()) else {
        return refused("no release stands before the active one");
    };
    current.ended = Some(now);
    current.withdrawn = true;
    before.ended = None;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let (keys, edge_keys, releases) =
            (vec![], vec![EdgeKey { epoch: 1, created: 0, ended: None }], vec![]);
        let settings = Settings::new("A");
        Document { version: 1, id: "a".into(), created: 0, settings, keys, edge_keys, releases }
    }

    fn bundle(digest: &str, part: Part) -> Uploaded {
        Uploaded {
            digest: digest.into(),
            part,
            whole: format!("whole of {digest}"),
            device: (part == Part::Edge).then(|| format!("device of {digest}")),
            name: "b".into(),
            version: "1".into(),
            bytes: 1,
            uploaded: 0,
        }
    }

    #[test]
    fn rolling_back_goes_through_what_stood_before() {
        let mut document = document();
        assert!(roll_back(&mut document, 1).is_err());
        for (time, digest) in ["x", "y", "z"].into_iter().enumerate() {
            activate(&mut document, bundle(digest, Part::Edge), time as u64).unwrap();
            assert_eq!(document.active().unwrap().digest, digest);
        }
        for expected in ["y", "x"] {
            roll_back(&mut document, 9).unwrap();
            assert_eq!(document.active().unwrap().digest, expected);
        }
        assert!(roll_back(&mut document, 9).is_err());
        activate(&mut document, bundle("z", Part::Whole), 10).unwrap();
        roll_back(&mut document, 11).unwrap();
        assert_eq!(document.active().unwrap().digest, "x");
        assert!(activate(&mut document, bundle("d", Part::Device), 12).is_err());
    }

    #[test]
    fn a_release_is_accepted_until_its_grace_is_over() {
        let mut document = document();
        document.settings.grace_seconds = 1;
        for (time, digest) in ["x", "y"].into_iter().enumerate() {
            activate(&mut document, bundle(digest, Part::Edge), time as u64).unwrap();
        }
        let accepted = |document: &Document, now| {
            document.releases.iter().map(|release| document.accepts(release, now)).collect::<Vec<_>>()
        };
        assert_eq!(accepted(&document, 1001), [true, true]);
        assert_eq!(accepted(&document, 1002), [false, true]);
        document.settings.grace_seconds = 0;
        assert_eq!(accepted(&document, 1), [false, true]);
        document.settings.grace_seconds = 1;
        roll_back(&mut document, 2).unwrap();
        assert_eq!(accepted(&document, 2), [true, false]);
    }

    #[test]
    fn an_edge_key_s_epoch_is_never_used_again() {
        let mut document = document();
        for epoch in 2..5 {
            change(&mut document, Ask::RotateEdgeKey { now: u64::from(epoch) }).unwrap();
            assert_eq!(document.edge_keys.last().unwrap().epoch, epoch);
        }
        assert_eq!(document.edge_keys.iter().filter(|key| key.ended.is_none()).count(), 1);
    }

    #[test]
    fn a_key_is_replaced_once_and_ends_no_later_for_being_revoked() {
        let mut document = document();
        let key = |id: &str| Key {
            id: id.into(),
            kind: Kind::Secret,
            scopes: vec![Scope::Read],
            name: "n".into(),
            hash: String::new(),
            created: 1,
            ends: None,
        };
        change(&mut document, Ask::AddKey { key: key("k1") }).unwrap();
        change(&mut document, Ask::RotateKey { id: "k1".into(), new: key("k2"), ends: 50 }).unwrap();
        assert!(change(&mut document, Ask::RotateKey { id: "k1".into(), new: key("k3"), ends: 60 }).is_err());
        change(&mut document, Ask::RevokeKey { id: "k1".into(), now: 20 }).unwrap();
        change(&mut document, Ask::RevokeKey { id: "k1".into(), now: 30 }).unwrap();
        assert_eq!(document.keys.iter().map(|key| key.ends).collect::<Vec<_>>(), [Some(20), None]);
        assert!(change(&mut document, Ask::RevokeKey { id: "k9".into(), now: 30 }).is_err());
    }
}
