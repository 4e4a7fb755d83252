//! Random decision tables.

use scorelet_core::author::table::{Cut, Domain, HitPolicy, Output, Rule, Set, Table, Value, compile};
use scorelet_core::decision::table::DecisionTable;

use crate::random::Random;

/// A table that reads so many columns, of which the last may be copied to outputs.
pub(super) fn table(random: &mut Random, inputs: usize) -> DecisionTable {
    let tested = random.between(1, inputs);
    let outputs = random.between(1, 3);
    let rules = *random.pick(&[1, 3, 20, 70, 150]);
    let (_, policy) = *random.pick(&HitPolicy::ALL);
    let rule = |random: &mut Random| Rule {
        tests: (0..tested).map(|_| set(random)).collect(),
        outputs: (0..outputs).map(|_| value(random, inputs - tested)).collect(),
    };
    let rules = (0..rules).map(|_| rule(random)).collect();
    let output = |random: &mut Random| Output {
        default: random.one_in(2).then(|| value(random, inputs - tested)),
        order: vec![2.0, -1.0],
    };
    let outputs = (0..outputs).map(|_| output(random)).collect();
    let hits = random.between(1, 3) as u8;
    let table = Table { policy, hits, domains: vec![Domain::ANY; tested], outputs, rules };
    compile(&table).expect("a generated table")
}

fn value(random: &mut Random, copied: usize) -> Value {
    match random.below(6) {
        0 => Value::Absent,
        1 if copied > 0 => Value::Column(random.below(copied) as u32),
        _ => Value::Constant(random.below(5) as f64 - 1.0),
    }
}

/// Numbers of the size of categories and of figures.
fn set(random: &mut Random) -> Set {
    if random.one_in(3) {
        return Set::any();
    }
    let mut set = if random.one_in(4) { Set::null() } else { Set::none() };
    for _ in 0..random.between(1, 2) {
        let scale = *random.pick(&[1.0, 3.0, 60.0]);
        let a = (random.normal() * scale).round();
        let from = match random.below(5) {
            0 => Cut::FIRST,
            n => Cut(a, n == 1),
        };
        let to = match random.below(5) {
            0 => Cut::LAST,
            n => Cut(a + random.below(4) as f64 * scale, n > 1),
        };
        set = set.or(&Set::part(from, to));
    }
    set
}
