//! Keys of a tenant, hashed, and epochs of its edge key: how many there may be, and how one takes another's place.

use serde::{Deserialize, Serialize};

use super::{Changed, Document, missing, refused};
use crate::route::Scope;

/// Keys that a tenant may have in force. What has ended is remembered up to as many again.
const KEYS: usize = 200;
/// Edge keys that are remembered.
const EDGE_KEYS: usize = 50;
/// The longest that a challenge can hold, ms.
const DAY: u64 = 86_400_000;

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

impl Key {
    fn in_force(&self, now: u64) -> bool {
        self.ends.is_none_or(|ends| ends > now)
    }
}

impl Document {
    /// Adds a key.
    pub(super) fn add_key(&mut self, key: Key) -> Changed {
        let now = key.created;
        if self.keys.iter().filter(|key| key.in_force(now)).count() >= KEYS {
            return refused("there are as many keys as there may be: revoke one");
        }
        // Those that ended need not be remembered: they are as good as unknown ones.
        if self.keys.len() >= 2 * KEYS {
            self.keys.retain(|key| key.in_force(now));
        }
        self.keys.push(key);
        Ok(())
    }

    /// Adds a key in place of another, which ends at `ends`, ms.
    pub(super) fn rotate_key(&mut self, id: &str, new: Key, ends: u64) -> Changed {
        let Some(old) = self.keys.iter_mut().find(|key| key.id == id) else {
            return Err(missing("key"));
        };
        if old.ends.is_some() {
            return refused("the key was revoked or replaced already");
        }
        old.ends = Some(ends);
        let new = Key { kind: old.kind, scopes: old.scopes.clone(), name: old.name.clone(), ..new };
        self.add_key(new)
    }

    /// Ends a key, if it has not ended before.
    pub(super) fn revoke_key(&mut self, id: &str, now: u64) -> Changed {
        let Some(key) = self.keys.iter_mut().find(|key| key.id == id) else {
            return Err(missing("key"));
        };
        key.ends = Some(key.ends.unwrap_or(now).min(now));
        Ok(())
    }

    /// Begins a new epoch of the edge key. Of those before, the ones are forgotten whose receipts nobody could have
    /// accepted any more.
    pub(super) fn rotate_edge_key(&mut self, now: u64) -> Changed {
        let grace = (u64::from(self.settings.grace_seconds) * 1000).max(DAY);
        if self.edge_keys.len() >= EDGE_KEYS {
            self.edge_keys.retain(|key| key.ended.is_none_or(|ended| ended.saturating_add(grace) >= now));
        }
        if self.edge_keys.len() >= EDGE_KEYS {
            return refused(
                "as many edge keys as there may be were replaced within their grace period: wait",
            );
        }
        let epoch = self.edge_keys.last().map_or(1, |key| key.epoch + 1);
        if let Some(last) = self.edge_keys.last_mut() {
            last.ended = Some(now);
        }
        self.edge_keys.push(EdgeKey { epoch, created: now, ended: None });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::blank;
    use super::*;

    fn key(id: &str, created: u64) -> Key {
        let (scopes, name, hash) = (vec![Scope::Read], "n".into(), String::new());
        Key { id: id.into(), kind: Kind::Secret, scopes, name, hash, created, ends: None }
    }

    #[test]
    fn an_edge_key_s_epoch_is_never_used_again() {
        let mut document = blank();
        for epoch in 2..5 {
            document.rotate_edge_key(u64::from(epoch)).unwrap();
            assert_eq!(document.edge_keys.last().unwrap().epoch, epoch);
        }
        assert_eq!(document.edge_keys.iter().filter(|key| key.ended.is_none()).count(), 1);
    }

    #[test]
    fn edge_keys_are_forgotten_once_nobody_accepts_them_and_not_before() {
        let mut document = blank();
        let made = (1..1000).filter(|&now| document.rotate_edge_key(now).is_ok()).count();
        assert_eq!((made, document.edge_keys.len()), (EDGE_KEYS - 1, EDGE_KEYS));
        document.rotate_edge_key(1000 + DAY).unwrap();
        assert_eq!(document.edge_keys.last().unwrap().epoch as usize, EDGE_KEYS + 1);
        assert!(document.edge_keys.len() <= 2, "{}", document.edge_keys.len());
        // Over the years.
        for day in 2..2000 {
            document.rotate_edge_key(day * DAY).unwrap();
            assert!(document.edge_keys.len() <= EDGE_KEYS);
        }
    }

    #[test]
    fn a_key_is_replaced_once_and_ends_no_later_for_being_revoked() {
        let mut document = blank();
        document.add_key(key("k1", 1)).unwrap();
        document.rotate_key("k1", key("k2", 1), 50).unwrap();
        assert!(document.rotate_key("k1", key("k3", 1), 60).is_err());
        document.revoke_key("k1", 20).unwrap();
        document.revoke_key("k1", 30).unwrap();
        assert_eq!(document.keys.iter().map(|key| key.ends).collect::<Vec<_>>(), [Some(20), None]);
        assert!(document.revoke_key("k9", 30).is_err());
    }

    #[test]
    fn neither_new_keys_nor_replaced_ones_pile_up() {
        let mut document = blank();
        // With an overlap the old ones stay in force.
        document.add_key(key("0", 1)).unwrap();
        let rotated = (1..1000).filter(|number| {
            let old = document.keys.last().unwrap().id.clone();
            let mut next = document.clone();
            let done = next.rotate_key(&old, key(&number.to_string(), 1), 50).is_ok();
            if done {
                document = next;
            }
            done
        });
        assert_eq!(rotated.count(), KEYS - 1);
        assert!(document.add_key(key("more", 49)).is_err());
        // Without one there is always room, and what has ended is forgotten.
        for number in 1000..3000u64 {
            let old = document.keys.last().unwrap().id.clone();
            document.rotate_key(&old, key(&number.to_string(), number), number).unwrap();
            assert!(document.keys.len() <= 2 * KEYS);
        }
        document.add_key(key("more", 3000)).unwrap();
    }
}
