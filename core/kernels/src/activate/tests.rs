use super::Activation::*;
use super::*;
use crate::random::Random;

/// The definition, in f64.
fn truth(activation: Activation, a: f64, b: f64, x: f64) -> f64 {
    let sigmoid = |x: f64| 1.0 / (1.0 + libm::exp(-x));
    let bit = |yes: bool| f64::from(u8::from(yes));
    match activation {
        Relu => x.max(0.0),
        LeakyRelu => {
            if x < 0.0 {
                a * x
            } else {
                x
            }
        }
        ThresholdedRelu => {
            if x > a {
                x
            } else {
                0.0
            }
        }
        Elu => {
            if x < 0.0 {
                a * libm::expm1(x)
            } else {
                x
            }
        }
        Celu => {
            if x < 0.0 {
                a * libm::expm1(x / a)
            } else {
                x
            }
        }
        Selu => b * if x < 0.0 { a * libm::expm1(x) } else { x },
        Gelu => 0.5 * x * libm::erfc(-x / 2.0_f64.sqrt()),
        GeluTanh => {
            let root = (2.0 / core::f64::consts::PI).sqrt();
            0.5 * x * (1.0 + libm::tanh(root * (x + 0.044_715 * x * x * x)))
        }
        Silu => x * sigmoid(a * x),
        Mish => x * libm::tanh(libm::log1p(libm::exp(x))),
        Sigmoid => sigmoid(x),
        Tanh => libm::tanh(x),
        Softplus => libm::log1p(libm::exp(x)),
        Softsign => x / (1.0 + x.abs()),
        HardSigmoid => (a * x + b).clamp(0.0, 1.0),
        HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        Clip => x.max(a).min(b),
        Affine => a * x + b,
        Abs => x.abs(),
        Negate => -x,
        Exp => libm::exp(x),
        Ln => libm::log(x),
        Sqrt => x.sqrt(),
        Reciprocal => 1.0 / x,
        Floor => x.floor(),
        Ceil => x.ceil(),
        Round => x.round_ties_even(),
        Sign => {
            if x == 0.0 {
                0.0
            } else {
                x.signum()
            }
        }
        Erf => libm::erf(x),
        Sin => libm::sin(x),
        Cos => libm::cos(x),
        Not => bit(x == 0.0),
        IsNan => bit(x.is_nan()),
    }
}

#[test]
fn functions_are_their_definitions() {
    let mut random = Random(3);
    let mut x: Vec<f32> = (0..4001).map(|_| random.unit() * 12.0).collect();
    x.extend([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, 1.0, -1.0, 1e-30, -1e-30]);
    for activation in Activation::ALL {
        for (a, b) in [(1.0, 1.5), (0.25, 0.75)] {
            let mut y = x.clone();
            map(activation, a, b, &mut y);
            for (x, y) in x.iter().zip(&y) {
                let expected = truth(activation, f64::from(a), f64::from(b), f64::from(*x));
                let error = (f64::from(*y) - expected).abs();
                let same = f64::from(*y) == expected || (y.is_nan() && expected.is_nan());
                assert!(
                    same || error <= 4e-7 * expected.abs().max(1.0),
                    "{activation:?}({x}) is {expected}, not {y}"
                );
            }
        }
    }
}

#[test]
fn a_value_has_the_same_bits_wherever_it_stands() {
    let x = Random(4).values(23);
    for activation in Activation::ALL {
        for len in 0..x.len() {
            let mut all = x[..len].to_vec();
            map(activation, 0.5, 0.25, &mut all);
            for (x, y) in x.iter().zip(&all) {
                let mut one = [*x];
                map(activation, 0.5, 0.25, &mut one);
                assert!(
                    one[0].to_bits() == y.to_bits() || (one[0].is_nan() && y.is_nan()),
                    "{activation:?}({x})"
                );
            }
        }
    }
}

#[test]
fn nan_gives_nan() {
    for activation in Activation::ALL {
        let mut x = [f32::NAN; 5];
        map(activation, 0.5, 0.75, &mut x);
        match activation {
            Not => assert_eq!(x, [0.0; 5]),
            IsNan => assert_eq!(x, [1.0; 5]),
            _ => assert!(x.iter().all(|x| x.is_nan()), "{activation:?}"),
        }
    }
}

#[test]
fn softmax_is_its_definition() {
    let mut random = Random(5);
    for (outer, len, inner) in [(1, 1, 1), (3, 5, 1), (2, 4, 3), (1, 17, 2), (2, 64, 1), (0, 3, 1), (2, 0, 3)]
    {
        let x: Vec<f32> = (0..outer * len * inner).map(|_| random.unit() * 30.0).collect();
        for log in [false, true] {
            let mut y = x.clone();
            softmax(log, outer, len, inner, &mut y);
            for (place, y) in y.iter().enumerate() {
                let first = place / (len * inner) * len * inner + place % inner;
                let at = |k: usize| f64::from(x[first + k * inner]);
                let sum: f64 = (0..len).map(|k| libm::exp(at(k))).sum();
                let share = libm::exp(f64::from(x[place])) / sum;
                let expected = if log { libm::log(share) } else { share };
                assert!(
                    (f64::from(*y) - expected).abs() <= 1e-6 * expected.abs().max(0.2),
                    "{y} for {expected}"
                );
            }
        }
    }
}

#[test]
fn softmax_of_what_is_not_finite() {
    let (no, nan) = (f32::NEG_INFINITY, f32::NAN);
    let mut x = [no, 0.0, no, 0.0];
    softmax(false, 1, 4, 1, &mut x);
    assert_eq!(x, [0.0, 0.5, 0.0, 0.5]);
    let mut x = [1.0, nan, 2.0, 1.0, 1.0, 1.0, no, no, no];
    softmax(false, 3, 3, 1, &mut x);
    assert!(x[..3].iter().chain(&x[6..]).all(|x| x.is_nan()));
    assert!(x[3..6].iter().all(|x| *x == 1.0 / 3.0));
    let mut short = [1.0; 5];
    softmax(false, 2, 3, 1, &mut short);
    softmax(false, usize::MAX, 3, usize::MAX, &mut short);
    assert_eq!(short, [1.0; 5]);
}
