//! CatBoost's hash of a category: the low half of CityHash64 of its text, in the first version of CityHash (1.0), which
//! gives texts over 64 bytes other hashes than the later ones.

const K0: u64 = 0xc3a5_c85c_97cb_3127;
const K1: u64 = 0xb492_b66f_be98_f273;
const K2: u64 = 0x9ae1_6a3b_2f90_404f;
const K3: u64 = 0xc949_d7c7_509e_6557;
const MUL: u64 = 0x9ddf_ea08_eb38_2d69;

/// The hash by which a model knows a category. A category that is an integer has its decimal digits as text.
pub(in crate::author) fn category_hash(text: &str) -> u32 {
    city(text.as_bytes()) as u32
}

fn city(s: &[u8]) -> u64 {
    match s.len() {
        0..=16 => up_to_16(s),
        17..=32 => up_to_32(s),
        33..=64 => up_to_64(s),
        _ => long(s),
    }
}

/// Eight bytes from a place on; all places asked for lie within the text.
fn eight(s: &[u8], at: usize) -> u64 {
    s.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from_le_bytes(*b))
}

/// Eight bytes that end so many bytes before the end.
fn last(s: &[u8], before_end: usize) -> u64 {
    eight(s, s.len().saturating_sub(before_end))
}

fn four(s: &[u8], at: usize) -> u64 {
    s.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |b| u64::from(u32::from_le_bytes(*b)))
}

fn fold(x: u64) -> u64 {
    x ^ (x >> 47)
}

fn join(u: u64, v: u64) -> u64 {
    let a = fold((u ^ v).wrapping_mul(MUL));
    fold((v ^ a).wrapping_mul(MUL)).wrapping_mul(MUL)
}

fn up_to_16(s: &[u8]) -> u64 {
    let n = s.len() as u64;
    match (s, s.last()) {
        ([_, _, _, _, _, _, _, _, _, ..], _) => {
            let b = last(s, 8);
            join(eight(s, 0), b.wrapping_add(n).rotate_right(n as u32)) ^ b
        }
        ([_, _, _, _, ..], _) => join(n.wrapping_add(four(s, 0) << 3), four(s, s.len() - 4)),
        ([first, ..], Some(&end)) => {
            let middle = s.get(s.len() / 2).copied().unwrap_or(0);
            let y = u64::from(*first).wrapping_add(u64::from(middle) << 8);
            let z = n.wrapping_add(u64::from(end) << 2);
            fold(y.wrapping_mul(K2) ^ z.wrapping_mul(K3)).wrapping_mul(K2)
        }
        _ => K2,
    }
}

fn up_to_32(s: &[u8]) -> u64 {
    let a = eight(s, 0).wrapping_mul(K1);
    let b = eight(s, 8);
    let c = last(s, 8).wrapping_mul(K2);
    let d = last(s, 16).wrapping_mul(K0);
    let u = a.wrapping_sub(b).rotate_right(43).wrapping_add(c.rotate_right(30)).wrapping_add(d);
    let v = a.wrapping_add((b ^ K3).rotate_right(20)).wrapping_sub(c).wrapping_add(s.len() as u64);
    join(u, v)
}

fn up_to_64(s: &[u8]) -> u64 {
    // A pair of sums over 32 bytes: from the start, then up to the end.
    let half = |a: u64, z: u64, second: u64, third: u64| {
        let mut b = a.wrapping_add(z).rotate_right(52);
        let mut c = a.rotate_right(37);
        let a = a.wrapping_add(second);
        c = c.wrapping_add(a.rotate_right(7));
        let a = a.wrapping_add(third);
        b = b.wrapping_add(a.rotate_right(31)).wrapping_add(c);
        (a.wrapping_add(z), b)
    };
    let start = (s.len() as u64).wrapping_add(last(s, 16)).wrapping_mul(K0).wrapping_add(eight(s, 0));
    let (v, v2) = half(start, eight(s, 24), eight(s, 8), eight(s, 16));
    let start = eight(s, 16).wrapping_add(last(s, 32));
    let (w, w2) = half(start, last(s, 8), last(s, 24), last(s, 16));
    let sum = v.wrapping_add(w2).wrapping_mul(K2).wrapping_add(w.wrapping_add(v2).wrapping_mul(K0));
    fold(fold(sum).wrapping_mul(K0).wrapping_add(v2)).wrapping_mul(K2)
}

/// Mixes 32 bytes into a pair.
fn mix(s: &[u8], at: usize, a: u64, b: u64) -> (u64, u64) {
    let z = eight(s, at + 24);
    let a = a.wrapping_add(eight(s, at));
    let b = b.wrapping_add(a).wrapping_add(z).rotate_right(21);
    let c = a;
    let a = a.wrapping_add(eight(s, at + 8)).wrapping_add(eight(s, at + 16));
    (a.wrapping_add(z), b.wrapping_add(a.rotate_right(44)).wrapping_add(c))
}

fn long(s: &[u8]) -> u64 {
    let n = s.len();
    let mut x = eight(s, 0);
    let mut y = last(s, 16) ^ K1;
    let mut z = last(s, 56) ^ K0;
    let mut v = mix(s, n - 64, n as u64, y);
    let mut w = mix(s, n - 32, (n as u64).wrapping_mul(K1), K0);
    z = z.wrapping_add(fold(v.1).wrapping_mul(K1));
    x = z.wrapping_add(x).rotate_right(39).wrapping_mul(K1);
    y = y.rotate_right(33).wrapping_mul(K1);
    // Whole blocks of 64 bytes, without the one that the end is in.
    for at in (0..(n - 1) / 64 * 64).step_by(64) {
        let sum = x.wrapping_add(y).wrapping_add(v.0).wrapping_add(eight(s, at + 16));
        x = sum.rotate_right(37).wrapping_mul(K1) ^ w.1;
        let sum = y.wrapping_add(v.1).wrapping_add(eight(s, at + 48));
        y = sum.rotate_right(42).wrapping_mul(K1) ^ v.0;
        z = (z ^ w.0).rotate_right(33);
        v = mix(s, at, v.1.wrapping_mul(K1), x.wrapping_add(w.0));
        w = mix(s, at + 32, z.wrapping_add(w.1), y);
        (z, x) = (x, z);
    }
    let u = join(v.0, w.0).wrapping_add(fold(y).wrapping_mul(K1)).wrapping_add(z);
    join(u, join(v.1, w.1).wrapping_add(x))
}

#[cfg(test)]
mod tests {
    use super::category_hash;

    /// Hashes that CatBoost 1.2.10 wrote (`cat_features_hash`). Texts of every length up to 89 bytes and longer ones are in
    /// the golden case `one-hot-lengths`.
    #[test]
    fn hashes_are_catboosts() {
        let texts = [
            ("", 797_982_799),
            ("x", 3_510_494_104),
            ("ä w", 2_804_993_227),
            ("0", 2_856_682_258),
            ("4", 4_216_280_702),
        ];
        for (text, hash) in texts {
            assert_eq!(category_hash(text), hash, "{text}");
        }
    }
}
