//! A tested column of a decision table: which rules' tests hold at each place along it.
//!
//! Encoding: `edges: counted f64`, two `u32` for each edge, `changes: counted u16`, `first` and `absent`, each a `u64` for every 64
//! rules.

use scorelet_kernels::table::place;

use crate::bundle::wire::{Put, Reader, Refused};
use crate::column::State;
use crate::limits;

/// The tests of every rule on one column, the other way round: for each place the rules whose test holds there.
///
/// k **edges** part the numbers into 2k + 1 **places**: 0 before the first edge, 2i + 1 at edge i, 2i + 2 between it and the next (after
/// the last). From a place to the next some rules **change**: their test begins or ceases to hold. Sets of rules are kept at regular
/// distances among the changes, so that any place's is one of them but for a few changes, and memory grows with the changes and not with
/// edges × rules.
#[derive(Clone, Debug, PartialEq)]
pub struct TestColumn {
    edges: Vec<f64>,
    /// For places 1 to 2k: how many changes stand before the place's end.
    ends: Vec<u32>,
    /// Rules that change, place by place.
    changes: Vec<u16>,
    /// The rules that hold of an absent value.
    absent: Vec<u64>,
    /// The rules that hold at place 0.
    first: Vec<u64>,
    /// How many changes lie between two kept sets.
    distance: usize,
    /// The rules that hold after `distance`, 2·`distance`, … changes.
    kept: Vec<u64>,
    rules: u32,
}

/// 64-bit words of a set of rules.
pub(super) fn words(rules: u32) -> usize {
    (rules as usize).div_ceil(64)
}

impl TestColumn {
    /// `ends`, of places 1 to 2k: how many of the changes stand before the end of the place. `first`, `absent`: bit `r % 64` of word
    /// `r / 64` says whether the test of rule `r` holds at place 0, and of an absent value.
    pub fn new(
        rules: u32,
        edges: Vec<f64>,
        ends: Vec<u32>,
        changes: Vec<u16>,
        first: Vec<u64>,
        absent: Vec<u64>,
    ) -> Result<Self, &'static str> {
        if edges.iter().any(|x| !x.is_finite()) || !edges.is_sorted_by(|a, b| a < b) {
            return Err("the edges of a table's column do not ascend, or are not finite");
        }
        let all = changes.len();
        if ends.len() != 2 * edges.len()
            || !ends.is_sorted()
            || ends.last().is_some_and(|&end| end as usize != all)
            || (ends.is_empty() && all > 0)
            || all > limits::TABLE_CHANGES
        {
            return Err("the changes of a table's column do not go with its edges");
        }
        if changes.iter().any(|&rule| u32::from(rule) >= rules) {
            return Err("a column of a table has a test of a rule that does not exist");
        }
        let words = words(rules);
        let over = |set: &[u64]| {
            let used = rules % 64;
            used > 0 && set.last().is_some_and(|last| last >> used != 0)
        };
        if first.len() != words || absent.len() != words || over(&first) || over(&absent) {
            return Err("a set of rules of a table's column is not of its rules");
        }
        // The kept sets take about as many words as there are changes and words of a set.
        let distance = all.saturating_mul(words).div_ceil((all + words).max(1)).max(1);
        let mut kept = Vec::with_capacity(all / distance * words);
        let mut set = first.clone();
        for (before, &rule) in (1..).zip(&changes) {
            if let Some(word) = set.get_mut(usize::from(rule) / 64) {
                *word ^= 1 << (rule % 64);
            }
            if before % distance == 0 {
                kept.extend_from_slice(&set);
            }
        }
        Ok(Self { edges, ends, changes, absent, first, distance, kept, rules })
    }

    /// How many rules there are.
    pub fn rules(&self) -> u32 {
        self.rules
    }

    /// The edges, ascending.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The rules that change, place by place.
    pub fn changes(&self) -> &[u16] {
        &self.changes
    }

    /// The rules whose test holds of a value, as a set and rules that are the other way there.
    pub(super) fn set(&self, value: f64, state: State) -> (&[u64], &[u16]) {
        if !state.is_present() {
            return (&self.absent, &[]);
        }
        let at = place(&self.edges, value);
        let before = at.checked_sub(1).and_then(|i| self.ends.get(i)).map_or(0, |&end| end as usize);
        let words = words(self.rules);
        // The nearest kept set: the one before, or the one after if there is one.
        let mut near = (before + self.distance / 2) / self.distance;
        near = near.min(self.kept.len() / words.max(1));
        let set = match near.checked_sub(1) {
            Some(i) => self.kept.get(i * words..(i + 1) * words).unwrap_or_default(),
            None => &self.first,
        };
        let near = near * self.distance;
        let flips = self.changes.get(before.min(near)..before.max(near)).unwrap_or_default();
        (set, flips)
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.f64s(&self.edges);
        for &end in &self.ends {
            Put::u32(out, end);
        }
        out.count(self.changes.len());
        for &rule in &self.changes {
            Put::u16(out, rule);
        }
        for &word in self.first.iter().chain(&self.absent) {
            Put::u64(out, word);
        }
    }

    pub(super) fn get(rules: u32, input: &mut Reader<'_>) -> Result<Self, Refused> {
        let edges = input.f64s("edges of a table's column", limits::TABLE_CHANGES)?;
        let n = 2 * edges.len();
        if n.saturating_mul(4) > input.left() {
            return Err(input.truncated());
        }
        let mut ends = Vec::with_capacity(n);
        for _ in 0..n {
            ends.push(input.u32()?);
        }
        let n = input.count("changes of a table's column", limits::TABLE_CHANGES, 2)?;
        let mut changes = Vec::with_capacity(n);
        for _ in 0..n {
            changes.push(input.u16()?);
        }
        let mut set = || {
            let n = words(rules);
            if n > input.left() / 8 {
                return Err(input.truncated());
            }
            let mut set = Vec::with_capacity(n);
            for _ in 0..n {
                set.push(input.u64()?);
            }
            Ok(set)
        };
        let (first, absent) = (set()?, set()?);
        Self::new(rules, edges, ends, changes, first, absent).map_err(|what| input.malformed(what))
    }
}
