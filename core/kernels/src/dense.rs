//! Dense layers: products of rows of values with one matrix of weights.
//!
//! Weights stand `[inputs][outputs]`, so one value of the input is multiplied with a run of weights, and the sums of many outputs stay
//! in registers while the inputs go by. Each output is its start plus the products in the order of the inputs, each product and each
//! sum rounded to f32: how outputs and rows are blocked changes no bit.

use crate::vector::{F4, LANES};

/// y = bias + x·W for each of `rows` runs of `inputs` values.
///
/// `weights` is `[inputs][outputs]`, `bias` `[outputs]` or empty (zeros), `x` `[rows][inputs]`, `y` `[rows][outputs]`. Where one of
/// them is shorter than that, nothing is written.
#[inline(never)]
pub fn dense(
    weights: &[f32],
    bias: &[f32],
    rows: usize,
    inputs: usize,
    outputs: usize,
    x: &[f32],
    y: &mut [f32],
) {
    let _ = checked(Matrix { weights, outputs }, bias, rows, inputs, x, y);
}

/// A matrix `[inputs][outputs]`.
#[derive(Clone, Copy)]
struct Matrix<'a> {
    weights: &'a [f32],
    outputs: usize,
}

impl<'a> Matrix<'a> {
    /// Of each input, the weights of the outputs from `at` on.
    #[inline(always)]
    fn rows(self, at: usize) -> core::slice::Chunks<'a, f32> {
        self.weights.get(at..).unwrap_or_default().chunks(self.outputs)
    }

    /// The same as `N` vectors.
    #[inline(always)]
    fn vectors<const N: usize>(self, at: usize) -> impl Iterator<Item = &'a [[f32; LANES]; N]> {
        self.rows(at).map_while(|run| run.as_chunks().0.first_chunk())
    }
}

fn checked(
    matrix: Matrix<'_>,
    bias: &[f32],
    rows: usize,
    inputs: usize,
    x: &[f32],
    y: &mut [f32],
) -> Option<()> {
    let outputs = matrix.outputs;
    let bias = if bias.is_empty() { None } else { Some(bias.get(..outputs)?) };
    let y = y.get_mut(..rows.checked_mul(outputs)?)?;
    let x = x.get(..rows.checked_mul(inputs)?)?;
    if y.is_empty() || inputs.checked_mul(outputs)? > matrix.weights.len() {
        return None;
    }
    if bias.is_none() {
        y.fill(0.0);
    }
    let row_of = |row: usize| x.get(row * inputs..)?.get(..inputs);
    for (block, y) in y.chunks_mut(outputs * ROWS).enumerate() {
        let row = block * ROWS;
        if y.len() == outputs * ROWS {
            four_rows(matrix, [row_of(row)?, row_of(row + 1)?, row_of(row + 2)?, row_of(row + 3)?], bias, y);
        } else {
            for (k, y) in y.chunks_exact_mut(outputs).enumerate() {
                one_row(matrix, row_of(row + k)?, bias, y);
            }
        }
    }
    Some(())
}

/// y = bias + x·W; what stands in `y` is the bias if there is none.
#[inline(never)]
fn one_row(matrix: Matrix<'_>, x: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let mut at = 0;
    let (eight, y) = y.as_chunks_mut::<{ 8 * LANES }>();
    for y in eight {
        columns::<8>(matrix, at, x, bias, y);
        at += 8 * LANES;
    }
    let (four, y) = y.as_chunks_mut::<{ 4 * LANES }>();
    for y in four {
        columns::<4>(matrix, at, x, bias, y);
        at += 4 * LANES;
    }
    let (one, y) = y.as_chunks_mut::<LANES>();
    for y in one {
        columns::<1>(matrix, at, x, bias, y);
        at += LANES;
    }
    for y in y {
        column(matrix, at, x, bias, y);
        at += 1;
    }
}

/// `N` vectors of outputs of one row.
#[inline(always)]
fn columns<const N: usize>(matrix: Matrix<'_>, at: usize, x: &[f32], bias: Option<&[f32]>, y: &mut [f32]) {
    let Some(y) = y.as_chunks_mut().0.first_chunk_mut::<N>() else { return };
    let Some(mut sums) = start(bias, at, y) else { return };
    for (x, weights) in x.iter().zip(matrix.vectors::<N>(at)) {
        add(&mut sums, *x, &weights.each_ref().map(F4::load));
    }
    store(sums, y);
}

