use crate::harness::{Cell, MISSING, assert_bits, col, run, run_all};
use scorelet_core::column::State;
use scorelet_core::feature::StateValues;
use scorelet_core::feature::impute::Impute;
use scorelet_core::feature::lookup::Lookup;
use scorelet_core::feature::one_hot::{AbsentRule, OneHot};
use scorelet_core::graph::Op;

const UNSEEN: Cell = Err(State::UNSEEN);

#[test]
fn lookup_takes_indexes_only() {
    let op = Lookup::new(vec![1.5, 2.5, -3.5], StateValues::default()).unwrap();
    let x = col(&[0.0, -0.0, 1.0, 2.0, 3.0, 0.5, -1.0, 4294967296.0, 1e300, -1e300, f64::INFINITY]);
    let mut expected = col(&[1.5, 1.5, 2.5, -3.5]);
    expected.extend([UNSEEN; 7]);
    assert_bits(&run(op, &[x]), &expected);
}

#[test]
fn lookup_gives_states_their_values() {
    let states = StateValues { unseen: Some(9.0), missing: Some(8.0), ..StateValues::default() };
    let op = Lookup::new(vec![1.0], states).unwrap();
    let x = vec![Ok(0.0), Ok(7.0), UNSEEN, MISSING, Err(State::OUT_OF_RANGE)];
    let expected = [Ok(1.0), Ok(9.0), Ok(9.0), Ok(8.0), Err(State::OUT_OF_RANGE)];
    assert_bits(&run(op, &[x]), &expected);
    assert_bits(&run(Lookup::new(vec![], StateValues::default()).unwrap(), &[col(&[0.0])]), &[UNSEEN]);
}

#[test]
fn one_hot_has_own_columns_in_the_order_of_states() {
    let op = OneHot {
        categories: 2,
        missing: AbsentRule::OwnColumn,
        special: AbsentRule::AllZero,
        unseen: AbsentRule::OwnColumn,
        out_of_range: AbsentRule::PassOn,
    };
    let x =
        vec![Ok(0.0), Ok(1.0), MISSING, Err(State::special(3)), UNSEEN, Ok(2.0), Err(State::OUT_OF_RANGE)];
    let out = run_all(op, &[x]);
    let last = Err(State::OUT_OF_RANGE);
    assert_eq!(out.len(), 4);
    assert_bits(&out[0], &[Ok(1.0), Ok(0.0), Ok(0.0), Ok(0.0), Ok(0.0), Ok(0.0), last]);
    assert_bits(&out[1], &[Ok(0.0), Ok(1.0), Ok(0.0), Ok(0.0), Ok(0.0), Ok(0.0), last]);
    assert_bits(&out[2], &[Ok(0.0), Ok(0.0), Ok(1.0), Ok(0.0), Ok(0.0), Ok(0.0), last]);
    assert_bits(&out[3], &[Ok(0.0), Ok(0.0), Ok(0.0), Ok(0.0), Ok(1.0), Ok(1.0), last]);
}

#[test]
fn one_hot_passes_an_unknown_index_on_as_unseen() {
    let pass = AbsentRule::PassOn;
    let op = OneHot { categories: 1, missing: pass, special: pass, unseen: pass, out_of_range: pass };
    assert_bits(&run(op, &[col(&[0.0, 1.0, 0.5])]), &[Ok(1.0), UNSEEN, UNSEEN]);
    assert!(Op::from(OneHot { categories: 0, ..op }).check(1).is_err());
    assert!(Op::from(OneHot { categories: u32::MAX, ..op }).check(1).is_err());
    assert!(Op::from(op).check(2).is_err());
}

#[test]
fn imputation_touches_absent_values_only() {
    let op = Impute::new(StateValues { missing: Some(4.0), ..StateValues::default() }).unwrap();
    let x = vec![Ok(-0.0), MISSING, UNSEEN, Ok(1e308), Ok(f64::INFINITY)];
    assert_bits(&run(op, &[x]), &[Ok(-0.0), Ok(4.0), UNSEEN, Ok(1e308), Err(State::OUT_OF_RANGE)]);
}
