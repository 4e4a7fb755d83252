//! 128 yes/no answers, one a row, as one vector: bit `r % 64` of half `r / 64` belongs to row `r`.

/// Rows of a plane.
pub(super) const ROWS: usize = 128;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use core::arch::wasm32 as simd;
    pub(super) type Bits = simd::v128;
    pub(super) fn of(low: u64, high: u64) -> Bits {
        simd::u64x2(low, high)
    }
    pub(super) fn halves(a: Bits) -> [u64; 2] {
        [simd::u64x2_extract_lane::<0>(a), simd::u64x2_extract_lane::<1>(a)]
    }
    pub(super) fn and(a: Bits, b: Bits) -> Bits {
        simd::v128_and(a, b)
    }
    pub(super) fn or(a: Bits, b: Bits) -> Bits {
        simd::v128_or(a, b)
    }
    pub(super) fn xor(a: Bits, b: Bits) -> Bits {
        simd::v128_xor(a, b)
    }
    pub(super) fn and_not(a: Bits, b: Bits) -> Bits {
        simd::v128_andnot(a, b)
    }
    pub(super) fn select(mask: Bits, yes: Bits, no: Bits) -> Bits {
        simd::v128_bitselect(yes, no, mask)
    }
    pub(super) fn left<const N: i32>(a: Bits) -> Bits {
        simd::u64x2_shl(a, N as u32)
    }
    pub(super) fn right<const N: i32>(a: Bits) -> Bits {
        simd::u64x2_shr(a, N as u32)
    }
}

// Elsewhere the compiler turns pairs of words into its vectors.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod vector {
    pub(super) type Bits = [u64; 2];
    pub(super) fn of(low: u64, high: u64) -> Bits {
        [low, high]
    }
    pub(super) fn halves(a: Bits) -> [u64; 2] {
        a
    }
    pub(super) fn and([a, b]: Bits, [c, d]: Bits) -> Bits {
        [a & c, b & d]
    }
    pub(super) fn or([a, b]: Bits, [c, d]: Bits) -> Bits {
        [a | c, b | d]
    }
    pub(super) fn xor([a, b]: Bits, [c, d]: Bits) -> Bits {
        [a ^ c, b ^ d]
    }
    pub(super) fn and_not([a, b]: Bits, [c, d]: Bits) -> Bits {
        [a & !c, b & !d]
    }
    pub(super) fn select(mask: Bits, yes: Bits, no: Bits) -> Bits {
        xor(no, and(mask, xor(yes, no)))
    }
    pub(super) fn left<const N: i32>([a, b]: Bits) -> Bits {
        [a << N, b << N]
    }
    pub(super) fn right<const N: i32>([a, b]: Bits) -> Bits {
        [a >> N, b >> N]
    }
}

/// The vector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane(vector::Bits);

impl Plane {
    /// From rows 0-63 and rows 64-127.
    #[inline(always)]
    pub(super) fn of([low, high]: [u64; 2]) -> Self {
        Self(vector::of(low, high))
    }

    /// No row.
    #[inline(always)]
    pub(super) fn none() -> Self {
        Self::of([0, 0])
    }

    /// Rows in both.
    #[inline(always)]
    pub(super) fn and(self, other: Self) -> Self {
        Self(vector::and(self.0, other.0))
    }

    /// Rows in either.
    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        Self(vector::or(self.0, other.0))
    }

    /// Rows that are not in the other.
    #[inline(always)]
    pub(super) fn and_not(self, other: Self) -> Self {
        Self(vector::and_not(self.0, other.0))
    }

    /// Each row from `yes` if it is in this plane, from `no` if not.
    #[inline(always)]
    pub(super) fn select(self, yes: Self, no: Self) -> Self {
        Self(vector::select(self.0, yes.0, no.0))
    }
}

/// Where the number of a row stands in the result of [`numbers`], and its sum beside it.
pub(super) fn place_of(row: usize) -> usize {
    row % 8 * 16 + row / 8
}

/// Turns 8 planes into 128 numbers: bit `k` of row `r`'s number is row `r` of plane `k`. They stand in the order of
/// [`place_of`], which saves shuffling bytes: the planes are words of 8 bits a byte, and exchanging the number of the word
/// with the number of the bit is three rounds of swaps (Warren, Hacker's Delight, 7-3).
#[inline(always)]
pub(super) fn numbers(p: [Plane; 8]) -> [[u64; 2]; 8] {
    let [p0, p1, p2, p3, p4, p5, p6, p7] = p.map(|p| p.0);
    let far = |a, b| {
        let t = low_bits(vector::xor(vector::right::<4>(a), b), 0x0F0F_0F0F_0F0F_0F0F);
        (vector::xor(a, vector::left::<4>(t)), vector::xor(b, t))
    };
    let ((p0, p4), (p1, p5), (p2, p6), (p3, p7)) = (far(p0, p4), far(p1, p5), far(p2, p6), far(p3, p7));
    let middle = |a, b| {
        let t = low_bits(vector::xor(vector::right::<2>(a), b), 0x3333_3333_3333_3333);
        (vector::xor(a, vector::left::<2>(t)), vector::xor(b, t))
    };
    let ((p0, p2), (p1, p3), (p4, p6), (p5, p7)) =
        (middle(p0, p2), middle(p1, p3), middle(p4, p6), middle(p5, p7));
    let near = |a, b| {
        let t = low_bits(vector::xor(vector::right::<1>(a), b), 0x5555_5555_5555_5555);
        (vector::xor(a, vector::left::<1>(t)), vector::xor(b, t))
    };
    let ((p0, p1), (p2, p3), (p4, p5), (p6, p7)) = (near(p0, p1), near(p2, p3), near(p4, p5), near(p6, p7));
    [p0, p1, p2, p3, p4, p5, p6, p7].map(vector::halves)
}

#[inline(always)]
fn low_bits(a: vector::Bits, mask: u64) -> vector::Bits {
    vector::and(a, vector::of(mask, mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_planes_turned() {
        let mut seed = 1_u64;
        let planes: [[u64; 2]; 8] = core::array::from_fn(|_| {
            [(); 2].map(|()| {
                seed = seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                seed ^ seed >> 31
            })
        });
        let out = numbers(planes.map(Plane::of));
        for row in 0..ROWS {
            let place = place_of(row);
            let number = out[place / 16][place % 16 / 8] >> (place % 8 * 8) & 0xFF;
            for (k, plane) in planes.iter().enumerate() {
                assert_eq!(number >> k & 1, plane[row / 64] >> (row % 64) & 1, "row {row}");
            }
        }
    }
}
