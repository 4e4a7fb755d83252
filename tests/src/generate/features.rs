//! Random feature nodes.

use scorelet_core::column::State;
use scorelet_core::feature::arith::{Arith, Comparison};
use scorelet_core::feature::bins::{Bins, Closed};
use scorelet_core::feature::impute::Impute;
use scorelet_core::feature::lookup::Lookup;
use scorelet_core::feature::one_hot::{AbsentRule, OneHot};
use scorelet_core::feature::{Fallback, StateValues};
use scorelet_core::graph::Op;
use scorelet_core::schema::{Field, FieldType};

use super::grid;
use crate::random::Random;

/// Values for absent states: all of them, or (if `some` are enough) any.
pub(super) fn state_values(random: &mut Random, field: &Field, some: bool) -> StateValues {
    let value = |random: &mut Random| (!some || !random.one_in(4)).then(|| points(random));
    let mut specials = Vec::new();
    for index in 0..field.specials.len() as u8 {
        if random.one_in(2) {
            specials.push((index, points(random)));
        }
    }
    StateValues {
        missing: value(random),
        special: value(random),
        unseen: value(random),
        out_of_range: value(random),
        specials,
    }
}

/// Points or a WoE: whole numbers and long fractions.
pub(super) fn points(random: &mut Random) -> f64 {
    if random.one_in(2) { random.below(120) as f64 - 20.0 } else { random.normal() }
}

/// The binned field, with the least and greatest value that any bin or state gives.
pub(super) fn binned(random: &mut Random, field: &Field, some_states: bool) -> (Op, f64, f64) {
    let states = state_values(random, field, some_states);
    let of_states = [states.missing, states.special, states.unseen, states.out_of_range];
    let mut all: Vec<f64> = of_states.into_iter().flatten().collect();
    all.extend(states.specials.iter().map(|&(_, value)| value));
    let op = match &field.kind {
        FieldType::Category { values } => {
            let values: Vec<f64> = values.iter().map(|_| points(random)).collect();
            all.extend(&values);
            Lookup::new(values, states).expect("a generated table").into()
        }
        _ => {
            let mut edges: Vec<f64> = (0..random.below(12)).map(|_| grid(random)).collect();
            edges.sort_by(f64::total_cmp);
            edges.dedup();
            let values: Vec<f64> = (0..=edges.len()).map(|_| points(random)).collect();
            all.extend(&values);
            let closed = *random.pick(&[Closed::Left, Closed::Right]);
            Bins::new(closed, edges, values, states).expect("generated bins").into()
        }
    };
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (op, least, most)
}

/// Replaces every absent state, or some.
pub(super) fn impute(random: &mut Random, field: &Field) -> Op {
    let some = random.one_in(4);
    Impute::new(state_values(random, field, some)).expect("generated values").into()
}

/// A column a category.
pub(super) fn one_hot(random: &mut Random, categories: usize) -> Op {
    let mut rule = || *random.pick(&[AbsentRule::PassOn, AbsentRule::AllZero, AbsentRule::OwnColumn]);
    let (missing, special, unseen, out_of_range) = (rule(), rule(), rule(), rule());
    OneHot { categories: categories as u32, missing, special, unseen, out_of_range }.into()
}

/// A function and how many columns it reads.
pub(super) fn arith(random: &mut Random) -> (Op, usize) {
    let otherwise = match random.below(3) {
        0 => Fallback::State(*random.pick(&[State::MISSING, State::UNSEEN, State::OUT_OF_RANGE])),
        _ => Fallback::Value(grid(random)),
    };
    let many = random.between(1, 5);
    let (function, inputs) = match random.below(18) {
        0 => (Arith::Clip { lo: -3.0, hi: *random.pick(&[2.5, f64::INFINITY]) }, 1),
        1 => (Arith::Ln { otherwise }, 1),
        2 => (Arith::Ln1p { otherwise }, 1),
        3 => (Arith::Exp, 1),
        4 => (Arith::Sqrt { otherwise }, 1),
        5 => (Arith::Abs, 1),
        6 => (Arith::Neg, 1),
        7 => (Arith::Standardise { mean: grid(random), sd: 0.1 + random.unit() }, 1),
        8 => (Arith::Affine { scale: random.normal(), offset: grid(random) }, 1),
        9 => (Arith::Ratio { otherwise }, 2),
        10 => (Arith::Sub, 2),
        11 => (Arith::Add, many),
        12 => (Arith::Mul, many),
        13 => (Arith::Min, many),
        14 => (Arith::Max, many),
        15 => (Arith::WeightedSum { weights: (0..many).map(|_| random.normal()).collect() }, many),
        16 => {
            let comparisons = [
                Comparison::Less,
                Comparison::LessEqual,
                Comparison::Greater,
                Comparison::GreaterEqual,
                Comparison::Equal,
                Comparison::NotEqual,
            ];
            (Arith::Compare { how: *random.pick(&comparisons), constant: grid(random) }, 1)
        }
        _ => (Arith::IsAbsent, 1),
    };
    (function.into(), inputs)
}
