//! The challenge: what a receipt has to carry to be fresh.
//!
//! A nonce is stateless to issue: it says itself whom it is for and how long it holds, and a tag proves that this edge
//! said so. That it is used only once is seen where the decision is written, in the one shard that it leads to.
//!
//! | bytes | what |
//! |---|---|
//! | 17 | whom it is for, masked: 0 nobody, 1 an applicant, 2 an order; then 16 bytes, of nobody zeros |
//! | 8 | time of issue, milliseconds since 1970, big-endian |
//! | 4 | seconds that it holds, big-endian |
//! | 11 | random |
//! | 16 | HMAC-SHA-256 of the above under a key of the tenant, shortened |
//!
//! The mask is HMAC-SHA-256 of the 23 bytes after it under another key of the tenant: whoever reads a nonce learns nothing of
//! the applicant, nor whether two nonces are of the same one.

use crate::secrets::{Secrets, same};

/// Bytes of a nonce.
pub const NONCE: usize = 56;
const SIGNED: usize = 40;

/// Whom a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Nobody in particular.
    Nobody,
    /// The applicant of this pseudonym.
    Applicant([u8; 16]),
    /// Whoever asked with an idempotency key, by what is kept of it.
    Order([u8; 16]),
}

impl Whose {
    fn bytes(self) -> [u8; 17] {
        let (kind, of) = match self {
            Self::Nobody => (0, [0; 16]),
            Self::Applicant(pseudonym) => (1, pseudonym),
            Self::Order(order) => (2, order),
        };
        let mut bytes = [kind; 17];
        if let Some(rest) = bytes.last_chunk_mut() {
            *rest = of;
        }
        bytes
    }

    fn read(&[kind, ref of @ ..]: &[u8; 17]) -> Option<Self> {
        match kind {
            0 => Some(Self::Nobody),
            1 => Some(Self::Applicant(*of)),
            2 => Some(Self::Order(*of)),
            _ => None,
        }
    }
}

/// What a nonce says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge {
    /// Whom it is for.
    pub whose: Whose,
    /// When it was issued, ms.
    pub issued: u64,
    /// Seconds that it holds.
    pub seconds: u32,
    /// Makes it unique.
    pub random: [u8; 11],
}

impl Challenge {
    /// When it ends, ms.
    pub fn expires(&self) -> u64 {
        self.issued.saturating_add(u64::from(self.seconds) * 1000)
    }

    /// The nonce.
    pub fn nonce(&self, secrets: &Secrets) -> Vec<u8> {
        let rest = [&self.issued.to_be_bytes()[..], &self.seconds.to_be_bytes(), &self.random].concat();
        let mut out = Vec::with_capacity(NONCE);
        out.extend_from_slice(&masked(self.whose.bytes(), &rest, secrets));
        out.extend_from_slice(&rest);
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
        let (whose, rest) = signed.split_first_chunk::<17>()?;
        let whose = Whose::read(&masked(*whose, rest, secrets))?;
        let (issued, rest) = rest.split_first_chunk::<8>()?;
        let (seconds, rest) = rest.split_first_chunk::<4>()?;
        Some(Self {
            whose,
            issued: u64::from_be_bytes(*issued),
            seconds: u32::from_be_bytes(*seconds),
            random: rest.try_into().ok()?,
        })
    }
}

/// Puts the mask on, or takes it off.
fn masked(mut bytes: [u8; 17], rest: &[u8], secrets: &Secrets) -> [u8; 17] {
    for (byte, mask) in bytes.iter_mut().zip(secrets.mask(rest)) {
        *byte ^= mask;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Master;

    #[test]
    fn a_nonce_is_read_as_it_was_issued_and_no_bit_may_change() {
        let master = Master::read(&"17".repeat(32)).unwrap();
        let secrets = Secrets::new(&master, "a");
        let at = |whose| Challenge { whose, issued: 1_795_609_533_123, seconds: 300, random: [9; 11] };
        for whose in [Whose::Nobody, Whose::Applicant([3; 16]), Whose::Order([4; 16])] {
            let nonce = at(whose).nonce(&secrets);
            assert_eq!(Challenge::read(&nonce, &secrets), Some(at(whose)));
        }
        let issued = at(Whose::Applicant([3; 16]));
        let nonce = issued.nonce(&secrets);
        assert_eq!(nonce.len(), NONCE);
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

    #[test]
    fn a_nonce_does_not_show_whose_it_is() {
        let master = Master::read(&"17".repeat(32)).unwrap();
        let secrets = Secrets::new(&master, "a");
        let pseudonym = secrets.pseudonym("+49 170 1234567");
        let nonces: Vec<Vec<u8>> = (0..64)
            .map(|random| {
                let whose = Whose::Applicant(pseudonym);
                Challenge { whose, issued: 7, seconds: 300, random: [random; 11] }.nonce(&secrets)
            })
            .collect();
        for (at, nonce) in nonces.iter().enumerate() {
            assert!(nonce.windows(4).all(|part| !pseudonym.windows(4).any(|known| known == part)));
            assert!(nonces.iter().skip(at + 1).all(|other| other[..4] != nonce[..4]));
        }
    }
}
