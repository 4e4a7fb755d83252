//! A cache that is bounded by bytes.

use std::collections::HashMap;

/// Values by name, up to so many bytes in all. What was used longest ago makes room.
#[derive(Debug)]
pub(super) struct Budget<T> {
    entries: HashMap<String, Entry<T>>,
    most: usize,
    held: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    bytes: usize,
    used: u64,
}

impl<T: Clone> Budget<T> {
    /// Empty, for `most` bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { entries: HashMap::new(), most, held: 0, clock: 0 }
    }

    /// A value that is held.
    pub(super) fn get(&mut self, name: &str) -> Option<T> {
        self.clock += 1;
        let entry = self.entries.get_mut(name)?;
        entry.used = self.clock;
        Some(entry.value.clone())
    }

    /// Holds a value of so many bytes. One that is larger than all that may be held is held alone.
    pub(super) fn insert(&mut self, name: String, value: T, bytes: usize) {
        self.remove(&name);
        while self.held + bytes > self.most {
            let oldest =
                self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { break };
            self.remove(&oldest);
        }
        self.clock += 1;
        self.held += bytes;
        self.entries.insert(name, Entry { value, bytes, used: self.clock });
    }

    fn remove(&mut self, name: &str) {
        if let Some(entry) = self.entries.remove(name) {
            self.held -= entry.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut cache = Budget::new(10);
        for (name, bytes) in [("a", 4), ("b", 4), ("b", 5)] {
            cache.insert(name.into(), bytes, bytes);
        }
        assert_eq!((cache.get("a"), cache.get("b"), cache.held), (Some(4), Some(5), 9));
        assert_eq!(cache.get("a"), Some(4));
        cache.insert("c".into(), 2, 2);
        assert_eq!((cache.get("a"), cache.get("b"), cache.get("c"), cache.held), (Some(4), None, Some(2), 6));
        cache.insert("large".into(), 11, 11);
        assert_eq!((cache.get("a"), cache.get("large"), cache.held), (None, Some(11), 11));
        cache.insert("d".into(), 1, 1);
        assert_eq!((cache.get("large"), cache.get("d"), cache.held), (None, Some(1), 1));
    }
}
