use crate::harness::{MISSING, assert_bits, assert_close, col, run};
use scorelet_core::band::Bands;
use scorelet_core::calibrate::{Calibrate, Isotonic};
use scorelet_core::math;
use scorelet_core::rounding::{Rounding, RoundingMode};
use scorelet_core::scale::{OddsScale, Scale, ScaleMap};

const OPEN: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// 600 points at 50 : 1, 20 points to double the odds.
const ODDS: OddsScale = OddsScale { target: 600.0, odds: 50.0, pdo: 20.0, higher_is_riskier: false };

#[test]
fn a_target_and_the_points_to_double_the_odds() {
    // Siddiqi's own example: factor 28.8539, offset 487.123.
    assert!((ODDS.factor() - 28.8539).abs() < 5e-5 && (ODDS.offset() - 487.123).abs() < 5e-4);
    let log_odds = [1.0 / 50.0, 1.0 / 100.0, 1.0 / 25.0, 1.0].map(math::ln);
    let scale = Scale::new(ScaleMap::LogOdds(ODDS), Rounding::NONE, OPEN.0, OPEN.1).unwrap();
    assert_close(&run(scale, &[col(&log_odds)]), &[600.0, 620.0, 580.0, ODDS.offset()], 1e-14);
    let riskier = OddsScale { higher_is_riskier: true, ..ODDS };
    let scale = Scale::new(ScaleMap::LogOdds(riskier), Rounding::NONE, OPEN.0, OPEN.1).unwrap();
    assert_close(&run(scale, &[col(&log_odds[..3])]), &[600.0, 580.0, 620.0], 1e-14);
}

#[test]
fn a_pd_of_0_or_1_is_limited() {
    let map = ScaleMap::Pd { scale: ODDS, pd_min: 1.0 / 101.0, pd_max: 0.5 };
    let scale = Scale::new(map, Rounding::NONE, OPEN.0, OPEN.1).unwrap();
    let pd = [col(&[1.0 / 51.0, 0.0, 1.0, 0.5])];
    assert_close(&run(scale, &pd), &[600.0, 620.0, ODDS.offset(), ODDS.offset()], 1e-14);
}

#[test]
fn min_max_is_rounded_then_bounded() {
    let map = ScaleMap::Linear { lo: -1.0, hi: 1.0, at_lo: 0.0, at_hi: 1000.0 };
    let rounding = Rounding::new(RoundingMode::HalfAway, 0).unwrap();
    let scale = Scale::new(map, rounding, 0.0, 999.5).unwrap();
    let x = vec![Ok(-1.0), Ok(0.0), Ok(0.125), Ok(0.9999), Ok(5.0), Ok(-5.0), MISSING];
    let expected = [Ok(0.0), Ok(500.0), Ok(563.0), Ok(999.5), Ok(999.5), Ok(0.0), MISSING];
    assert_bits(&run(scale, &[x]), &expected);
    let turned = ScaleMap::Linear { lo: -1.0, hi: 1.0, at_lo: 10.0, at_hi: 0.0 };
    let scale = Scale::new(turned, Rounding::NONE, -0.0, 10.0).unwrap();
    assert_bits(&run(scale, &[col(&[-1.0, 1.0, 2.0])]), &col(&[10.0, 0.0, 0.0]));
}

#[test]
fn what_is_no_scale_is_refused() {
    let new = |map| Scale::new(map, Rounding::NONE, OPEN.0, OPEN.1);
    for odds in [0.0, -1.0, f64::NAN] {
        assert!(new(ScaleMap::LogOdds(OddsScale { odds, ..ODDS })).is_err());
        assert!(new(ScaleMap::LogOdds(OddsScale { pdo: odds, ..ODDS })).is_err());
    }
    assert!(new(ScaleMap::LogOdds(OddsScale { target: f64::INFINITY, ..ODDS })).is_err());
    for (pd_min, pd_max) in [(0.0, 0.5), (0.5, 1.0), (0.6, 0.5), (f64::NAN, 0.5)] {
        assert!(new(ScaleMap::Pd { scale: ODDS, pd_min, pd_max }).is_err());
    }
    assert!(new(ScaleMap::Linear { lo: 1.0, hi: 1.0, at_lo: 0.0, at_hi: 1.0 }).is_err());
    assert!(new(ScaleMap::Linear { lo: 2.0, hi: 1.0, at_lo: 0.0, at_hi: 1.0 }).is_err());
    assert!(new(ScaleMap::Linear { lo: 0.0, hi: 1e-320, at_lo: 0.0, at_hi: 1.0 }).is_err());
    let map = ScaleMap::LogOdds(ODDS);
    assert!(Scale::new(map, Rounding::NONE, 2.0, 1.0).is_err());
    assert!(Scale::new(map, Rounding::NONE, f64::NAN, 1.0).is_err());
    assert!(Scale::new(map, Rounding::NONE, f64::INFINITY, f64::INFINITY).is_err());
}

