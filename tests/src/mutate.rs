//! Seeded mutation of inputs: what a fuzzer does, without a fuzzer, on any toolchain.

use crate::random::Random;

const INTERESTING: [u32; 12] =
    [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, u32::MAX - 1, u32::MAX];

const TOKENS: [&[u8]; 24] = [
    b"null",
    b"true",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"\\",
    b"\n",
    b"=",
    b"NaN",
    b"inf",
    b"-",
    b"1e999",
    b"-1",
    b"0.1",
    b"99999999999999999999",
    b"\xff",
    b"\xc3\x28",
    b"\\ud800",
    b"\0",
    b"(-inf, 1.00)",
];

/// Changes `data` in a few random places; `other` is a second input to splice from.
pub fn mutate(random: &mut Random, data: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..random.between(1, 4) {
        let at = random.below(data.len() + 1);
        match random.below(9) {
            0 if at < data.len() => data[at] ^= 1 << random.below(8),
            1 if at < data.len() => data[at] = random.below(256) as u8,
            2 => {
                let value = random.pick(&INTERESTING).to_le_bytes();
                for (byte, new) in data.iter_mut().skip(at).zip(value) {
                    *byte = new;
                }
            }
            3 => {
                let end = (at + random.between(1, 16)).min(data.len());
                data.drain(at.min(end)..end);
            }
            4 => {
                let end = (at + random.between(1, 64)).min(data.len());
                let piece = data[at.min(end)..end].to_vec();
                data.splice(at..at, piece);
            }
            5 => {
                let token = *random.pick(&TOKENS);
                data.splice(at..at, token.iter().copied());
            }
            6 => {
                let token = *random.pick(&TOKENS);
                let end = (at + token.len()).min(data.len());
                data.splice(at..end, token.iter().copied());
            }
            7 => data.truncate(at),
            _ => {
                let from = random.below(other.len() + 1);
                let to = (from + random.between(1, 48)).min(other.len());
                data.splice(at..at, other[from.min(to)..to].iter().copied());
            }
        }
    }
}
