use crate::harness::{Cell, MISSING, assert_bits, assert_close, col, run};
use scorelet_core::column::State;
use scorelet_core::feature::Fallback;
use scorelet_core::feature::arith::{Arith, Comparison};
use scorelet_core::graph::Op;

const OUT: Cell = Err(State::OUT_OF_RANGE);
const OUT_FALLBACK: Fallback = Fallback::State(State::OUT_OF_RANGE);

#[test]
fn clip_keeps_what_is_inside() {
    let x = col(&[-5.0, -1.0, -0.0, 2.0, 2.5]);
    let op = Arith::Clip { lo: -1.0, hi: 2.0 };
    assert_bits(&run(op, std::slice::from_ref(&x)), &col(&[-1.0, -1.0, -0.0, 2.0, 2.0]));
    let open = Arith::Clip { lo: f64::NEG_INFINITY, hi: 0.0 };
    assert_bits(&run(open, &[x]), &col(&[-5.0, -1.0, -0.0, 0.0, 0.0]));
}

#[test]
fn outside_its_domain_a_function_gives_the_fallback() {
    let x = vec![Ok(1.0), Ok(0.0), Ok(-0.0), Ok(-1.0), Ok(-2.0), MISSING];
    let ln = run(Arith::Ln { otherwise: Fallback::Value(7.0) }, std::slice::from_ref(&x));
    assert_bits(&ln, &[Ok(0.0), Ok(7.0), Ok(7.0), Ok(7.0), Ok(7.0), MISSING]);
    let ln_1p = run(Arith::Ln1p { otherwise: OUT_FALLBACK }, std::slice::from_ref(&x));
    assert_close(&ln_1p[..1], &[core::f64::consts::LN_2], 1e-16);
    assert_bits(&ln_1p[1..], &[Ok(0.0), Ok(-0.0), OUT, OUT, MISSING]);
    let sqrt = run(Arith::Sqrt { otherwise: Fallback::State(State::special(2)) }, &[x]);
    let special = Err(State::special(2));
    assert_bits(&sqrt, &[Ok(1.0), Ok(0.0), Ok(-0.0), special, special, MISSING]);
}

#[test]
fn a_result_that_is_not_finite_is_out_of_range() {
    assert_bits(&run(Arith::Exp, &[col(&[0.0, 710.0, -1e9])]), &[Ok(1.0), OUT, Ok(0.0)]);
    assert_bits(&run(Arith::Mul, &[col(&[1e200, 2.0]), col(&[1e200, 3.0])]), &[OUT, Ok(6.0)]);
    assert_bits(&run(Arith::Sub, &[col(&[1e308]), col(&[-1e308])]), &[OUT]);
}

#[test]
fn one_column() {
    let x = col(&[-2.0, 0.0, 3.0]);
    let x = std::slice::from_ref(&x);
    assert_bits(&run(Arith::Abs, x), &col(&[2.0, 0.0, 3.0]));
    assert_bits(&run(Arith::Neg, x), &col(&[2.0, -0.0, -3.0]));
    assert_bits(&run(Arith::Standardise { mean: 1.0, sd: 2.0 }, x), &col(&[-1.5, -0.5, 1.0]));
    assert_bits(&run(Arith::Affine { scale: 2.0, offset: 0.5 }, x), &col(&[-3.5, 0.5, 6.5]));
    let gives = |how, expected: &[f64]| {
        assert_bits(&run(Arith::Compare { how, constant: 0.0 }, x), &col(expected));
    };
    gives(Comparison::Less, &[1.0, 0.0, 0.0]);
    gives(Comparison::LessEqual, &[1.0, 1.0, 0.0]);
    gives(Comparison::Greater, &[0.0, 0.0, 1.0]);
    gives(Comparison::GreaterEqual, &[0.0, 1.0, 1.0]);
    gives(Comparison::Equal, &[0.0, 1.0, 0.0]);
    gives(Comparison::NotEqual, &[1.0, 0.0, 1.0]);
}

