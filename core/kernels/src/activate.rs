//! Functions of one value, and softmax.

/// A function of one value. `alpha` and `beta` are the parameters of [`map`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(x, 0).
    Relu,
    /// x if x ≥ 0, else alpha·x.
    LeakyRelu,
    /// x if x > alpha, else 0.
    ThresholdedRelu,
    /// x if x ≥ 0, else alpha·(eˣ − 1).
    Elu,
    /// x if x ≥ 0, else alpha·(e^(x/alpha) − 1).
    Celu,
    /// beta·x if x > 0, else beta·alpha·(eˣ − 1).
    Selu,
    /// x·Φ(x) by erf.
    Gelu,
    /// x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
    GeluTanh,
    /// x·sigmoid(alpha·x): SiLU, swish.
    Silu,
    /// x·tanh(ln(1 + eˣ)).
    Mish,
    /// 1/(1 + e⁻ˣ).
    Sigmoid,
    /// tanh x.
    Tanh,
    /// ln(1 + eˣ).
    Softplus,
    /// x/(1 + |x|).
    Softsign,
    /// max(0, min(1, alpha·x + beta)).
    HardSigmoid,
    /// x·max(0, min(1, x/6 + 1/2)).
    HardSwish,
    /// min(max(x, alpha), beta).
    Clip,
    /// alpha·x + beta.
    Affine,
    /// |x|.
    Abs,
    /// −x.
    Negate,
    /// eˣ.
    Exp,
    /// ln x.
    Ln,
    /// √x.
    Sqrt,
    /// 1/x.
    Reciprocal,
    /// Largest whole number not above x.
    Floor,
    /// Smallest whole number not below x.
    Ceil,
    /// Nearest whole number, halves to the even one.
    Round,
    /// −1, 0 or 1.
    Sign,
    /// The error function.
    Erf,
    /// sin x.
    Sin,
    /// cos x.
    Cos,
    /// 1 if x is 0, else 0.
    Not,
    /// 1 if x is not a number, else 0.
    IsNan,
}

/// The function of each value, in place.
pub fn map(activation: Activation, alpha: f32, beta: f32, values: &mut [f32]) {
    for value in values {
        *value = one(activation, alpha, beta, *value);
    }
}

fn one(activation: Activation, alpha: f32, beta: f32, x: f32) -> f32 {
    use Activation::*;
    let sigmoid = |x: f32| (1.0 / (1.0 + libm::exp(-f64::from(x)))) as f32;
    let softplus = |x: f32| if x > 30.0 { f64::from(x) } else { libm::log1p(libm::exp(f64::from(x))) };
    let exp_m1 = |x: f32| libm::expm1(f64::from(x)) as f32;
    let bit = |yes: bool| if yes { 1.0 } else { 0.0 };
    match activation {
        Relu => {
            if x < 0.0 {
                0.0
            } else {
                x
            }
        }
        LeakyRelu => {
            if x < 0.0 {
                alpha * x
            } else {
                x
            }
        }
        ThresholdedRelu => {
            if x > alpha {
                x
            } else {
                x * 0.0
            }
        }
        Elu => {
            if x < 0.0 {
                alpha * exp_m1(x)
            } else {
                x
            }
        }
        Celu => {
            if x < 0.0 {
                alpha * exp_m1(x / alpha)
            } else {
                x
            }
        }
        Selu => {
            if x < 0.0 {
                beta * (alpha * exp_m1(x))
            } else {
                beta * x
            }
        }
        Gelu => 0.5 * x * (1.0 + libm::erf(f64::from(x) * core::f64::consts::FRAC_1_SQRT_2) as f32),
        GeluTanh => {
            let inner = 0.797_884_6 * (x + 0.044_715 * x * x * x);
            0.5 * x * (1.0 + libm::tanh(f64::from(inner)) as f32)
        }
        Silu => x * sigmoid(alpha * x),
        Mish => x * libm::tanh(softplus(x)) as f32,
        Sigmoid => sigmoid(x),
        Tanh => libm::tanh(f64::from(x)) as f32,
        Softplus => softplus(x) as f32,
        Softsign => x / (1.0 + x.abs()),
        HardSigmoid => clip(alpha * x + beta, 0.0, 1.0),
        HardSwish => x * clip(x / 6.0 + 0.5, 0.0, 1.0),
        Clip => clip(x, alpha, beta),
        Affine => alpha * x + beta,
        Abs => x.abs(),
        Negate => -x,
        Exp => libm::exp(f64::from(x)) as f32,
        Ln => libm::log(f64::from(x)) as f32,
        Sqrt => x.sqrt(),
        Reciprocal => 1.0 / x,
        Floor => x.floor(),
        Ceil => x.ceil(),
        Round => x.round_ties_even(),
        Sign => {
            if x > 0.0 {
                1.0
            } else if x < 0.0 {
                -1.0
            } else {
                x
            }
        }
        Erf => libm::erf(f64::from(x)) as f32,
        Sin => libm::sin(f64::from(x)) as f32,
        Cos => libm::cos(f64::from(x)) as f32,
        Not => bit(x == 0.0),
        IsNan => bit(x.is_nan()),
    }
}

/// `x` limited to `[least, most]`; NaN stays.
fn clip(x: f32, least: f32, most: f32) -> f32 {
    let x = if x < least { least } else { x };
    if x > most { most } else { x }
}

/// Softmax (or its logarithm) of each of `outer × inner` runs of `len` values that are `inner` apart, in place in
/// `[outer][len][inner]`. Nothing is done if `x` is too short.
pub fn softmax(log: bool, outer: usize, len: usize, inner: usize, x: &mut [f32]) {
    let Some(block) = len.checked_mul(inner).filter(|n| *n > 0) else { return };
    for block in x.chunks_exact_mut(block).take(outer) {
        for at in 0..inner {
            let run = || (at..block.len()).step_by(inner);
            let most = run()
                .filter_map(|i| block.get(i))
                .fold(f32::NEG_INFINITY, |a, b| if *b < a { a } else { *b });
            let sum: f32 =
                run().filter_map(|i| block.get(i)).map(|x| libm::exp(f64::from(x - most)) as f32).sum();
            let ln = libm::log(f64::from(sum)) as f32;
            for i in run() {
                let Some(x) = block.get_mut(i) else { continue };
                *x = if log { *x - most - ln } else { libm::exp(f64::from(*x - most)) as f32 / sum };
            }
        }
    }
}
