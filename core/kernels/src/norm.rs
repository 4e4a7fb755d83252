//! Layer normalisation.

/// (x − mean)/√(variance + epsilon)·scale + shift of each of `outer` runs of `len` values, in place.
///
/// `scale` and `shift` are `[len]`, or empty (ones, zeros). The variance is the mean squared distance from the mean.
/// Nothing is done if `x` is too short.
pub fn layer(epsilon: f32, outer: usize, len: usize, scale: &[f32], shift: &[f32], x: &mut [f32]) {
    if len == 0 {
        return;
    }
    for run in x.chunks_exact_mut(len).take(outer) {
        let mean = run.iter().sum::<f32>() / len as f32;
        let variance = run.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / len as f32;
        let root = (variance + epsilon).sqrt();
        for (i, x) in run.iter_mut().enumerate() {
            let scale = scale.get(i).copied().unwrap_or(1.0);
            *x = (*x - mean) / root * scale + shift.get(i).copied().unwrap_or(0.0);
        }
    }
}
