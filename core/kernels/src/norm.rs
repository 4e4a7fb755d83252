//! Layer normalisation.

use crate::vector::{F4, LANES, zip};

/// (x − mean)/√(variance + epsilon)·scale + shift of each of `outer` runs of `len` values, in place.
///
/// `scale` and `shift` are `[len]`, or empty (ones, zeros). The variance is the mean squared distance from the mean. A sum has four
/// parts, of every fourth value from the first, second, third and fourth on; they are added in this order. Where a slice is shorter,
/// nothing is done.
#[inline(never)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn runs_are_normalised() {
        let mut random = Random(6);
        for (outer, len) in [(1, 1), (3, 5), (2, 64), (4, 7), (0, 3)] {
            let x: Vec<f32> = (0..outer * len).map(|_| random.unit() * 5.0 + 2.0).collect();
            for with in [false, true] {
                let count = if with { len } else { 0 };
                let (scale, shift) = (random.values(count), random.values(count));
                let mut y = x.clone();
                layer(1e-5, outer, len, &scale, &shift, &mut y);
                for (x, y) in x.chunks(len).zip(y.chunks(len)) {
                    let mean = x.iter().map(|x| f64::from(*x)).sum::<f64>() / len as f64;
                    let variance =
                        x.iter().map(|x| libm::pow(f64::from(*x) - mean, 2.0)).sum::<f64>() / len as f64;
                    for (k, (x, y)) in x.iter().zip(y).enumerate() {
                        let part = |y: &[f32], none: f64| y.get(k).map_or(none, |y| f64::from(*y));
                        let expected = (f64::from(*x) - mean) / (variance + 1e-5).sqrt() * part(&scale, 1.0)
                            + part(&shift, 0.0);
                        assert!(
                            (f64::from(*y) - expected).abs() < 2e-5 * expected.abs().max(1.0),
                            "{y} for {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn slices_that_are_too_short_are_left_alone() {
        let mut x = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        layer(1e-5, 2, 3, &[1.0; 2], &[], &mut x);
        layer(1e-5, 2, 3, &[], &[1.0; 2], &mut x);
        layer(1e-5, 3, 3, &[], &[], &mut x);
        layer(1e-5, usize::MAX, 3, &[], &[], &mut x);
        layer(1e-5, 2, 0, &[], &[], &mut x);
        assert_eq!(x, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }
}
