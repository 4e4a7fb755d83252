//! Four doubles at once: plain arrays that the compiler keeps in SIMD registers, natively and in wasm.

use core::ops::{Add, Div, Mul, Sub};

/// Quadrature points worked on at once.
pub const LANES: usize = 4;

/// A double a quadrature point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Four(pub(super) [f64; LANES]);

impl Four {
    /// The same double in every lane.
    #[inline(always)]
    pub(super) fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    /// The sum of the lanes.
    pub(super) fn sum(self) -> f64 {
        let [a, b, c, d] = self.0;
        (a + b) + (c + d)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let ([a, b, c, d], [e, g, h, i]) = (self.0, other.0);
        Self([f(a, e), f(b, g), f(c, h), f(d, i)])
    }
}

impl Add for Four {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |x, y| x + y)
    }
}

impl Sub for Four {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |x, y| x - y)
    }
}

impl Mul for Four {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |x, y| x * y)
    }
}

impl Mul<f64> for Four {
    type Output = Self;
    #[inline(always)]
    fn mul(self, x: f64) -> Self {
        self * Self::all(x)
    }
}

impl Div for Four {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(other, |x, y| x / y)
    }
}