#[test]
fn platt_has_scikit_learns_sign() {
    // sklearn.calibration._SigmoidCalibration: expit(-(a * x + b)).
    let op = Calibrate::Platt { a: -2.0, b: 0.5 };
    let x = vec![Ok(0.25), Ok(1.75), Ok(-1e308), Ok(1e308), MISSING];
    let out = run(op, &[x]);
    assert_close(&out[..2], &[0.5, 0.9525741268224334], 1e-15);
    assert_bits(&out[2..], &[Ok(0.0), Ok(1.0), MISSING]);
}

#[test]
fn isotonic_has_the_bits_of_scikit_learn() {
    // IsotonicRegression(out_of_bounds="clip") of scikit-learn 1.9: X_thresholds_, y_thresholds_, predict.
    let x = [-5.03, -2.53, -1.98, -0.47, -0.37, 0.23, 0.31, 1.39, 1.77, 2.68].to_vec();
    let (a, b) = (0.5555555555555556, 0.8333333333333334);
    let y = [0.0, 0.0, 0.2, 0.2, a, a, b, b, 1.0, 1.0].to_vec();
    let op = Calibrate::Isotonic(Isotonic::new(false, x.clone(), y.clone()).unwrap());
    let at = [-9.0, -2.5, -1.03, -0.5, 0.0, 0.1, 0.33, 0.77, 1.2, 2.5, 9.0];
    let p = [0.0, 0.010909090909090842, 0.2, 0.2, a, a, b, b, b, 1.0, 1.0];
    assert_bits(&run(op, &[col(&at)]), &col(&p));
    let steps = Calibrate::Isotonic(Isotonic::new(true, x, y).unwrap());
    assert_bits(&run(steps, &[col(&[-9.0, -2.0, -1.98, 0.3, 3.0])]), &col(&[0.0, 0.0, 0.2, a, 1.0]));
}

#[test]
fn isotonic_may_fall_and_may_be_one_knot() {
    let falling = Isotonic::new(false, vec![0.0, 1.0], vec![1.0, 0.0]).unwrap();
    assert_bits(&run(Calibrate::Isotonic(falling), &[col(&[-1.0, 0.25, 2.0])]), &col(&[1.0, 0.75, 0.0]));
    let one = Isotonic::new(false, vec![0.0], vec![0.5]).unwrap();
    assert_bits(&run(Calibrate::Isotonic(one), &[col(&[-1.0, 0.0, 2.0])]), &col(&[0.5; 3]));
    for (x, y) in [
        (vec![], vec![]),
        (vec![0.0], vec![]),
        (vec![0.0, 0.0], vec![0.0, 1.0]),
        (vec![0.0, f64::INFINITY], vec![0.0, 1.0]),
        (vec![0.0, 1.0], vec![0.0, 1.1]),
        (vec![0.0, 1.0], vec![f64::NAN, 1.0]),
        (vec![0.0, 1.0, 2.0], vec![0.0, 1.0, 0.5]),
    ] {
        assert!(Isotonic::new(false, x, y).is_err());
    }
}

#[test]
fn bands_are_closed_on_the_left() {
    let bands = Bands::new(vec![0.0, 500.0, 620.0]).unwrap();
    assert_eq!(bands.bands(), 4);
    let x = vec![Ok(-1.0), Ok(-0.0), Ok(499.0), Ok(500.0), Ok(620.0), MISSING];
    assert_bits(&run(bands, &[x]), &[Ok(0.0), Ok(1.0), Ok(1.0), Ok(2.0), Ok(3.0), MISSING]);
    assert!(Bands::new(vec![1.0, 1.0]).is_err());
    assert!(Bands::new(vec![f64::NEG_INFINITY]).is_err());
}
