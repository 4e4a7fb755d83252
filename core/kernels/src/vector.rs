//! Four f32 lanes with operations that every target rounds alike (IEEE 754): no fused multiply-add, no estimates.
//!
//! Elsewhere than in wasm the lanes are an array, which the compiler turns into its vectors.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[path = "vector/portable.rs"]
mod lanes;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
#[path = "vector/wasm.rs"]
mod lanes;

/// Lanes of a vector.
pub(crate) const LANES: usize = 4;

/// Four f32. Bits where a mask is meant: all of a lane or none.
#[derive(Clone, Copy)]
pub(crate) struct F4(lanes::Lanes);

#[inline(always)]
fn bits(x: u32) -> F4 {
    F4(lanes::splat(f32::from_bits(x)))
}

impl F4 {
    #[inline(always)]
    pub(crate) fn splat(x: f32) -> Self {
        Self(lanes::splat(x))
    }

    #[inline(always)]
    pub(crate) fn load(x: &[f32; LANES]) -> Self {
        Self(lanes::load(x))
    }

    #[inline(always)]
    pub(crate) fn store(self, into: &mut [f32; LANES]) {
        *into = lanes::store(self.0);
    }

    #[inline(always)]
    pub(crate) fn lanes(self) -> [f32; LANES] {
        lanes::store(self.0)
    }

    /// Where a < b; false if one is NaN.
    #[inline(always)]
    pub(crate) fn less(self, other: Self) -> Self {
        Self(lanes::less(self.0, other.0))
    }

    /// Where a = b; false if one is NaN.
    #[inline(always)]
    pub(crate) fn equal(self, other: Self) -> Self {
        Self(lanes::equal(self.0, other.0))
    }

    /// `yes` where the mask is set, else `no`.
    #[inline(always)]
    pub(crate) fn select(self, yes: Self, no: Self) -> Self {
        Self(lanes::select(self.0, yes.0, no.0))
    }

    #[inline(always)]
    pub(crate) fn and(self, other: Self) -> Self {
        Self(lanes::and(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn or(self, other: Self) -> Self {
        Self(lanes::or(self.0, other.0))
    }

    #[inline(always)]
    pub(crate) fn xor(self, other: Self) -> Self {
        Self(lanes::xor(self.0, other.0))
    }

    /// The smaller; `self` if one is NaN.
    #[inline(always)]
    pub(crate) fn at_most(self, most: Self) -> Self {
        Self(lanes::at_most(self.0, most.0))
    }

    /// The greater; `self` if one is NaN.
    #[inline(always)]
    pub(crate) fn at_least(self, least: Self) -> Self {
        Self(lanes::at_least(self.0, least.0))
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        Self(lanes::sqrt(self.0))
    }

    #[inline(always)]
    pub(crate) fn abs(self) -> Self {
        self.and(bits(0x7FFF_FFFF))
    }

    /// The sign's bit alone.
    #[inline(always)]
    pub(crate) fn sign(self) -> Self {
        self.and(bits(0x8000_0000))
    }

    #[inline(always)]
    pub(crate) fn negate(self) -> Self {
        self.xor(bits(0x8000_0000))
    }

    /// The bits as whole numbers, plus those of `other`, wrapping.
    #[inline(always)]
    pub(crate) fn add_bits(self, other: u32) -> Self {
        Self(lanes::add_bits(self.0, bits(other).0))
    }

    /// Bits moved left by 23: a whole number becomes an exponent.
    #[inline(always)]
    pub(crate) fn to_exponent(self) -> Self {
        Self(lanes::left_23(self.0))
    }

    /// Bits moved right by 23: sign and exponent become a whole number.
    #[inline(always)]
    pub(crate) fn exponent(self) -> Self {
        Self(lanes::right_23(self.0))
    }

    /// The lanes' bits kept that `mask` has.
    #[inline(always)]
    pub(crate) fn and_bits(self, mask: u32) -> Self {
        self.and(bits(mask))
    }

    /// The lanes' bits and those of `mask`.
    #[inline(always)]
    pub(crate) fn or_bits(self, mask: u32) -> Self {
        self.or(bits(mask))
    }
}

impl core::ops::Add for F4 {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(lanes::add(self.0, other.0))
    }
}

impl core::ops::Sub for F4 {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(lanes::sub(self.0, other.0))
    }
}

impl core::ops::Mul for F4 {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(lanes::mul(self.0, other.0))
    }
}

impl core::ops::Div for F4 {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(lanes::div(self.0, other.0))
    }
}

/// y = f(y, inputs) at each place, four at a time; inputs are at least as long.
#[inline(always)]
pub(crate) fn zip<const K: usize>(y: &mut [f32], inputs: [&[f32]; K], f: impl Fn(F4, [F4; K]) -> F4) {
    let heads = inputs.map(|x| x.as_chunks().0);
    for (i, y) in y.chunks_mut(LANES).enumerate() {
        // One place where `f` is called: so it is not called but stands there.
        let (before, x) = match y.first_chunk() {
            Some(all) => (F4::load(all), heads.map(|x| x.get(i).map_or_else(|| F4::splat(0.0), F4::load))),
            None => {
                let last = |x: &[f32]| F4::load(&padded(x));
                (last(y), inputs.map(|x| last(x.get(i * LANES..).unwrap_or_default())))
            }
        };
        let after = f(before, x);
        match y.first_chunk_mut() {
            Some(all) => after.store(all),
            None => keep(y, after.lanes()),
        }
    }
}

/// [`zip`] where it counts: full vectors have a loop of their own, without a choice in it.
#[inline(always)]
pub(crate) fn zip_many<const K: usize>(y: &mut [f32], inputs: [&[f32]; K], f: impl Fn(F4, [F4; K]) -> F4) {
    let (full, rest) = y.as_chunks_mut();
    let heads = inputs.map(|x| x.as_chunks().0);
    let count = heads.iter().fold(full.len(), |count, x| count.min(x.len()));
    let heads = heads.map(|x| x.get(..count).unwrap_or_default());
    for (i, y) in full.iter_mut().take(count).enumerate() {
        let x = heads.map(|x| x.get(i).map_or_else(|| F4::splat(0.0), F4::load));
        f(F4::load(y), x).store(y);
    }
    zip(rest, inputs.map(|x| x.get(count * LANES..).unwrap_or_default()), f);
}

/// The values, and zeros after them. Not a copy of some length, which in wasm is a call out of the engine.
#[inline(never)]
pub(crate) fn padded(x: &[f32]) -> [f32; LANES] {
    match *x {
        [a, b, c, d, ..] => [a, b, c, d],
        [a, b, c] => [a, b, c, 0.0],
        [a, b] => [a, b, 0.0, 0.0],
        [a] => [a, 0.0, 0.0, 0.0],
        [] => [0.0; LANES],
    }
}

/// The first of four values, as many as there are places.
#[inline(never)]
pub(crate) fn keep(places: &mut [f32], [a, b, c, d]: [f32; LANES]) {
    match places {
        [p, q, r, s, ..] => [*p, *q, *r, *s] = [a, b, c, d],
        [p, q, r] => [*p, *q, *r] = [a, b, c],
        [p, q] => [*p, *q] = [a, b],
        [p] => *p = a,
        [] => {}
    }
}
