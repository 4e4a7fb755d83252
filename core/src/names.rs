//! Names in order: look-up by binary search, and duplicates.
//!
//! Sorted by a heap: std's general sort is 2 KB of compressed wasm.

use std::collections::BinaryHeap;

/// Names with their indexes, sorted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(Vec<(String, u32)>);

impl Names {
    /// Sorts the names; their indexes are their places in the iteration.
    pub(crate) fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: BinaryHeap<(String, u32)> = names.zip(0..).map(|(n, i)| (n.to_owned(), i)).collect();
        Self(names.into_sorted_vec())
    }

    /// The index of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let at = self.0.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|&(_, index)| index as usize)
    }

    /// The indexes of all names that are equal to this one, ascending.
    pub(crate) fn each(&self, name: &str) -> impl Iterator<Item = usize> {
        let first = self.0.partition_point(|(n, _)| n.as_str() < name);
        let equal = self.0.get(first..).unwrap_or_default().iter().take_while(move |(n, _)| n == name);
        equal.map(|&(_, index)| index as usize)
    }

    /// Whether a name stands there twice.
    pub(crate) fn has_duplicates(&self) -> bool {
        self.0.windows(2).any(|pair| matches!(pair, [(a, _), (b, _)] if a == b))
    }
}
