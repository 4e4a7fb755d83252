//! Whether boxes cover a space, and a point that they leave out.

use std::collections::HashSet;

use super::Table;
use super::set::{Cut, Part, Set};

/// What came of a search.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cover {
    /// Every point is in a box.
    Whole,
    /// This one is in none: a value a column, `None` where it is absent.
    Hole(Vec<Option<f64>>),
    /// The search was too long to be finished.
    Unknown,
}

/// Looks for points. Column by column: the rules' cuts part the line into pieces on each of which the same rules hold; rules that
/// leave a column's pieces apart are looked at only there. A set of rules that was found to cover the columns that are left is not
/// looked at again.
pub(super) struct Search<'a> {
    table: &'a Table,
    /// Rules and pieces that may still be looked at.
    pub(super) budget: u64,
    covered: HashSet<(usize, Vec<u32>)>,
}

/// A piece of a column: a value in it (`None`: absent) and the rules that hold there.
type Piece = (Option<f64>, Vec<u32>);

impl<'a> Search<'a> {
    pub(super) fn new(table: &'a Table, budget: u64) -> Self {
        Self { table, budget, covered: HashSet::new() }
    }

    /// Whether the rules cover every row that can be; or, of `within`, every row for which that rule holds.
    pub(super) fn run(&mut self, rules: Vec<u32>, within: Option<u32>) -> Cover {
        self.covered.clear();
        let mut point = Vec::with_capacity(self.table.domains.len());
        self.from(0, rules, within, &mut point)
    }

    fn set(&self, rule: u32, column: usize) -> Option<&'a Set> {
        self.table.rules.get(rule as usize)?.tests.get(column)
    }

    fn from(
        &mut self,
        column: usize,
        rules: Vec<u32>,
        within: Option<u32>,
        point: &mut Vec<Option<f64>>,
    ) -> Cover {
        if rules.is_empty() {
            return self.complete(column, within, point);
        }
        if column >= self.table.domains.len() {
            return Cover::Whole;
        }
        // A rule that asks nothing of the columns that are left covers all of them.
        if rules.iter().any(|&rule| self.open(rule, column, within)) {
            return Cover::Whole;
        }
        let key = (column, rules);
        if self.covered.contains(&key) {
            return Cover::Whole;
        }
        let Some(pieces) = self.pieces(column, &key.1, within) else { return Cover::Unknown };
        for (value, held) in pieces {
            point.push(value);
            let found = self.from(column + 1, held, within, point);
            point.pop();
            if found != Cover::Whole {
                return found;
            }
        }
        self.covered.insert(key);
        Cover::Whole
    }

    /// A point of which the first columns are known, and of the others any value will do.
    fn complete(&self, column: usize, within: Option<u32>, point: &[Option<f64>]) -> Cover {
        let mut point = point.to_vec();
        for (at, domain) in self.table.domains.iter().enumerate().skip(column) {
            let any = Set::any();
            let set = within.and_then(|rule| self.set(rule, at)).unwrap_or(&any);
            match domain.common(set, &Set::any()) {
                Some(value) => point.push(value),
                // Nobody can be there.
                None => return Cover::Whole,
            }
        }
        Cover::Hole(point)
    }

    fn open(&self, rule: u32, from: usize, within: Option<u32>) -> bool {
        let columns = self.table.domains.iter().enumerate().skip(from);
        columns.into_iter().all(|(at, domain)| {
            let Some(set) = self.set(rule, at) else { return false };
            match within.and_then(|rule| self.set(rule, at)) {
                None => domain.covered(set),
                Some(wanted) => {
                    // What is wanted and is not in the set.
                    let absent = domain.absent && wanted.absent && !set.absent;
                    !absent && !matches!(domain.common(&set.not(), wanted), Some(Some(_)))
                }
            }
        })
    }

    /// The pieces of a column, each set of rules once; `None` when the budget is spent.
    fn pieces(&mut self, column: usize, rules: &[u32], within: Option<u32>) -> Option<Vec<Piece>> {
        let domain = *self.table.domains.get(column)?;
        let wanted = within.and_then(|rule| self.set(rule, column));
        let mut cuts = vec![Cut::FIRST, Cut::LAST];
        let sets = rules.iter().copied().chain(within).filter_map(|rule| self.set(rule, column));
        cuts.extend(sets.flat_map(|set| set.parts()).flat_map(|&(from, to)| [from, to]));
        cuts.sort_by(|a, b| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal));
        cuts.dedup();
        let parts =
            cuts.iter().zip(cuts.iter().skip(1)).map(|(&from, &to): (&Cut, &Cut)| -> Part { (from, to) });
        let mut values: Vec<Option<f64>> = parts.filter_map(|part| domain.value(part)).map(Some).collect();
        if domain.absent {
            values.push(None);
        }
        let mut seen = HashSet::new();
        let mut pieces = Vec::new();
        for value in values {
            if wanted.is_some_and(|set| !set.has(value)) {
                continue;
            }
            self.budget = self.budget.checked_sub(rules.len() as u64 + 1)?;
            let has = |rule: &u32| self.set(*rule, column).is_some_and(|set| set.has(value));
            let held: Vec<u32> = rules.iter().copied().filter(has).collect();
            if seen.insert(held.clone()) {
                pieces.push((value, held));
            }
        }
        Some(pieces)
    }
}
