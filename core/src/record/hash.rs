//! The hash of the hashing trick.
//!
//! MurmurHash3 x86 32-bit with seed 0 (A. Appleby, public domain) over the UTF-8 bytes, taken as an unsigned number, modulo
//! the number of buckets: in Python, `sklearn.utils.murmurhash3_32(text, seed=0, positive=True) % buckets`.

/// The bucket of a text, `0..buckets`; 0 if there is no bucket.
pub fn bucket(text: &str, buckets: u32) -> u32 {
    murmur3(text.as_bytes()).checked_rem(buckets).unwrap_or(0)
}

fn mix(block: u32) -> u32 {
    block.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

fn murmur3(bytes: &[u8]) -> u32 {
    let (blocks, tail) = bytes.as_chunks::<4>();
    let mut hash = 0u32;
    for block in blocks {
        hash ^= mix(u32::from_le_bytes(*block));
        hash = hash.rotate_left(13).wrapping_mul(5).wrapping_add(0xe654_6b64);
    }
    if !tail.is_empty() {
        hash ^= mix(tail.iter().rev().fold(0, |block, &byte| block << 8 | u32::from(byte)));
    }
    hash ^= bytes.len() as u32;
    hash = (hash ^ hash >> 16).wrapping_mul(0x85eb_ca6b);
    hash = (hash ^ hash >> 13).wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `sklearn.utils.murmurhash3_32(text, seed=0, positive=True)`, scikit-learn 1.9.
    #[test]
    fn hashes_are_those_of_scikit_learn() {
        let known = [
            ("", 0),
            ("a", 1_009_084_850),
            ("ab", 2_613_040_991),
            ("abc", 3_017_643_002),
            ("abcd", 1_139_631_978),
            ("Caf\u{e9}", 339_284_768),
            ("\u{5de5}\u{8d44}", 1_788_739_185),
        ];
        for (text, hash) in known {
            assert_eq!(murmur3(text.as_bytes()), hash, "{text}");
            assert_eq!(bucket(text, 1000), hash % 1000);
        }
        assert_eq!(bucket("a", 1), 0);
        assert_eq!(bucket("a", 0), 0);
    }
}
