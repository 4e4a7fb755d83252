//! Functions of one value, and softmax.

use crate::functions::{erf, exp, exp_m1, ln, mish, sigmoid, softplus, tanh};
use crate::vector::{F4, LANES, keep, padded};

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

impl Activation {
    /// All of them. The place in this list is the function's code in the bundle format: the list only grows at its end.
    pub const ALL: [Self; 33] = [
        Self::Relu,
        Self::LeakyRelu,
        Self::ThresholdedRelu,
        Self::Elu,
        Self::Celu,
        Self::Selu,
        Self::Gelu,
        Self::GeluTanh,
        Self::Silu,
        Self::Mish,
        Self::Sigmoid,
        Self::Tanh,
        Self::Softplus,
        Self::Softsign,
        Self::HardSigmoid,
        Self::HardSwish,
        Self::Clip,
        Self::Affine,
        Self::Abs,
        Self::Negate,
        Self::Exp,
        Self::Ln,
        Self::Sqrt,
        Self::Reciprocal,
        Self::Floor,
        Self::Ceil,
        Self::Round,
        Self::Sign,
        Self::Erf,
        Self::Sin,
        Self::Cos,
        Self::Not,
        Self::IsNan,
    ];
}

/// The function of each value, in place.
///
/// NaN gives NaN, except of `Not` (0) and `IsNan` (1).
#[inline(never)]
pub fn map(activation: Activation, alpha: f32, beta: f32, values: &mut [f32]) {
    use Activation::*;
    let (zero, one, half) = (F4::splat(0.0), F4::splat(1.0), F4::splat(0.5));
    let (a, b) = (F4::splat(alpha), F4::splat(beta));
    match activation {
        Relu => each(values, |x| x.at_least(zero)),
        LeakyRelu => each(values, |x| x.less(zero).select(a * x, x)),
        ThresholdedRelu => each(values, |x| x.less(a).or(x.equal(a)).select(zero, x)),
        Elu => each(values, |x| x.less(zero).select(a * exp_m1(x), x)),
        Celu => each(values, |x| x.less(zero).select(a * exp_m1(x / a), x)),
        Selu => each(values, |x| b * x.less(zero).select(a * exp_m1(x), x)),
        Gelu => each(values, |x| half * x * (one + erf(x * F4::splat(core::f32::consts::FRAC_1_SQRT_2)))),
        GeluTanh => each(values, |x| {
            let cube = F4::splat(0.044_715) * x * x * x;
            half * x * (one + tanh(F4::splat(0.797_884_6) * (x + cube)))
        }),
        Silu => each(values, |x| x * sigmoid(a * x)),
        Mish => each(values, mish),
        Sigmoid => each_of_many(values, sigmoid),
        Tanh => each_of_many(values, tanh),
        Softplus => each(values, softplus),
        Softsign => each(values, |x| x / (one + x.abs())),
        HardSigmoid => each(values, |x| (a * x + b).at_least(zero).at_most(one)),
        HardSwish => each(values, |x| x * (x * F4::splat(1.0 / 6.0) + half).at_least(zero).at_most(one)),
        Clip => each(values, |x| x.at_least(a).at_most(b)),
        Affine => each(values, |x| a * x + b),
        Abs => each(values, F4::abs),
        Negate => each(values, F4::negate),
        Exp => each(values, exp),
        Ln => each(values, ln),
        Sqrt => each(values, F4::sqrt),
        Reciprocal => each(values, |x| one / x),
        Erf => each(values, erf),
        Sign => each(values, |x| x.less(zero).select(one.negate(), zero.less(x).select(one, x))),
        Not => each(values, |x| x.equal(zero).and(one)),
        IsNan => each(values, |x| x.equal(x).select(zero, one)),
        Floor => values.iter_mut().for_each(|x| *x = x.floor()),
        Ceil => values.iter_mut().for_each(|x| *x = x.ceil()),
        Round => values.iter_mut().for_each(|x| *x = x.round_ties_even()),
        Sin => values.iter_mut().for_each(|x| *x = libm::sinf(*x)),
        Cos => values.iter_mut().for_each(|x| *x = libm::cosf(*x)),
    }
}

/// The function of each value, four at a time; the last few along with zeros.
#[inline(always)]
fn each(values: &mut [f32], f: impl Fn(F4) -> F4) {
    for values in values.chunks_mut(LANES) {
        // One place where `f` is called: so it is not called but stands there.
        let y = f(values.first_chunk().map_or_else(|| F4::load(&padded(values)), F4::load));
        match values.first_chunk_mut() {
            Some(all) => y.store(all),
            None => keep(values, y.lanes()),
        }
    }
}

/// The same for the functions of recurrent cells: vectors that do not wait for each other, and share the constants. A loop of its own, as
/// wasm engines keep more of it in registers than in the middle of [`map`].
#[inline(never)]
fn each_of_many(values: &mut [f32], f: impl Fn(F4) -> F4) {
    let (many, rest) = values.as_chunks_mut::<{ 4 * LANES }>();
    for values in many {
        let Some(places) = values.as_chunks_mut().0.first_chunk_mut::<4>() else { return };
        let y = places.each_ref().map(|x| f(F4::load(x)));
        places.iter_mut().zip(y).for_each(|(place, y)| y.store(place));
    }
    each(rest, f);
}

/// Softmax, or its logarithm, of each of `outer × inner` runs of `len` values that are `inner` apart, in place in
/// `[outer][len][inner]`. Sums go from the first to the last. A run without any finite value is NaN. Where `x` is shorter, nothing is
/// done.
#[inline(never)]
pub fn softmax(log: bool, outer: usize, len: usize, inner: usize, x: &mut [f32]) {
    let Some(block) = len.checked_mul(inner).filter(|block| *block > 0) else { return };
    let Some(x) = outer.checked_mul(block).and_then(|len| x.get_mut(..len)) else { return };
    for block in x.chunks_exact_mut(block) {
        for first in 0..inner {
            softmax_of_run(log, block, first, inner);
        }
    }
}

/// The values of `block` that stand at `first`, `first + inner`, ….
fn softmax_of_run(log: bool, block: &mut [f32], first: usize, inner: usize) {
    let run = || (first..block.len()).step_by(inner);
    let most = run().filter_map(|i| block.get(i)).fold(f32::NEG_INFINITY, |a, b| if *b < a { a } else { *b });
    let mut sum = 0.0;
    let step = inner.saturating_mul(LANES);
    for at in (first..block.len()).step_by(step) {
        // Past the end: e to the power of −∞ is 0.
        let place = |k: usize| at + k * inner;
        let mut four = [0, 1, 2, 3].map(|k| block.get(place(k)).map_or(f32::NEG_INFINITY, |x| x - most));
        exp(F4::load(&four)).store(&mut four);
        four.iter().for_each(|e| sum += e);
        if !log {
            for (k, e) in four.into_iter().enumerate() {
                block.get_mut(place(k)).into_iter().for_each(|x| *x = e);
            }
        }
    }
    let [ln_sum, ..] = ln(F4::splat(sum)).lanes();
    for i in (first..block.len()).step_by(inner) {
        block.get_mut(i).into_iter().for_each(|x| *x = if log { *x - most - ln_sum } else { *x / sum });
    }
}

#[cfg(test)]
mod tests;
