//! Dense layers: products of rows of values with one matrix of weights.

/// y = bias + x·W for each of `rows` runs of `inputs` values.
///
/// `weights` is `[inputs][outputs]`, `bias` `[outputs]` or empty (zeros), `x` `[rows][inputs]`, `y` `[rows][outputs]`. Each output is
/// its bias plus the products in the order of the inputs, each product and each sum rounded to f32: the same bits everywhere.
/// Slices that are too short are left alone: nothing is written.
pub fn dense(
    weights: &[f32],
    bias: &[f32],
    rows: usize,
    inputs: usize,
    outputs: usize,
    x: &[f32],
    y: &mut [f32],
) {
    for row in 0..rows {
        let Some(y) = y.get_mut(row * outputs..(row + 1) * outputs) else { return };
        let Some(x) = x.get(row * inputs..(row + 1) * inputs) else { return };
        y.fill(0.0);
        y.iter_mut().zip(bias).for_each(|(y, b)| *y = *b);
        if outputs == 0 {
            return;
        }
        for (x, weights) in x.iter().zip(weights.chunks_exact(outputs)) {
            y.iter_mut().zip(weights).for_each(|(y, w)| *y += x * w);
        }
    }
}
