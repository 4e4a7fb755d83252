//! Errors in units of the last place, over the whole range of f32 and densely where the functions bend.

use super::*;

/// About a million values: every 4099th f32 of both signs, and even steps from −30 to 30.
fn values() -> Vec<f32> {
    let bits = (0..=0x7F80_0000_u32).step_by(4099).map(f32::from_bits);
    let even = (0..300_000).map(|k| k as f32 / 10_000.0);
    bits.chain(even).flat_map(|x| [x, -x]).collect()
}

/// The greatest error of `f` in units of the last place of the f32 that is nearest to the truth, and where it is.
fn worst(f: impl Fn(F4) -> F4, truth: impl Fn(f64) -> f64, counts: impl Fn(f32) -> bool) -> (f64, f32) {
    let mut found = (0.0, 0.0);
    for four in values().as_chunks::<4>().0 {
        for (x, y) in four.iter().zip(f(F4::load(four)).lanes()) {
            let true_value = truth(f64::from(*x));
            let nearest = true_value as f32;
            if !counts(*x) || nearest.to_bits() == y.to_bits() {
                continue;
            }
            let size = nearest.abs();
            let ulp = f64::from(f32::from_bits(size.to_bits() + 1)) - f64::from(size);
            let error = (f64::from(y) - true_value).abs() / ulp;
            if error > found.0 || error.is_nan() {
                found = (error, *x);
            }
        }
    }
    found
}

fn assert_within(name: &str, bound: f64, found: (f64, f32)) {
    assert!(found.0 <= bound, "{name}({}) is {} ulp off, more than {bound}", found.1, found.0);
}

fn all(_: f32) -> bool {
    true
}

#[test]
fn errors_are_small() {
    assert_within("exp", 1.0, worst(exp, libm::exp, all));
    assert_within("exp_m1", 1.5, worst(exp_m1, libm::expm1, |x| x < 88.0));
    // Below −87 the result stays at 1.6·10⁻³⁸.
    assert_within("sigmoid", 2.5, worst(sigmoid, |x| 1.0 / (1.0 + libm::exp(-x)), |x| x > -87.0));
    assert_within("tanh", 2.3, worst(tanh, libm::tanh, all));
    assert_within("ln", 0.8, worst(ln, libm::log, |x| x > 0.0));
    let softplus_of = |x: f64| x.max(0.0) + libm::log1p(libm::exp(-x.abs()));
    assert_within("softplus", 1.9, worst(softplus, softplus_of, |x| x > -87.0));
    assert_within("erf", 1.4, worst(erf, libm::erf, all));
    let mish_of = |x: f64| x * libm::tanh(libm::log1p(libm::exp(x.min(40.0))));
    assert_within("mish", 4.0, worst(mish, mish_of, |x| x > -80.0));
}

#[test]
fn the_ends_are_right() {
    let at = |f: fn(F4) -> F4, x: f32| f(F4::splat(x)).lanes();
    let (big, nan) = (f32::INFINITY, f32::NAN);
    for (f, from, to) in [
        (exp as fn(F4) -> F4, -big, 0.0),
        (exp, big, big),
        (exp, 89.0, big),
        (exp, -104.0, 0.0),
        (exp_m1, -big, -1.0),
        (sigmoid, big, 1.0),
        (sigmoid, 100.0, 1.0),
        (tanh, big, 1.0),
        (tanh, -big, -1.0),
        (tanh, 20.0, 1.0),
        (ln, 0.0, -big),
        (ln, -0.0, -big),
        (ln, big, big),
        (ln, 1.0, 0.0),
        (softplus, big, big),
        (erf, big, 1.0),
        (erf, -big, -1.0),
        (erf, 4.0, 1.0),
        (mish, big, big),
    ] {
        assert_eq!(at(f, from), [to; 4], "of {from}");
    }
    for f in [exp, exp_m1, sigmoid, tanh, ln, softplus, erf, mish] {
        assert!(at(f, nan).iter().all(|y| y.is_nan()));
    }
    assert!(at(ln, -1.0).iter().chain(&at(ln, -big)).all(|y| y.is_nan()));
    assert!(at(sigmoid, -big).iter().all(|y| *y > 0.0 && *y < 2e-38));
    for f in [exp_m1, tanh, erf] {
        let bits = |x: f32| at(f, x).map(f32::to_bits);
        assert_eq!((bits(0.0), bits(-0.0)), ([0; 4], [1 << 31; 4]), "a zero keeps its sign");
    }
}
