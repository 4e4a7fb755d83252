//! Expected values: NumPy 2.4, SciPy 1.17 (`expit`, `ndtr`, `softmax`, `logaddexp`, `-expm1(-exp(x))`).

use crate::harness::{MISSING, assert_bits, assert_close, col, run, run_all};
use scorelet_core::column::State;
use scorelet_core::graph::Op;
use scorelet_core::model::link::Link;

const Z: [f64; 9] = [-8.0, -3.0, -1.0, -1e-3, 0.0, 1e-3, 1.0, 3.0, 8.0];

#[test]
fn elementwise_links_agree_with_scipy() {
    let gives = |link: Link, expected: [f64; 9]| assert_close(&run(link, &[col(&Z)]), &expected, 1e-14);
    gives(Link::Identity, Z);
    gives(
        Link::Logit { sigmoid: 1.0 },
        [
            0.0003353501304664781,
            0.04742587317756678,
            0.2689414213699951,
            0.4997500000208333,
            0.5,
            0.5002499999791666,
            0.7310585786300049,
            0.9525741268224334,
            0.9996646498695336,
        ],
    );
    gives(
        Link::Probit,
        [
            6.22096057427174e-16,
            0.0013498980316300933,
            0.15865525393145707,
            0.49960105778608893,
            0.5,
            0.500398942213911,
            0.8413447460685429,
            0.9986501019683699,
            0.9999999999999993,
        ],
    );
    gives(
        Link::Cloglog,
        [
            0.0003354063666065155,
            0.048568007099546597,
            0.30779937244465366,
            0.6317526794486842,
            0.6321205588285577,
            0.6324884382084006,
            0.9340119641546875,
            0.9999999981078213,
            1.0,
        ],
    );
    gives(
        Link::LogOnePlusExp,
        [
            0.00033540637289576885,
            0.04858735157374206,
            0.31326168751822286,
            0.6926473055599401,
            core::f64::consts::LN_2,
            0.6936473055599401,
            1.3132616875182228,
            3.048587351573742,
            8.000335406372896,
        ],
    );
}

#[test]
fn margins_without_bound_give_predictions_within() {
    let x = [col(&[-1e308, -1000.0, 1000.0, 1e308])];
    let out = Err(State::OUT_OF_RANGE);
    assert_bits(&run(Link::Logit { sigmoid: 2.0 }, &x), &col(&[0.0, 0.0, 1.0, 1.0]));
    assert_bits(&run(Link::Probit, &x), &col(&[0.0, 0.0, 1.0, 1.0]));
    assert_bits(&run(Link::Cloglog, &x), &col(&[0.0, 0.0, 1.0, 1.0]));
    assert_bits(&run(Link::Exp, &x), &[Ok(0.0), Ok(0.0), out, out]);
    assert_bits(&run(Link::LogOnePlusExp, &x), &col(&[0.0, 0.0, 1000.0, 1e308]));
    assert_bits(&run(Link::SquareSign, &x), &[out, Ok(-1e6), Ok(1e6), out]);
}

#[test]
fn steps_and_squares() {
    let x = [col(&[-2.0, -0.0, 0.0, 1e-300, 3.0])];
    assert_bits(&run(Link::Hinge, &x), &col(&[0.0, 0.0, 0.0, 1.0, 1.0]));
    assert_bits(&run(Link::SquareSign, &x), &col(&[-4.0, 0.0, 0.0, 0.0, 9.0]));
}

#[test]
fn softmax_of_any_margins() {
    let columns = [col(&[1.0, 1.0, -1e308]), col(&[-2.0, 700.0, 1e308]), col(&[0.5, 699.0, 0.0])];
    let out = run_all(Link::Softmax, &columns);
    assert_close(&out[0], &[0.6037488961486258, 1.959337846355345e-304, 0.0], 1e-14);
    assert_close(&out[1], &[0.030058887569574023, 0.7310585786300049, 1.0], 1e-14);
    assert_close(&out[2], &[0.3661922162818002, 0.2689414213699951, 0.0], 1e-14);
}

#[test]
fn several_margins_are_absent_together() {
    let columns = [vec![Ok(0.0), Ok(1.0), MISSING], vec![Ok(0.0), Err(State::UNSEEN), Err(State::UNSEEN)]];
    let absent = [Ok(0.5), Err(State::UNSEEN), MISSING];
    for link in [Link::Softmax, Link::OneVsRest { sigmoid: 3.0 }] {
        let out = run_all(link, &columns);
        assert_bits(&out[0], &absent);
        assert_bits(&out[1], &absent);
    }
    assert_bits(&run(Link::ArgMax, &columns), &[Ok(0.0), absent[1], absent[2]]);
    // Elementwise, each column is absent for itself.
    let out = run_all(Link::Logit { sigmoid: 1.0 }, &columns);
    assert!(out[0][1].is_ok() && out[1][1].is_err());
}

#[test]
fn one_vs_rest_is_normalised_and_may_have_no_mass() {
    let columns = [col(&[2.0, -1e4]), col(&[-1.0, -1e4])];
    let out = run_all(Link::OneVsRest { sigmoid: 1.0 }, &columns);
    let (p, q) = (0.8807970779778823, 0.2689414213699951);
    assert_close(&out[0][..1], &[p / (p + q)], 1e-15);
    assert_close(&out[1][..1], &[q / (p + q)], 1e-15);
    assert_bits(&out[0][1..], &[Err(State::OUT_OF_RANGE)]);
}

#[test]
fn argmax_takes_the_first_of_equals() {
    let columns =
        [col(&[1.0, 0.0, 5.0, f64::MIN]), col(&[1.0, 2.0, 4.0, f64::MIN]), col(&[1.0, 2.0, 5.5, 0.0])];
    assert_bits(&run(Link::ArgMax, &columns), &col(&[0.0, 1.0, 2.0, 2.0]));
}

#[test]
fn factors_and_numbers_of_columns_are_checked() {
    for sigmoid in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Link::Logit { sigmoid }.new().is_err());
        assert!(Link::OneVsRest { sigmoid }.new().is_err());
    }
    assert!(Op::from(Link::Softmax).check(1).is_err());
    assert!(Op::from(Link::Exp).check(0).is_err());
    assert_eq!(Op::from(Link::Softmax).width(4), 4);
    assert_eq!(Op::from(Link::ArgMax).width(4), 1);
}
