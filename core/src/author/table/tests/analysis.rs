//! Gaps, overlaps and rules that never count: what is told is so, and what is not told is not there.

use proptest::prelude::*;

use super::super::{Domain, HitPolicy, Rule, Set, Table, analyse};
use super::table;

fn holds(rule: &Rule, point: &[Option<f64>]) -> bool {
    rule.tests.iter().zip(point).all(|(set, &value)| set.has(value))
}

/// Every applicant who can make a difference: the sets' cuts are at whole numbers.
fn points(domains: &[Domain]) -> Vec<Vec<Option<f64>>> {
    domains.iter().fold(vec![Vec::new()], |points, domain| {
        let step = |x: i32| if domain.whole { f64::from(x) } else { f64::from(x) / 2.0 };
        let inside = |x: &f64| (domain.min..=domain.max).contains(x);
        let mut values: Vec<Option<f64>> = (-9..14).map(step).filter(inside).map(Some).collect();
        values.extend(domain.absent.then_some(None));
        points
            .iter()
            .flat_map(|point| values.iter().map(|&value| [point.as_slice(), &[value]].concat()))
            .collect()
    })
}

fn domain() -> impl Strategy<Value = Domain> {
    let bounded = (-3i8..2, 0u8..6, any::<bool>(), any::<bool>()).prop_map(|(min, more, whole, absent)| {
        Domain { min: f64::from(min), max: f64::from(min) + f64::from(more), whole, absent }
    });
    prop_oneof![1 => Just(Domain::ANY), 3 => bounded]
}

fn with_domains() -> impl Strategy<Value = Table> {
    (table(1..9), prop::collection::vec(domain(), 3)).prop_map(|(mut table, domains)| {
        table.domains = domains.into_iter().take(table.domains.len()).collect();
        table
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_the_analysis_says_is_what_samples_say(table in with_domains()) {
        let found = analyse(&table);
        prop_assert!(found.gap_searched && found.pairs_searched && found.unreachable_unknown == 0);
        let points = points(&table.domains);
        let hits = |point: &[Option<f64>]| -> Vec<usize> {
            (0..table.rules.len()).filter(|&rule| holds(&table.rules[rule], point)).collect()
        };
        // A gap is one, and none is passed over.
        match &found.gap {
            Some(example) => prop_assert!(hits(example).is_empty()),
            None => prop_assert!(points.iter().all(|point| !hits(point).is_empty())),
        }
        // So with overlaps.
        let forbids = |a: usize, b: usize| match table.policy {
            HitPolicy::Unique => true,
            HitPolicy::Any => table.rules[a].outputs != table.rules[b].outputs,
            _ => false,
        };
        for overlap in &found.overlaps {
            let (a, b) = overlap.rules;
            prop_assert!(forbids(a, b));
            prop_assert!(holds(&table.rules[a], &overlap.example) && holds(&table.rules[b], &overlap.example));
        }
        let mut pairs = std::collections::BTreeSet::new();
        for point in &points {
            let hits = hits(point);
            for (i, &a) in hits.iter().enumerate() {
                pairs.extend(hits.iter().skip(i + 1).filter(|&&b| forbids(a, b)).map(|&b| (a, b)));
            }
        }
        prop_assert_eq!(found.overlapping, pairs.len() as u64);
        // A rule never counts if no sample's first (or any) hit is it.
        let order = table.order();
        let first = matches!(table.policy, HitPolicy::First | HitPolicy::Priority);
        let counts = |rule: usize| points.iter().any(|point| {
            let mut hits = order.iter().copied().filter(|&r| holds(&table.rules[r], point));
            if first { hits.next() == Some(rule) } else { hits.any(|r| r == rule) }
        });
        let never: Vec<usize> = (0..table.rules.len()).filter(|&rule| !counts(rule)).collect();
        prop_assert_eq!(found.unreachable, never);
    }
}

#[test]
fn whole_numbers_have_no_gap_between_neighbours() {
    use super::super::{Cut, Output};
    let rule = |from: Cut, to: Cut| Rule { tests: vec![Set::part(from, to)], outputs: Vec::new() };
    let mut table = Table {
        policy: HitPolicy::Unique,
        hits: 1,
        domains: vec![Domain { min: 18.0, max: 99.0, whole: true, absent: false }],
        outputs: vec![Output::default()],
        rules: vec![rule(Cut::FIRST, Cut::after(29.0)), rule(Cut::before(30.0), Cut::LAST)],
    };
    assert_eq!(analyse(&table).gap, None);
    table.domains[0].whole = false;
    assert_eq!(analyse(&table).gap, Some(vec![Some(29.5)]));
    table.domains[0] = Domain { min: 30.0, ..table.domains[0] };
    assert_eq!(analyse(&table).unreachable, [0]);
    table.domains[0].absent = true;
    assert_eq!(analyse(&table).gap, Some(vec![None]));
}

#[test]
fn a_large_table_ends_with_a_note_and_not_in_a_hang() {
    // Nested boxes of five columns: nothing can be told without looking at very many pieces.
    let rule = |i: u32| Rule {
        tests: (0..5u32)
            .map(|c| {
                let (a, b) = (f64::from((i * (7 + 2 * c)) % 1009), f64::from((i * (5 + 4 * c)) % 1009));
                Set::part(super::Cut::before(a.min(b)), super::Cut::after(a.max(b) + 300.0))
            })
            .collect(),
        outputs: Vec::new(),
    };
    let table = Table {
        policy: HitPolicy::First,
        hits: 1,
        domains: vec![Domain { min: 0.0, max: 1500.0, whole: true, absent: false }; 5],
        outputs: Vec::new(),
        rules: (0..400).map(rule).collect(),
    };
    let found = analyse(&table);
    assert!(found.unreachable_unknown > 0 || !found.gap_searched, "{found:?}");
}
