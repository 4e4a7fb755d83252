//! The two number types that trainers compute in.

use core::fmt::Debug;
use core::ops::Add;

use super::ZERO_BAND;

/// f32 as XGBoost uses it, or f64 as LightGBM does.
pub(super) trait Real: Copy + Debug + PartialEq + PartialOrd + Add<Output = Self> + 'static {
    /// Adds nothing to any number, not even to -0.
    const NOTHING: Self;
    /// From the engine's columns.
    fn of(x: f64) -> Self;
    /// Back to the engine's columns.
    fn wide(self) -> f64;
    /// Whether a value fails the test with this threshold, that is goes right. False if either is NaN.
    fn fails(x: Self, threshold: Self) -> bool;
    /// How many of these thresholds a value fails.
    fn fails_of(x: Self, thresholds: &[Self; 16]) -> u32;
    /// Whether it is NaN or, with `zero`, as near to zero as counts as missing.
    fn missing(self, zero: bool) -> bool;
    /// Division.
    fn over(self, divisor: Self) -> Self;
}

impl Real for f32 {
    const NOTHING: Self = -0.0;
    fn of(x: f64) -> Self {
        x as Self
    }
    fn wide(self) -> f64 {
        f64::from(self)
    }
    fn fails(x: Self, threshold: Self) -> bool {
        threshold <= x
    }
    #[inline(always)]
    fn fails_of(x: Self, thresholds: &[Self; 16]) -> u32 {
        count::fails_f32(x, thresholds)
    }
    fn missing(self, zero: bool) -> bool {
        self.is_nan() || (zero && f64::from(self).abs() <= ZERO_BAND)
    }
    fn over(self, divisor: Self) -> Self {
        self / divisor
    }
}

impl Real for f64 {
    const NOTHING: Self = -0.0;
    fn of(x: f64) -> Self {
        x
    }
    fn wide(self) -> f64 {
        self
    }
    fn fails(x: Self, threshold: Self) -> bool {
        threshold < x
    }
    #[inline(always)]
    fn fails_of(x: Self, thresholds: &[Self; 16]) -> u32 {
        count::fails_f64(x, thresholds)
    }
    fn missing(self, zero: bool) -> bool {
        self.is_nan() || (zero && self.abs() <= ZERO_BAND)
    }
    fn over(self, divisor: Self) -> Self {
        self / divisor
    }
}

/// Numbers that an f32 trainer wrote, as it has them.
#[inline]
pub(super) fn narrow(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|&x| x as f32).collect()
}

/// The compiler makes vectors of the plain loop for x86-64, but not for wasm.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod count {
    use super::Real;

    #[inline(always)]
    pub(super) fn fails_f32(x: f32, thresholds: &[f32; 16]) -> u32 {
        thresholds.iter().map(|&t| u32::from(Real::fails(x, t))).sum()
    }

    #[inline(always)]
    pub(super) fn fails_f64(x: f64, thresholds: &[f64; 16]) -> u32 {
        thresholds.iter().map(|&t| u32::from(Real::fails(x, t))).sum()
    }
}

/// Comparisons give lanes of 0 or -1, which are added up.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod count {
    use core::arch::wasm32::{
        f32x4, f32x4_le, f32x4_splat, f64x2, f64x2_lt, f64x2_splat, i32x4_add, i32x4_extract_lane,
        i32x4_shuffle, i64x2_add, i64x2_extract_lane,
    };

    #[inline(always)]
    pub(super) fn fails_f32(x: f32, t: &[f32; 16]) -> u32 {
        let x = f32x4_splat(x);
        let four = |a, b, c, d| f32x4_le(f32x4(a, b, c, d), x);
        let [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = *t;
        let (a, b) = (four(t0, t1, t2, t3), four(t4, t5, t6, t7));
        let (c, d) = (four(t8, t9, t10, t11), four(t12, t13, t14, t15));
        let sum = i32x4_add(i32x4_add(a, b), i32x4_add(c, d));
        let sum = i32x4_add(sum, i32x4_shuffle::<2, 3, 0, 1>(sum, sum));
        let sum = i32x4_add(sum, i32x4_shuffle::<1, 0, 3, 2>(sum, sum));
        i32x4_extract_lane::<0>(sum).unsigned_abs()
    }

    #[inline(always)]
    pub(super) fn fails_f64(x: f64, t: &[f64; 16]) -> u32 {
        let x = f64x2_splat(x);
        let two = |a, b| f64x2_lt(f64x2(a, b), x);
        let [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = *t;
        let (a, b, c, d) = (two(t0, t1), two(t2, t3), two(t4, t5), two(t6, t7));
        let (e, f, g, h) = (two(t8, t9), two(t10, t11), two(t12, t13), two(t14, t15));
        let low = i64x2_add(i64x2_add(a, b), i64x2_add(c, d));
        let high = i64x2_add(i64x2_add(e, f), i64x2_add(g, h));
        let sum = i64x2_add(low, high);
        (i64x2_extract_lane::<0>(sum) + i64x2_extract_lane::<1>(sum)).unsigned_abs() as u32
    }
}
