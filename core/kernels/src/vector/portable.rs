//! Lanes as an array, which the compiler may or may not turn into vectors.

pub(super) type Lanes = [f32; 4];

#[inline(always)]
fn each(a: Lanes, f: impl Fn(f32) -> f32) -> Lanes {
    a.map(f)
}

#[inline(always)]
fn pair([a, b, c, d]: Lanes, [p, q, r, s]: Lanes, f: impl Fn(f32, f32) -> f32) -> Lanes {
    [f(a, p), f(b, q), f(c, r), f(d, s)]
}

#[inline(always)]
fn pair_bits(a: Lanes, b: Lanes, f: impl Fn(u32, u32) -> u32) -> Lanes {
    pair(a, b, |a, b| f32::from_bits(f(a.to_bits(), b.to_bits())))
}

#[inline(always)]
fn mask(yes: bool) -> f32 {
    f32::from_bits(if yes { u32::MAX } else { 0 })
}

#[inline(always)]
pub(super) fn splat(x: f32) -> Lanes {
    [x; 4]
}
#[inline(always)]
pub(super) fn load(x: &[f32; 4]) -> Lanes {
    *x
}
#[inline(always)]
pub(super) fn store(a: Lanes) -> [f32; 4] {
    a
}
#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| a + b)
}
#[inline(always)]
pub(super) fn sub(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| a - b)
}
#[inline(always)]
pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| a * b)
}
#[inline(always)]
pub(super) fn div(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| a / b)
}
#[inline(always)]
pub(super) fn sqrt(a: Lanes) -> Lanes {
    each(a, f32::sqrt)
}
#[inline(always)]
pub(super) fn less(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| mask(a < b))
}
#[inline(always)]
pub(super) fn equal(a: Lanes, b: Lanes) -> Lanes {
    pair(a, b, |a, b| mask(a == b))
}
#[inline(always)]
pub(super) fn at_most(a: Lanes, most: Lanes) -> Lanes {
    pair(a, most, |a, most| if most < a { most } else { a })
}
#[inline(always)]
pub(super) fn at_least(a: Lanes, least: Lanes) -> Lanes {
    pair(a, least, |a, least| if a < least { least } else { a })
}
#[inline(always)]
pub(super) fn and(a: Lanes, b: Lanes) -> Lanes {
    pair_bits(a, b, |a, b| a & b)
}
#[inline(always)]
pub(super) fn or(a: Lanes, b: Lanes) -> Lanes {
    pair_bits(a, b, |a, b| a | b)
}
#[inline(always)]
pub(super) fn xor(a: Lanes, b: Lanes) -> Lanes {
    pair_bits(a, b, |a, b| a ^ b)
}
#[inline(always)]
pub(super) fn select(mask: Lanes, yes: Lanes, no: Lanes) -> Lanes {
    xor(no, and(mask, xor(yes, no)))
}
#[inline(always)]
pub(super) fn add_bits(a: Lanes, b: Lanes) -> Lanes {
    pair_bits(a, b, u32::wrapping_add)
}
#[inline(always)]
pub(super) fn left_23(a: Lanes) -> Lanes {
    pair_bits(a, a, |a, _| a << 23)
}
#[inline(always)]
pub(super) fn right_23(a: Lanes) -> Lanes {
    pair_bits(a, a, |a, _| a >> 23)
}
