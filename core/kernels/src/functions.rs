//! Functions of f32 by polynomials, four lanes at a time, in operations that every target rounds alike.
//!
//! ln x is that of the Cephes library (S. L. Moshier, `logf`) with its coefficients; eˣ has the argument reduction of its `expf` (Cody
//! and Waite). The other polynomials are minimax fits (Lawson's weights, 40 digits): of (eʳ − 1 − r)/r² up to ln 2/2, of erf(x)/x − 1
//! in x² up to 1 and of ln erfc(x) from 1 to 4. Errors are measured by the tests below, in units of the last place (ulp) against `libm`'s f64 functions.
//! NaN gives NaN.

use crate::vector::F4;

/// 1.5·2²³: added to a number below 2²² it leaves the nearest whole number in the low bits.
const ROUND: f32 = 12_582_912.0;
// 355/512: times a small whole number it is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// Σ coefficient·xⁿ, the highest power first.
#[inline(always)]
fn polynomial<const N: usize>(x: F4, coefficients: [f32; N]) -> F4 {
    let mut sum = F4::splat(0.0);
    for (k, c) in coefficients.into_iter().enumerate() {
        sum = if k == 0 { F4::splat(c) } else { sum * x + F4::splat(c) };
    }
    sum
}

/// x = n·ln 2 + r: n above 1.5·2²³, and eʳ − 1 for that |r| ≤ ln 2/2.
#[inline(always)]
fn reduced(x: F4) -> (F4, F4) {
    let above = x * F4::splat(core::f32::consts::LOG2_E) + F4::splat(ROUND);
    let n = above - F4::splat(ROUND);
    let r = x - n * F4::splat(LN_2_HIGH) - n * F4::splat(LN_2_LOW);
    let p = [1.388_249_5e-3, 8.366_647e-3, 4.166_720_4e-2, 1.666_654_3e-1, 0.5];
    (above, polynomial(r, p) * (r * r) + r)
}

/// 2ⁿ for a whole n from −126 to 127, given above 1.5·2²³.
#[inline(always)]
fn power_of_two(above: F4) -> F4 {
    above.to_exponent().add_bits(1.0_f32.to_bits())
}

/// eˣ, with denormal results and infinity.
#[inline(always)]
pub(crate) fn exp(x: F4) -> F4 {
    let round = F4::splat(ROUND);
    let (above, p) = reduced(x.at_most(F4::splat(89.0)).at_least(F4::splat(-105.0)));
    let n = above - round;
    let half = n * F4::splat(0.5) + round;
    let other = n - (half - round) + round;
    (p + F4::splat(1.0)) * power_of_two(half) * power_of_two(other)
}

/// eˣ for x from −87 to 87; what is less or more is taken for these.
#[inline(always)]
fn exp_within(x: F4) -> F4 {
    let (n, p) = reduced(x.at_most(F4::splat(87.0)).at_least(F4::splat(-87.0)));
    (p + F4::splat(1.0)) * power_of_two(n)
}

/// eˣ − 1, exact near 0; from 88 on e⁸⁸ − 1.
#[inline(always)]
pub(crate) fn exp_m1(x: F4) -> F4 {
    let (n, p) = reduced(x.at_most(F4::splat(88.0)).at_least(F4::splat(-20.0)));
    let power = power_of_two(n);
    let y = power * p + (power - F4::splat(1.0));
    // A zero keeps its sign.
    x.equal(F4::splat(0.0)).select(x, y)
}

/// 1/(1 + e⁻ˣ); not below 1.6·10⁻³⁸.
#[inline(always)]
pub(crate) fn sigmoid(x: F4) -> F4 {
    let one = F4::splat(1.0);
    one / (one + exp_within(x.negate()))
}

/// The hyperbolic tangent, by e^2x − 1.
#[inline(always)]
pub(crate) fn tanh(x: F4) -> F4 {
    let (n, p) = reduced((x.abs() + x.abs()).at_most(F4::splat(20.0)));
    let power = power_of_two(n);
    let y = power * p + (power - F4::splat(1.0));
    (y / (y + F4::splat(2.0))).or(x.sign())
}

/// ln x: −∞ of 0, NaN of what is below.
#[inline(always)]
pub(crate) fn ln(x: F4) -> F4 {
    let (zero, infinity) = (F4::splat(0.0), F4::splat(f32::INFINITY));
    let small = x.less(F4::splat(f32::MIN_POSITIVE));
    let normal = small.select(x * F4::splat(8_388_608.0), x);
    let y = ln_normal(normal, small.and(F4::splat(-23.0)));
    let y = x.less(infinity).select(y, x);
    let y = x.equal(zero).select(infinity.negate(), y);
    x.less(zero).select(F4::splat(f32::NAN), y)
}

/// ln x + more·ln 2 for a normal positive x and a whole `more`.
#[inline(always)]
fn ln_normal(x: F4, more: F4) -> F4 {
    const ROOT_HALF: u32 = core::f32::consts::FRAC_1_SQRT_2.to_bits();
    const ONE: u32 = 1.0_f32.to_bits();
    // From √½ on: the exponent that leaves a fraction from √½ to √2.
    let from = x.add_bits(ONE.wrapping_sub(ROOT_HALF));
    let exponent = from.exponent().or_bits(8_388_608.0_f32.to_bits()) - F4::splat(8_388_608.0 + 127.0) + more;
    let x = from.and_bits(0x007F_FFFF).add_bits(ROOT_HALF) - F4::splat(1.0);
    let p = [
        7.037_683_6e-2,
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_8e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ];
    let square = x * x;
    let y = polynomial(x, p) * x * square + exponent * F4::splat(LN_2_LOW) - square * F4::splat(0.5);
    x + y + exponent * F4::splat(LN_2_HIGH)
}

/// ln(1 + eˣ).
#[inline(always)]
pub(crate) fn softplus(x: F4) -> F4 {
    let one = F4::splat(1.0);
    let e = exp_within(x.abs().negate());
    let sum = one + e;
    // What the sum lost in rounding, for the first order.
    let lost = (e - (sum - one)) / sum;
    x.at_least(F4::splat(0.0)) + (ln_normal(sum, F4::splat(0.0)) + lost)
}

/// The error function.
#[inline(always)]
pub(crate) fn erf(x: F4) -> F4 {
    let one = F4::splat(1.0);
    let near = [
        7.853_798e-5,
        -8.010_174_6e-4,
        5.188_325_5e-3,
        -2.685_381e-2,
        1.128_358_5e-1,
        -3.761_262_6e-1,
        1.283_791_7e-1,
    ];
    let size = x.abs();
    let inside = polynomial(x * x, near) * size + size;
    let far =
        [-1.157_226_1e-3, 1.483_188_2e-2, -8.879_982e-2, -6.542_399_3e-1, -1.117_621_3, -2.619_156_4e-3];
    let capped = size.at_most(F4::splat(4.0)).at_least(one);
    let outside = one - exp_within(polynomial(capped, far));
    size.less(one).select(inside, outside).or(x.sign())
}

/// x·tanh(ln(1 + eˣ)): with e = eˣ it is x·(e² + 2e)/(e² + 2e + 2).
#[inline(always)]
pub(crate) fn mish(x: F4) -> F4 {
    let two = F4::splat(2.0);
    let e = exp(x.at_most(F4::splat(20.0)));
    let up = e * (e + two);
    x * (up / (up + two))
}

#[cfg(test)]
mod tests;
