//! The challenge: what a receipt has to carry to be fresh.
//!
//! A nonce is stateless to issue: it says itself whom it is for and how long it holds, and a tag proves that this edge
//! said so. That it is used only once is seen where the decision is written, in the shard of its pseudonym.
//!
//! | bytes | what |
//! |---|---|
//! | 16 | pseudonym of the applicant; random if none was named |
//! | 8 | time of issue, milliseconds since 1970, big-endian |
//! | 4 | seconds that it holds, big-endian |
//! | 12 | random |
//! | 16 | HMAC-SHA-256 of the above under a key of the tenant, shortened |

use crate::secrets::{Secrets, same};

/// Bytes of a nonce.
pub const NONCE: usize = 56;
const SIGNED: usize = 40;

/// What a nonce says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// The applicant.
    pub pseudonym: [u8; 16],
    /// When it was issued, ms.
    pub issued: u64,
    /// Seconds that it holds.
    pub seconds: u32,
    /// Makes it unique.
    pub random: [u8; 12],
}

impl Challenge {
    /// When it ends, ms.
    pub fn expires(&self) -> u64 {
        self.issued.saturating_add(u64::from(self.seconds) * 1000)
    }

    /// The nonce.
    pub fn nonce(&self, secrets: &Secrets) -> Vec<u8> {
        let mut out = Vec::with_capacity(NONCE);
        out.extend_from_slice(&self.pseudonym);
        out.extend_from_slice(&self.issued.to_be_bytes());
        out.extend_from_slice(&self.seconds.to_be_bytes());
        out.extend_from_slice(&self.random);
        let tag = secrets.challenge(&out);
        out.extend_from_slice(&tag);
        out
    }

    /// Reads a nonce; `None` if this edge did not issue it for this tenant.
    pub fn read(nonce: &[u8], secrets: &Secrets) -> Option<Self> {
        let (signed, tag) = nonce.split_at_checked(SIGNED)?;
        if !same(&secrets.challenge(signed), tag) {
            return None;
        }
        let (pseudonym, rest) = signed.split_first_chunk::<16>()?;
        let (issued, rest) = rest.split_first_chunk::<8>()?;
        let (seconds, rest) = rest.split_first_chunk::<4>()?;
        Some(Self {
            pseudonym: *pseudonym,
            issued: u64::from_be_bytes(*issued),
            seconds: u32::from_be_bytes(*seconds),
            random: rest.try_into().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Master;

    #[test]
    fn a_nonce_is_read_as_it_was_issued_and_no_bit_may_change() {
        let master = Master::read(&"17".repeat(32)).unwrap();
        let secrets = Secrets::new(&master, "a");
        let issued =
            Challenge { pseudonym: [3; 16], issued: 1_795_609_533_123, seconds: 300, random: [9; 12] };
        let nonce = issued.nonce(&secrets);
        assert_eq!(nonce.len(), NONCE);
        assert_eq!(Challenge::read(&nonce, &secrets), Some(issued));
        assert_eq!(Challenge::read(&nonce, &Secrets::new(&master, "b")), None);
        for at in 0..nonce.len() * 8 {
            let mut changed = nonce.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert_eq!(Challenge::read(&changed, &secrets), None, "{at}");
        }
        for length in 0..nonce.len() {
            assert_eq!(Challenge::read(&nonce[..length], &secrets), None, "{length}");
        }
    }
}
