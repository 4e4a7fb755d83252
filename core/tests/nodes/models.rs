use crate::harness::{MISSING, assert_bits, col, run, run_all};
use scorelet_core::column::State;
use scorelet_core::graph::Op;
use scorelet_core::model::linear::Linear;
use scorelet_core::model::scorecard::{PointsRange, Scorecard};
use scorelet_core::rounding::{Rounding, RoundingMode};

fn card(base: f64, base_first: bool, rounding: Rounding, inputs: usize) -> Scorecard {
    let range = PointsRange { minimum: -10.0, maximum: 10.0, average: None };
    Scorecard::new(base, base_first, rounding, vec![range; inputs]).unwrap()
}

#[test]
fn points_are_added_in_order() {
    let columns = [col(&[1e16, 10.0]), col(&[-1e16, 20.0])];
    let first = run(card(1.0, true, Rounding::NONE, 2), &columns);
    assert_bits(&first, &col(&[0.0, 31.0]));
    let last = run(card(1.0, false, Rounding::NONE, 2), &columns);
    assert_bits(&last, &col(&[1.0, 31.0]));
    assert_ne!(first[0], last[0]);
}

#[test]
fn the_total_is_rounded_as_stated() {
    let columns = [col(&[0.5, 1.5, -0.4])];
    let even = Rounding::new(RoundingMode::HalfEven, 0).unwrap();
    assert_bits(&run(card(0.0, true, even, 1), &columns), &col(&[0.0, 2.0, 0.0]));
    let away = Rounding::new(RoundingMode::HalfAway, 0).unwrap();
    assert_bits(&run(card(0.0, true, away, 1), &columns), &col(&[1.0, 2.0, 0.0]));
}

#[test]
fn an_absent_input_makes_the_result_absent() {
    let columns = [vec![Ok(1.0), MISSING, Ok(1e308)], vec![Ok(2.0), Err(State::UNSEEN), Ok(1e308)]];
    let expected = [Ok(3.0), MISSING, Err(State::OUT_OF_RANGE)];
    assert_bits(&run(card(0.0, true, Rounding::NONE, 2), &columns), &expected);
    let linear = Linear::new(vec![0.0], vec![1.0, 1.0], None).unwrap();
    assert_bits(&run(linear, &columns), &expected);
}

#[test]
fn a_linear_model_has_outputs_of_their_own() {
    let linear = Linear::new(vec![0.5, -1.0], vec![1.0, 2.0, 3.0, -4.0], Some(vec![0.1, 0.2])).unwrap();
    assert_eq!(linear.coefficients(1), [3.0, -4.0]);
    assert!(linear.coefficients(2).is_empty());
    let out = run_all(linear, &[col(&[1.0, 0.0]), col(&[10.0, 0.25])]);
    assert_bits(&out[0], &col(&[21.5, 1.0]));
    assert_bits(&out[1], &col(&[-38.0, -2.0]));
}

#[test]
fn what_is_no_model_is_refused() {
    let range = |minimum, maximum, average| PointsRange { minimum, maximum, average };
    let new = |ranges| Scorecard::new(0.0, true, Rounding::NONE, ranges);
    assert!(new(vec![range(1.0, 0.0, None)]).is_err());
    assert!(new(vec![range(0.0, f64::NAN, None)]).is_err());
    assert!(new(vec![range(0.0, 1.0, None), range(0.0, 1.0, Some(0.5))]).is_err());
    assert!(Scorecard::new(f64::NAN, true, Rounding::NONE, vec![]).is_err());
    assert!(Op::from(new(vec![]).unwrap()).check(0).is_err());
    assert!(Op::from(card(0.0, true, Rounding::NONE, 2)).check(1).is_err());
    assert!(Linear::new(vec![], vec![1.0], None).is_err());
    assert!(Linear::new(vec![0.0], vec![], None).is_err());
    assert!(Linear::new(vec![0.0, 1.0], vec![1.0; 3], None).is_err());
    assert!(Linear::new(vec![0.0], vec![1.0; 3], Some(vec![0.0; 2])).is_err());
    assert!(Linear::new(vec![0.0], vec![f64::INFINITY], None).is_err());
    assert!(Op::from(Linear::new(vec![0.0], vec![1.0], None).unwrap()).check(2).is_err());
}