/// Where the sums of `N` vectors start.
#[inline(always)]
fn start<const N: usize>(bias: Option<&[f32]>, at: usize, y: &[[f32; LANES]; N]) -> Option<[F4; N]> {
    let from = match bias {
        Some(bias) => bias.get(at..)?.as_chunks().0.first_chunk()?,
        None => y,
    };
    Some(from.each_ref().map(F4::load))
}

/// Adds x·weights to the sums.
#[inline(always)]
fn add<const N: usize>(sums: &mut [F4; N], x: f32, weights: &[F4; N]) {
    let x = F4::splat(x);
    for (sum, w) in sums.iter_mut().zip(weights) {
        *sum = *sum + x * *w;
    }
}

#[inline(always)]
fn store<const N: usize>(sums: [F4; N], y: &mut [[f32; LANES]; N]) {
    for (y, sum) in y.iter_mut().zip(sums) {
        sum.store(y);
    }
}

/// One output of one row.
fn column(matrix: Matrix<'_>, at: usize, x: &[f32], bias: Option<&[f32]>, y: &mut f32) {
    let mut sum = bias.and_then(|bias| bias.get(at)).copied().unwrap_or(*y);
    for (x, weights) in x.iter().zip(matrix.rows(at)) {
        sum += x * weights.first().copied().unwrap_or_default();
    }
    *y = sum;
}

/// Rows that go through the weights together.
const ROWS: usize = 4;

/// [`one_row`] for four, `y` one after another.
#[inline(never)]
fn four_rows(matrix: Matrix<'_>, x: [&[f32]; ROWS], bias: Option<&[f32]>, y: &mut [f32]) {
    let mut at = 0;
    while at + 2 * LANES <= matrix.outputs {
        let _ = rows_columns::<2>(matrix, at, x, bias, y);
        at += 2 * LANES;
    }
    if at + LANES <= matrix.outputs {
        let _ = rows_columns::<1>(matrix, at, x, bias, y);
        at += LANES;
    }
    for (x, y) in x.into_iter().zip(y.chunks_exact_mut(matrix.outputs.max(1))) {
        for (at, y) in y.iter_mut().enumerate().skip(at) {
            column(matrix, at, x, bias, y);
        }
    }
}

/// `N` vectors of outputs of four rows.
#[inline(always)]
fn rows_columns<const N: usize>(
    matrix: Matrix<'_>,
    at: usize,
    [a, b, c, d]: [&[f32]; ROWS],
    bias: Option<&[f32]>,
    y: &mut [f32],
) -> Option<()> {
    let (p, rest) = y.split_at_mut_checked(matrix.outputs)?;
    let (q, rest) = rest.split_at_mut_checked(matrix.outputs)?;
    let (r, s) = rest.split_at_mut_checked(matrix.outputs)?;
    let p = p.get_mut(at..)?.as_chunks_mut().0.first_chunk_mut::<N>()?;
    let q = q.get_mut(at..)?.as_chunks_mut().0.first_chunk_mut::<N>()?;
    let r = r.get_mut(at..)?.as_chunks_mut().0.first_chunk_mut::<N>()?;
    let s = s.get_mut(at..)?.as_chunks_mut().0.first_chunk_mut::<N>()?;
    let (mut sum_p, mut sum_q) = (start(bias, at, p)?, start(bias, at, q)?);
    let (mut sum_r, mut sum_s) = (start(bias, at, r)?, start(bias, at, s)?);
    let x = a.iter().zip(b).zip(c).zip(d);
    for ((((a, b), c), d), weights) in x.zip(matrix.vectors::<N>(at)) {
        let weights = weights.each_ref().map(F4::load);
        add(&mut sum_p, *a, &weights);
        add(&mut sum_q, *b, &weights);
        add(&mut sum_r, *c, &weights);
        add(&mut sum_s, *d, &weights);
    }
    store(sum_p, p);
    store(sum_q, q);
    store(sum_r, r);
    store(sum_s, s);
    Some(())
}

#[cfg(test)]
mod tests;
