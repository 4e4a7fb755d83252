//! The C library's `logf`, bit for bit.
//!
//! XGBoost computes the base margin with it in f32, and every margin starts from that. It is the routine of glibc since
//! 2.27 (and of musl): argument split as 2^k · z, a table of sixteen reciprocals and logarithms, a cubic, all in f64,
//! rounded to f32 at the end. It is not correctly rounded: 0.02 % of all floats differ from the nearest float to the
//! logarithm, so neither `libm::logf` nor a rounded `libm::log` would do. This form gave glibc's bits on every positive
//! float. The numbers are those of Arm Optimized Routines (MIT OR Apache-2.0 WITH LLVM-exception).

/// For each sixteenth of the range of z, as f64 bits: about 1 / c and ln c, c near its centre.
const TABLE: [(u64, u64); 16] = [
    (0x3ff6_61ec_79f8_f3be, 0xbfd5_7bf7_808c_aade),
    (0x3ff5_71ed_4aaf_883d, 0xbfd2_bef0_a7c0_6ddb),
    (0x3ff4_9539_f0f0_10b0, 0xbfd0_1eae_7f51_3a67),
    (0x3ff3_c995_b0b8_0385, 0xbfcb_31d8_a682_24e9),
    (0x3ff3_0d19_0c88_64a5, 0xbfc6_574f_0ac0_7758),
    (0x3ff2_5e22_7b0b_8ea0, 0xbfc1_aa2b_c79c_8100),
    (0x3ff1_bb4a_4a1a_343f, 0xbfba_4e76_ce8c_0e5e),
    (0x3ff1_2358_f08a_e5ba, 0xbfb1_973c_5a61_1ccc),
    (0x3ff0_953f_4199_00a7, 0xbfa2_52f4_38e1_0c1e),
    (0x3ff0_0000_0000_0000, 0x0000_0000_0000_0000),
    (0x3fee_608c_fd9a_47ac, 0x3faa_a5aa_5df2_5984),
    (0x3fec_a4b3_1f02_6aa0, 0x3fbc_5e53_aa36_2eb4),
    (0x3feb_2036_576a_fce6, 0x3fc5_26e5_7720_db08),
    (0x3fe9_c2d1_63a1_aa2d, 0x3fcb_c286_0d22_4770),
    (0x3fe8_86e6_0378_41ed, 0x3fd1_058b_c8a0_7ee1),
    (0x3fe7_67dc_f553_4862, 0x3fd4_0430_57b6_ee09),
];
const CUBIC: u64 = 0xbfd0_0ea3_48b8_8334;
const SQUARE: u64 = 0x3fd5_575b_0be0_0b6a;
const LINEAR: u64 = 0xbfdf_fffe_f20a_4123;
/// Bits of the smallest z, about 0.7: the range of z is [0.7, 1.4), so that near 1 both k and ln c are 0.
const START: u32 = 0x3f33_0000;

/// Natural logarithm; -inf of 0, NaN of a negative number.
pub(super) fn logf(x: f32) -> f32 {
    if x == 0.0 {
        return f32::NEG_INFINITY;
    }
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    if x == f32::INFINITY {
        return x;
    }
    // A subnormal is scaled up by 2^23 and its exponent corrected.
    let bits = match x.to_bits() {
        bits if bits < 0x0080_0000 => (x * 8_388_608.0).to_bits().wrapping_sub(23 << 23),
        bits => bits,
    };
    let offset = bits.wrapping_sub(START);
    let k = f64::from((offset as i32) >> 23);
    let z = f64::from(f32::from_bits(bits.wrapping_sub(offset & 0xff80_0000)));
    let (inverse, log) = TABLE.get((offset >> 19) as usize % 16).copied().unwrap_or_default();
    let r = z * f64::from_bits(inverse) - 1.0;
    let start = f64::from_bits(log) + k * core::f64::consts::LN_2;
    let square = r * r;
    let inner = f64::from_bits(SQUARE) * r + f64::from_bits(LINEAR);
    let poly = f64::from_bits(CUBIC) * square + inner;
    (poly * square + (start + r)) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits of the C library, for arguments where the nearest float is another, and for special ones.
    #[test]
    fn gives_the_c_librarys_bits() {
        for (x, y) in SAMPLES {
            assert_eq!(logf(f32::from_bits(x)).to_bits(), y, "logf({:e})", f32::from_bits(x));
        }
        assert_eq!(logf(1.0).to_bits(), 0);
        assert_eq!(logf(0.0), f32::NEG_INFINITY);
        assert!(logf(-1.0).is_nan() && logf(f32::NAN).is_nan());
    }

    const SAMPLES: [(u32, u32); 21] = [
        (0x675a97e2, 0x425d2cdd),
        (0x3f8c416e, 0x3dbb42d9),
        (0x400af926, 0x3f468080),
        (0x3f84b1c7, 0x3d138872),
        (0x3f906327, 0x3df6b882),
        (0x3f7ce7d6, 0xbc473f67),
        (0x3efa8165, 0xbf370003),
        (0x4019215a, 0x3f5f5600),
        (0x41fd6870, 0x405d27e1),
        (0x3f4a73ba, 0xbe704e78),
        (0x400a707b, 0x3f458443),
        (0x3f42f0e3, 0xbe8b8296),
        (0x3f000000, 0xbf317218),
        (0x40000000, 0x3f317218),
        (0x00000001, 0xc2ce8ed0),
        (0x006ce3ee, 0xc2aeff18),
        (0x7f7fc99e, 0x42b171ab),
        (0x3f7fffef, 0xb5880005),
        (0x3f800008, 0x357ffff8),
        (0x41100000, 0x400c9f54),
        (0x3f2aaaab, 0xbecf991e),
    ];
}