#[test]
fn a_ratio_has_a_result_for_a_zero_denominator() {
    let (a, b) = (vec![Ok(1.0), Ok(0.0), Ok(3.0), MISSING], vec![Ok(4.0), Ok(-0.0), Ok(0.0), Ok(0.0)]);
    let columns = [a, b];
    let value = run(Arith::Ratio { otherwise: Fallback::Value(-9.0) }, &columns);
    assert_bits(&value, &[Ok(0.25), Ok(-9.0), Ok(-9.0), MISSING]);
    let state = run(Arith::Ratio { otherwise: Fallback::State(State::MISSING) }, &columns);
    assert_bits(&state, &[Ok(0.25), MISSING, MISSING, MISSING]);
}

#[test]
fn several_columns_are_folded_in_order() {
    let columns = [col(&[1.0, 1e16]), col(&[2.0, 1.0]), col(&[-3.0, -1e16])];
    assert_bits(&run(Arith::Add, &columns), &col(&[0.0, (1e16 + 1.0) - 1e16]));
    assert_bits(&run(Arith::Mul, &columns), &col(&[-6.0, -1e32]));
    assert_bits(&run(Arith::Min, &columns), &col(&[-3.0, -1e16]));
    assert_bits(&run(Arith::Max, &columns), &col(&[2.0, 1e16]));
    let weights = vec![0.5, -1.0, 2.0];
    assert_bits(&run(Arith::WeightedSum { weights }, &columns), &col(&[-7.5, 5e15 - 1.0 - 2e16]));
    let zeros = [col(&[-0.0]), col(&[0.0])];
    assert_bits(&run(Arith::Min, &zeros), &col(&[-0.0]));
    assert_bits(&run(Arith::WeightedSum { weights: vec![1.0] }, &zeros[..1]), &col(&[-0.0]));
}

#[test]
fn the_first_absent_input_decides_the_state() {
    let (a, b) = (vec![Ok(1.0), Err(State::UNSEEN), MISSING], vec![MISSING, MISSING, Ok(1.0)]);
    let expected = [MISSING, Err(State::UNSEEN), MISSING];
    assert_bits(&run(Arith::Add, &[a.clone(), b.clone()]), &expected);
    assert_bits(&run(Arith::Sub, &[a.clone(), b]), &expected);
    assert_bits(&run(Arith::IsAbsent, &[a]), &col(&[0.0, 1.0, 1.0]));
}

#[test]
fn parameters_and_numbers_of_columns_are_checked() {
    for bad in [
        Arith::Clip { lo: 1.0, hi: 0.0 },
        Arith::Clip { lo: f64::NAN, hi: 0.0 },
        Arith::Clip { lo: f64::INFINITY, hi: f64::INFINITY },
        Arith::Standardise { mean: 0.0, sd: 0.0 },
        Arith::Standardise { mean: f64::NAN, sd: 1.0 },
        Arith::Affine { scale: f64::INFINITY, offset: 0.0 },
        Arith::Ratio { otherwise: Fallback::Value(f64::NAN) },
        Arith::Ln { otherwise: Fallback::State(State::PRESENT) },
        Arith::Ln { otherwise: Fallback::State(State(7)) },
        Arith::Ln { otherwise: Fallback::State(State::special(200)) },
        Arith::WeightedSum { weights: vec![f64::NAN] },
        Arith::Compare { how: Comparison::Less, constant: f64::NAN },
    ] {
        assert!(bad.clone().new().is_err(), "{bad:?}");
    }
    assert!(Op::from(Arith::Add).check(0).is_err());
    assert!(Op::from(Arith::Exp).check(2).is_err());
    assert!(Op::from(Arith::Sub).check(3).is_err());
    assert!(Op::from(Arith::WeightedSum { weights: vec![1.0] }).check(2).is_err());
}
