//! Runs of values that become one, and running sums.

use crate::activate::{Activation, map};

/// How a run of values becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Sum, first to last.
    Sum,
    /// Sum divided by the count.
    Mean,
    /// Greatest; NaN if one is.
    Max,
    /// Least; NaN if one is.
    Min,
    /// Product, first to last.
    Product,
    /// Sum of absolute values.
    L1,
    /// Root of the sum of squares.
    L2,
    /// Sum of squares.
    SumSquare,
    /// ln of the sum.
    LogSum,
    /// ln of the sum of exponentials, without overflow.
    LogSumExp,
    /// Index of the first greatest. NaN is greater than nothing.
    ArgMax,
    /// Index of the first least. NaN is less than nothing.
    ArgMin,
}

impl Reduction {
    /// All of them. The place in this list is the reduction's code in the bundle format: the list only grows at its end.
    pub const ALL: [Self; 12] = [
        Self::Sum,
        Self::Mean,
        Self::Max,
        Self::Min,
        Self::Product,
        Self::L1,
        Self::L2,
        Self::SumSquare,
        Self::LogSum,
        Self::LogSumExp,
        Self::ArgMax,
        Self::ArgMin,
    ];
}

/// Reduces `x`, `[outer][len][inner]`, to `y`, `[outer][inner]`. Slices that are too short end it.
#[inline(never)]
pub fn reduce(reduction: Reduction, len: usize, inner: usize, x: &[f32], y: &mut [f32]) {
    use Reduction::*;
    let Some(block) = len.checked_mul(inner).filter(|n| *n > 0) else { return };
    for (x, y) in x.chunks_exact(block).zip(y.chunks_exact_mut(inner)) {
        match reduction {
            Sum | Mean | LogSum => fold(x, y, 0.0, |sum, x| sum + x),
            Max => fold(x, y, f32::NEG_INFINITY, greater),
            Min => fold(x, y, f32::INFINITY, |least, x| if least < x || least.is_nan() { least } else { x }),
            Product => fold(x, y, 1.0, |product, x| product * x),
            L1 => fold(x, y, 0.0, |sum, x| sum + x.abs()),
            L2 | SumSquare => fold(x, y, 0.0, |sum, x| sum + x * x),
            LogSumExp => log_sum_exp(x, y),
            ArgMax => arg(x, y, |x, best| x > best),
            ArgMin => arg(x, y, |x, best| x < best),
        }
        match reduction {
            Mean => y.iter_mut().for_each(|y| *y /= len as f32),
            L2 => y.iter_mut().for_each(|y| *y = y.sqrt()),
            LogSum => map(Activation::Ln, 1.0, 0.0, y),
            _ => {}
        }
    }
}

fn greater(most: f32, x: f32) -> f32 {
    if most > x || most.is_nan() { most } else { x }
}

#[inline(always)]
fn fold(x: &[f32], y: &mut [f32], first: f32, f: impl Fn(f32, f32) -> f32) {
    y.fill(first);
    for run in x.chunks_exact(y.len()) {
        for (y, x) in y.iter_mut().zip(run) {
            *y = f(*y, *x);
        }
    }
}

fn log_sum_exp(x: &[f32], y: &mut [f32]) {
    let inner = y.len();
    for (at, y) in y.iter_mut().enumerate() {
        let run = || x.iter().skip(at).step_by(inner);
        let most = run().fold(f32::NEG_INFINITY, |most, &x| greater(most, x));
        if most.is_infinite() {
            *y = most;
            continue;
        }
        let mut sum = 0.0;
        for x in run() {
            let mut power = [x - most];
            map(Activation::Exp, 1.0, 0.0, &mut power);
            sum += power.iter().sum::<f32>();
        }
        let mut ln = [sum];
        map(Activation::Ln, 1.0, 0.0, &mut ln);
        *y = most + ln.iter().sum::<f32>();
    }
}

#[inline(always)]
fn arg(x: &[f32], y: &mut [f32], wins: impl Fn(f32, f32) -> bool) {
    let inner = y.len();
    for (at, y) in y.iter_mut().enumerate() {
        let mut run = x.iter().skip(at).step_by(inner).enumerate();
        let first = run.next().map_or((0, f32::NAN), |(i, &x)| (i, x));
        // NaN in the first place is no bar to those that follow.
        let better = |best: (usize, f32), x: f32| wins(x, best.1) || (best.1.is_nan() && !x.is_nan());
        let best = run.fold(first, |best, (i, &x)| if better(best, x) { (i, x) } else { best });
        *y = best.0 as f32;
    }
}

/// Running sums along `len` in `x`, `[outer][len][inner]`, in place.
#[inline(never)]
pub fn cumulative_sum(len: usize, inner: usize, x: &mut [f32]) {
    let Some(block) = len.checked_mul(inner).filter(|n| *n > 0) else { return };
    for block in x.chunks_exact_mut(block) {
        for at in inner..block.len() {
            let before = block.get(at - inner).copied().unwrap_or(0.0);
            if let Some(x) = block.get_mut(at) {
                *x += before;
            }
        }
    }
}
