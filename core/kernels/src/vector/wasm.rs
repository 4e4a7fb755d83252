//! Lanes as wasm's 128 bits.

use core::arch::wasm32 as simd;

pub(super) type Lanes = simd::v128;

#[inline(always)]
pub(super) fn splat(x: f32) -> Lanes {
    simd::f32x4_splat(x)
}
#[inline(always)]
pub(super) fn load(x: &[f32; 4]) -> Lanes {
    bytemuck::cast(*x)
}
#[inline(always)]
pub(super) fn store(a: Lanes) -> [f32; 4] {
    bytemuck::cast(a)
}
#[inline(always)]
pub(super) fn add(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_add(a, b)
}
#[inline(always)]
pub(super) fn sub(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_sub(a, b)
}
#[inline(always)]
pub(super) fn mul(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_mul(a, b)
}
#[inline(always)]
pub(super) fn div(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_div(a, b)
}
#[inline(always)]
pub(super) fn sqrt(a: Lanes) -> Lanes {
    simd::f32x4_sqrt(a)
}
#[inline(always)]
pub(super) fn less(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_lt(a, b)
}
#[inline(always)]
pub(super) fn equal(a: Lanes, b: Lanes) -> Lanes {
    simd::f32x4_eq(a, b)
}
#[inline(always)]
pub(super) fn at_most(a: Lanes, most: Lanes) -> Lanes {
    simd::f32x4_pmin(a, most)
}
#[inline(always)]
pub(super) fn at_least(a: Lanes, least: Lanes) -> Lanes {
    simd::f32x4_pmax(a, least)
}
#[inline(always)]
pub(super) fn and(a: Lanes, b: Lanes) -> Lanes {
    simd::v128_and(a, b)
}
#[inline(always)]
pub(super) fn or(a: Lanes, b: Lanes) -> Lanes {
    simd::v128_or(a, b)
}
#[inline(always)]
pub(super) fn xor(a: Lanes, b: Lanes) -> Lanes {
    simd::v128_xor(a, b)
}
#[inline(always)]
pub(super) fn select(mask: Lanes, yes: Lanes, no: Lanes) -> Lanes {
    simd::v128_bitselect(yes, no, mask)
}
#[inline(always)]
pub(super) fn add_bits(a: Lanes, b: Lanes) -> Lanes {
    simd::i32x4_add(a, b)
}
#[inline(always)]
pub(super) fn left_23(a: Lanes) -> Lanes {
    simd::i32x4_shl(a, 23)
}
#[inline(always)]
pub(super) fn right_23(a: Lanes) -> Lanes {
    simd::u32x4_shr(a, 23)
}
