//! Compiled tables against the naive evaluation; what the analysis says against samples.

mod analysis;
mod bound;

use proptest::prelude::*;

use super::{Cut, Domain, HitPolicy, Output, Rule, Set, Table, Value, compile, naive};
use crate::bundle::wire::{Reader, Wire as _};
use crate::column::{Block, Inputs, State};
use crate::decision::table::DecisionTable;
use crate::graph::{Kernel as _, Scratch};

/// A set over small whole numbers and halves, of up to three parts.
fn set() -> impl Strategy<Value = Set> {
    let cut = (-3i8..6, any::<bool>()).prop_map(|(x, after)| Cut(f64::from(x), after));
    let end = prop_oneof![6 => cut.clone(), 1 => Just(Cut::LAST)];
    let start = prop_oneof![6 => cut, 1 => Just(Cut::FIRST)];
    let part = (start, end).prop_map(|(from, to)| Set::part(from, to));
    let some = (prop::collection::vec(part, 0..3), any::<bool>()).prop_map(|(parts, absent)| {
        let set = parts.iter().fold(Set::none(), |all, part| all.or(part));
        if absent { set.or(&Set::null()) } else { set }
    });
    prop_oneof![2 => Just(Set::any()), 5 => some]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Absent),
        6 => (-2i8..4).prop_map(|x| Value::Constant(f64::from(x))),
        2 => (0u32..2).prop_map(Value::Column),
    ]
}

pub(super) fn table(rules: std::ops::Range<usize>) -> impl Strategy<Value = Table> {
    let policy = prop::sample::select(HitPolicy::ALL.to_vec()).prop_map(|(_, policy)| policy);
    (policy, 1u8..4, 1usize..4, 0usize..3, rules).prop_flat_map(|(policy, hits, columns, outputs, rules)| {
        let rule = (prop::collection::vec(set(), columns), prop::collection::vec(value(), outputs));
        let rule = rule.prop_map(|(tests, outputs)| Rule { tests, outputs });
        let default = prop::option::of(value());
        let outputs = prop::collection::vec(default, outputs);
        (prop::collection::vec(rule, rules), outputs).prop_map(move |(rules, defaults)| Table {
            policy,
            hits,
            domains: vec![Domain::ANY; columns],
            outputs: defaults.into_iter().map(|default| Output { default, order: vec![3.0, -1.0] }).collect(),
            rules,
        })
    })
}

/// Rows of every state and value around the cuts, in an order that goes through all columns' values.
fn rows(columns: usize) -> Vec<Vec<Result<f64, State>>> {
    let mut values: Vec<Result<f64, State>> = (-8..13).map(|x| Ok(f64::from(x) / 2.0)).collect();
    values.extend([Ok(-0.0), Ok(1e300), Err(State::MISSING), Err(State::UNSEEN), Err(State::special(2))]);
    let n = values.len();
    (0..4 * n)
        .map(|row| (0..columns).map(|c| values[(row * (7 * c + 1) + 3 * c + row / n) % n]).collect())
        .collect()
}

pub(super) fn run(table: &DecisionTable, rows: &[Vec<Result<f64, State>>]) -> Vec<Vec<Result<f64, State>>> {
    let inputs = rows[0].len();
    table.check(inputs).unwrap();
    let width = table.width(inputs);
    let mut block = Block::new(inputs + width, rows.len());
    block.set_rows(rows.len());
    for column in 0..inputs {
        let mut out = block.column_mut(column);
        for (at, row) in rows.iter().enumerate() {
            match row[column] {
                Ok(x) => out.set(at, x),
                Err(state) => out.set_absent(at, state),
            }
        }
    }
    let ids: Vec<u32> = (0..inputs as u32).collect();
    let (columns, mut outputs) = block.split(inputs);
    table.eval(&Inputs::new(columns, &ids), &mut outputs, &mut Scratch::default());
    let cell = |row: usize, column: usize| {
        let column = block.column(inputs + column);
        if column.states[row].is_present() { Ok(column.values[row]) } else { Err(column.states[row]) }
    };
    (0..rows.len()).map(|row| (0..width).map(|column| cell(row, column)).collect()).collect()
}

fn compare(table: &Table) {
    let compiled = compile(table).unwrap();
    let mut bytes = Vec::new();
    compiled.put(&mut bytes);
    let mut reader = Reader::new(&bytes, "test");
    let read = DecisionTable::get(&mut reader).unwrap();
    reader.end().unwrap();
    assert_eq!(read, compiled);
    let columns = table.domains.len();
    let rows = rows(columns + 2);
    for (row, found) in rows.iter().zip(run(&read, &rows)) {
        let (tested, copied) = row.split_at(columns);
        assert_eq!(found, naive::evaluate(table, tested, copied), "{row:?} of {table:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn compiled_tables_are_the_naive_ones(table in table(1..12)) {
        compare(&table);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Several words of rules, and more changes than kept sets.
    #[test]
    fn large_compiled_tables_are_the_naive_ones(table in table(60..200)) {
        compare(&table);
    }
}

#[test]
fn rules_of_intervals_are_found_at_and_around_every_edge() {
    // 3,000 rules that part a line, so that nearly every place's set is computed from a kept one.
    let rule = |i: u32| Rule {
        tests: vec![Set::part(Cut::before(f64::from(i)), Cut::before(f64::from(i + 1)))],
        outputs: vec![Value::Constant(f64::from(i * 7 % 11))],
    };
    let table = Table {
        policy: HitPolicy::Unique,
        hits: 1,
        domains: vec![Domain::ANY],
        outputs: vec![Output::default()],
        rules: (0..3000).map(rule).collect(),
    };
    let compiled = compile(&table).unwrap();
    let rows: Vec<Vec<Result<f64, State>>> = (-2..6004).map(|x| vec![Ok(f64::from(x) / 2.0)]).collect();
    for (row, found) in rows.iter().zip(run(&compiled, &rows)) {
        let x = row[0].unwrap();
        let wanted = match (0.0..3000.0).contains(&x) {
            true => vec![Ok(f64::from(x as u32 * 7 % 11)), Ok(x.floor() + 1.0)],
            false => vec![Err(State::MISSING), Ok(0.0)],
        };
        assert_eq!(found, wanted, "{x}");
    }
}

#[test]
fn sets_are_closed_under_or_and_not() {
    let set = Set::part(Cut::before(1.0), Cut::after(2.0))
        .or(&Set::one(5.0))
        .or(&Set::part(Cut::after(2.0), Cut::before(3.0)));
    assert_eq!(set.parts(), [(Cut::before(1.0), Cut::before(3.0)), (Cut::before(5.0), Cut::after(5.0))]);
    let not = set.not();
    for x in [0.9, 1.0, 2.0, 2.9, 3.0, 4.9, 5.0, 5.1] {
        assert_ne!(set.has(Some(x)), not.has(Some(x)), "{x}");
    }
    assert!(!not.absent && !set.has(None) && Set::any().has(None));
    assert_eq!(set.not().not().parts(), set.parts());
    assert_eq!(Set::part(Cut::after(2.0), Cut::before(2.0)), Set::none());
    assert!(Set::one(-0.0).has(Some(0.0)));
}
