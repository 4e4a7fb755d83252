//! Layer normalisation.

use crate::vector::{F4, LANES, zip};

/// (x − mean)/√(variance + epsilon)·scale + shift of each of `outer` runs of `len` values, in place.
///
/// `scale` and `shift` are `[len]`, or empty (ones, zeros). The variance is the mean squared distance from the mean. A sum has four
/// parts, of every fourth value from the first, second, third and fourth on; they are added in this order. Where a slice is shorter,
/// nothing is done.
pub fn layer(epsilon: f32, outer: usize, len: usize, scale: &[f32], shift: &[f32], x: &mut [f32]) {
    let short = |y: &[f32]| !y.is_empty() && y.len() < len;
    let Some(x) = outer.checked_mul(len).and_then(|all| x.get_mut(..all)) else { return };
    if len == 0 || short(scale) || short(shift) {
        return;
    }
    let count = len as f32;
    for run in x.chunks_exact_mut(len) {
        let mean = sum(run, |x| x) / count;
        let variance = sum(run, |x| (x - F4::splat(mean)) * (x - F4::splat(mean))) / count;
        let root = F4::splat((variance + epsilon).sqrt());
        zip(run, [], |x, []| (x - F4::splat(mean)) / root);
        if !scale.is_empty() {
            zip(run, [scale], |x, [scale]| x * scale);
        }
        if !shift.is_empty() {
            zip(run, [shift], |x, [shift]| x + shift);
        }
    }
}

/// Σ f(x) in four parts.
#[inline(always)]
fn sum(x: &[f32], f: impl Fn(F4) -> F4) -> f32 {
    let (full, rest) = x.as_chunks::<LANES>();
    let mut parts = F4::splat(0.0);
    for x in full {
        parts = parts + f(F4::load(x));
    }
    let mut parts = parts.lanes();
    for (part, x) in parts.iter_mut().zip(rest) {
        let [y, ..] = f(F4::splat(*x)).lanes();
        *part += y;
    }
    parts.iter().sum()
}
