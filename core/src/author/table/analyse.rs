//! Gaps, overlaps and rules that never count.

use super::cover::{Cover, Search};
use super::{HitPolicy, Table};

/// How much is looked at for gaps, and for rules that never count: rules times pieces.
const SEARCH: u64 = 60_000_000;
/// Pairs of rules that are compared.
const PAIRS: u64 = 100_000_000;
/// How many overlaps are told with an example.
const TOLD: usize = 16;

/// Two rules that hold for one applicant.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// Places of the rules, ascending.
    pub rules: (usize, usize),
    /// A value a column, `None` where it is absent.
    pub example: Vec<Option<f64>>,
}

/// What was found. An example is a value a column, `None` where it is absent.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Analysis {
    /// An applicant for whom no rule holds; whether one exists, if the search was finished.
    pub gap: Option<Vec<Option<f64>>>,
    /// Whether the search for a gap was finished.
    pub gap_searched: bool,
    /// Pairs of rules that the hit policy forbids, with an applicant for whom both hold: for U any two that overlap, for A those that
    /// give something else. At most 16 are told.
    pub overlaps: Vec<Overlap>,
    /// How many there are.
    pub overlapping: u64,
    /// Whether all pairs were compared.
    pub pairs_searched: bool,
    /// Rules that never count: no applicant passes all tests, or for everyone who does, a rule that comes before holds too (P, F).
    pub unreachable: Vec<usize>,
    /// Rules that were not looked at to the end.
    pub unreachable_unknown: usize,
}

/// Looks at a table, as far as it can be done in a second or so; where a search ends before its end, the analysis says so.
pub fn analyse(table: &Table) -> Analysis {
    let mut found = Analysis { pairs_searched: true, ..Analysis::default() };
    let possible: Vec<bool> = (0..table.rules.len()).map(|rule| meet(table, rule, rule).is_some()).collect();
    overlaps(table, &possible, &mut found);
    unreachable(table, &possible, &mut found);
    let mut search = Search::new(table, SEARCH);
    let rules = (0..table.rules.len() as u32).filter(|&rule| is(&possible, rule as usize)).collect();
    let cover = search.run(rules, None);
    found.gap_searched = cover != Cover::Unknown;
    if let Cover::Hole(example) = cover {
        found.gap = Some(example);
    }
    found
}

fn is(flags: &[bool], at: usize) -> bool {
    flags.get(at).copied().unwrap_or_default()
}

/// An applicant for whom both rules hold.
fn meet(table: &Table, a: usize, b: usize) -> Option<Vec<Option<f64>>> {
    let (a, b) = (table.rules.get(a)?, table.rules.get(b)?);
    let columns = table.domains.iter().zip(a.tests.iter().zip(&b.tests));
    columns.map(|(domain, (a, b))| domain.common(a, b)).collect()
}

/// The columns, those first in which most rules differ: pairs that do not meet are told apart soon.
fn selective(table: &Table) -> Vec<usize> {
    let mut columns: Vec<(usize, usize)> = (0..table.domains.len())
        .map(|column| {
            let mut parts: Vec<String> = table
                .rules
                .iter()
                .filter_map(|rule| rule.tests.get(column))
                .map(|set| format!("{set:?}"))
                .collect();
            parts.sort_unstable();
            parts.dedup();
            (usize::MAX - parts.len(), column)
        })
        .collect();
    columns.sort_unstable();
    columns.into_iter().map(|(_, column)| column).collect()
}

fn disjoint(table: &Table, columns: &[usize], a: usize, b: usize) -> bool {
    let (Some(a), Some(b)) = (table.rules.get(a), table.rules.get(b)) else { return true };
    columns.iter().any(|&column| {
        match (table.domains.get(column), a.tests.get(column), b.tests.get(column)) {
            (Some(domain), Some(a), Some(b)) => domain.common(a, b).is_none(),
            _ => true,
        }
    })
}

fn overlaps(table: &Table, possible: &[bool], found: &mut Analysis) {
    if !matches!(table.policy, HitPolicy::Unique | HitPolicy::Any) {
        return;
    }
    let columns = selective(table);
    let mut pairs = PAIRS;
    for b in 0..table.rules.len() {
        if !is(possible, b) {
            continue;
        }
        let Some(left) = pairs.checked_sub(b as u64) else {
            found.pairs_searched = false;
            return;
        };
        pairs = left;
        for a in 0..b {
            if !is(possible, a) || disjoint(table, &columns, a, b) {
                continue;
            }
            let outputs = |rule: usize| table.rules.get(rule).map(|rule| &rule.outputs);
            if table.policy == HitPolicy::Any && outputs(a) == outputs(b) {
                continue;
            }
            found.overlapping += 1;
            if found.overlaps.len() < TOLD
                && let Some(example) = meet(table, a, b)
            {
                found.overlaps.push(Overlap { rules: (a, b), example });
            }
        }
    }
}

fn unreachable(table: &Table, possible: &[bool], found: &mut Analysis) {
    let hidden = matches!(table.policy, HitPolicy::First | HitPolicy::Priority);
    let order = table.order();
    let columns = selective(table);
    let (mut pairs, mut search) = (PAIRS, Search::new(table, SEARCH));
    for (place, &rule) in order.iter().enumerate() {
        if !is(possible, rule) {
            found.unreachable.push(rule);
            continue;
        }
        if !hidden {
            continue;
        }
        let Some(left) = pairs.checked_sub(place as u64).filter(|_| search.budget > 0) else {
            found.unreachable_unknown += 1;
            continue;
        };
        pairs = left;
        let earlier = order.iter().take(place).copied();
        let meeting: Vec<u32> = earlier
            .filter(|&other| is(possible, other) && !disjoint(table, &columns, other, rule))
            .map(|other| other as u32)
            .collect();
        // One rule gets a share, so that a hard one does not take all.
        let all = search.budget;
        search.budget = all.min(SEARCH / 50);
        let share = search.budget;
        match search.run(meeting, Some(rule as u32)) {
            Cover::Whole => found.unreachable.push(rule),
            Cover::Hole(_) => {}
            Cover::Unknown => {
                found.unreachable_unknown += 1;
                search.budget = 0;
            }
        }
        search.budget = all - (share - search.budget);
    }
    found.unreachable.sort_unstable();
}
