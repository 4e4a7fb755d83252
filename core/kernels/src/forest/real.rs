//! The two number types that trainers compute in.

use core::fmt::Debug;
use core::ops::Add;

use super::ZERO_BAND;

/// f32 as XGBoost uses it, or f64 as LightGBM does.
pub(super) trait Real: Copy + Debug + PartialEq + PartialOrd + Add<Output = Self> + 'static {
    /// Compares as false with everything.
    const NAN: Self;
    /// Adds nothing to any number, not even to -0.
    const NOTHING: Self;
    /// From the engine's columns.
    fn of(x: f64) -> Self;
    /// Back to the engine's columns.
    fn wide(self) -> f64;
    /// Whether a value fails the test with this threshold, that is goes right. False if either is NaN.
    fn fails(x: Self, threshold: Self) -> bool;
    /// Whether it is NaN or, with `zero`, as near to zero as counts as missing.
    fn missing(self, zero: bool) -> bool;
    /// Division.
    fn over(self, divisor: Self) -> Self;
}

impl Real for f32 {
    const NAN: Self = Self::NAN;
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
    fn missing(self, zero: bool) -> bool {
        self.is_nan() || (zero && f64::from(self).abs() <= ZERO_BAND)
    }
    fn over(self, divisor: Self) -> Self {
        self / divisor
    }
}

impl Real for f64 {
    const NAN: Self = Self::NAN;
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
    fn missing(self, zero: bool) -> bool {
        self.is_nan() || (zero && self.abs() <= ZERO_BAND)
    }
    fn over(self, divisor: Self) -> Self {
        self / divisor
    }
}
