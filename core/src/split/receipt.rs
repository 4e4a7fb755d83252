//! The receipt: local credit data with what makes it trustworthy, sealed for the edge.
//!
//! Sealing is HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305. `info` is
//! [`INFO`]; the clear header is the associated data.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `SCLR` |
//! | 2 | version, 1 |
//! | 8 | key id: the first bytes of the SHA-256 of the edge's public key |
//! | 32 | the encapsulated key |
//! | … | the sealed body, and 16 bytes of authentication tag |
//!
//! Body: digest of the device bundle (32); u16 and the nonce of the challenge; u64 time of the client's clock in
//! milliseconds since 1970-01-01 UTC; the commitment (32); u16 and the consent reference in UTF-8; the rest is local credit
//! data. Numbers are little-endian.

mod key_pair;

use hmac::{Hmac, KeyInit, Mac};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeS, Serializable};
use sha2::Sha256;

use super::{LocalCreditData, SplitError};
use crate::bundle::wire::{Put, Reader};
use crate::bundle::{Bundle, Digest};
pub use key_pair::KeyPair;

/// Version of the receipt.
pub const RECEIPT_VERSION: u16 = 1;
/// HPKE's `info`: what the key schedule is bound to.
pub const INFO: &[u8] = b"scorelet receipt v1";
/// Bytes of a nonce at most.
pub const NONCE_BYTES: usize = 256;
/// Bytes of a consent reference at most.
pub const CONSENT_BYTES: usize = 128;
/// Bytes of a sealed receipt at most.
pub const SEALED_BYTES: usize = 64 << 10;

const MAGIC: &[u8; 4] = b"SCLR";
const HEADER: usize = 14;
const WHAT: &str = "receipt";

type X25519 = X25519HkdfSha256;

/// What the device vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Digest of the device bundle that computed it.
    pub device: Digest,
    /// Nonce of the challenge that it answers, at most [`NONCE_BYTES`].
    pub nonce: Vec<u8>,
    /// The client's clock: milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// [`commit`] over the record's canonical bytes.
    pub commitment: [u8; 32],
    /// The lender's reference of the applicant's consent, at most [`CONSENT_BYTES`]; may be empty.
    pub consent: String,
    /// Encoded [`LocalCreditData`].
    pub local: Vec<u8>,
}

/// Bytes that were drawn elsewhere, each given once: the binding has the randomness, the engine has none. HPKE's sender draws
/// 32 bytes, once; if it ever asked for more, nothing is sealed.
struct Drawn<'a> {
    left: &'a [u8],
    /// More was asked for than there was.
    beyond: bool,
}

impl TryRng for Drawn<'_> {
    type Error = core::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
        match self.left.split_at_checked(to.len()) {
            Some((now, later)) => {
                to.copy_from_slice(now);
                self.left = later;
            }
            None => {
                to.fill(0);
                self.beyond = true;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Drawn<'_> {}

/// The public key of the key pair that RFC 9180's `DeriveKeyPair` makes of 32 secret bytes.
pub fn public_key(secret: &[u8; 32]) -> [u8; 32] {
    KeyPair::derive(secret).public_key()
}

/// The id of a public key: the first 8 bytes of its SHA-256.
pub fn key_id(public_key: &[u8; 32]) -> [u8; 8] {
    let digest = Digest::of(public_key).0;
    digest.first_chunk().copied().unwrap_or_default()
}

/// The commitment to a record: HMAC-SHA-256 of its canonical bytes under a random salt that stays on the device.
pub fn commit(canonical_record: &[u8], salt: &[u8; 32]) -> [u8; 32] {
    committed(canonical_record, salt).finalize().into_bytes().into()
}

/// Whether a record and a salt are those that were committed to; in constant time.
pub fn is_committed(canonical_record: &[u8], salt: &[u8; 32], commitment: &[u8; 32]) -> bool {
    committed(canonical_record, salt).verify_slice(commitment).is_ok()
}

fn committed(canonical_record: &[u8], salt: &[u8; 32]) -> Hmac<Sha256> {
    // A key that is shorter than SHA-256's block is filled up with zeros (RFC 2104).
    let mut key = [0; 64];
    if let Some(start) = key.first_chunk_mut() {
        *start = *salt;
    }
    let mut mac = Hmac::<Sha256>::new(&key.into());
    mac.update(canonical_record);
    mac
}

/// Seals a receipt for the edge's public key. `random`: 32 fresh bytes from a cryptographic source, used for nothing else.
///
/// Errors: a key that is none of X25519; a nonce or consent reference that is too long.
pub fn seal(receipt: &Receipt, public_key: &[u8; 32], random: &[u8; 32]) -> Result<Vec<u8>, SplitError> {
    let key = <X25519 as Kem>::PublicKey::from_bytes(public_key).map_err(|_| SplitError::Key)?;
    let mut sealed = Vec::with_capacity(HEADER + 256 + receipt.local.len());
    sealed.extend_from_slice(MAGIC);
    Put::u16(&mut sealed, RECEIPT_VERSION);
    sealed.extend_from_slice(&key_id(public_key));
    let body = receipt.body()?;
    let mut drawn = Drawn { left: random, beyond: false };
    let (encapsulated, ciphertext) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519>(
        &OpModeS::Base,
        &key,
        INFO,
        &body,
        &sealed,
        &mut drawn,
    )
    .map_err(|_| SplitError::Key)?;
    if drawn.beyond {
        return Err(SplitError::Randomness);
    }
    sealed.extend_from_slice(&encapsulated.to_bytes());
    sealed.extend_from_slice(&ciphertext);
    if sealed.len() > SEALED_BYTES {
        return Err(malformed("it is too long: less has to leave the device"));
    }
    Ok(sealed)
}

/// The key id that a sealed receipt names in its clear header.
///
/// Errors: bytes that do not begin as a receipt does.
pub fn sealed_for(sealed: &[u8]) -> Result<[u8; 8], SplitError> {
    let short = |_| malformed("it ends too early");
    if sealed.len() > SEALED_BYTES {
        return Err(malformed("it is too long"));
    }
    let mut input = Reader::new(sealed, WHAT);
    if input.take(4).map_err(short)? != MAGIC {
        return Err(malformed("it does not begin as a receipt does"));
    }
    match input.u16().map_err(short)? {
        RECEIPT_VERSION => input.array().map_err(short),
        found => Err(SplitError::Version { found, known: RECEIPT_VERSION }),
    }
}

/// Opens a sealed receipt with the 32 secret bytes of the edge's key (see [`public_key`]). Who opens many keeps the
/// [`KeyPair`].
///
/// Errors: as [`KeyPair::open`].
pub fn open(sealed: &[u8], secret: &[u8; 32]) -> Result<Receipt, SplitError> {
    KeyPair::derive(secret).open(sealed)
}

fn malformed(why: &'static str) -> SplitError {
    SplitError::Malformed { what: WHAT, why }
}

impl Receipt {
    /// Its local credit data, for the edge bundle that is to finish it.
    ///
    /// Errors: [`SplitError::OtherBundle`] if another device bundle made it; as [`LocalCreditData::decode`].
    pub fn local_for(&self, edge: &Bundle) -> Result<LocalCreditData, SplitError> {
        match &edge.cut {
            Some(cut) if edge.is_edge() && cut.device != self.device => Err(SplitError::OtherBundle),
            _ => LocalCreditData::decode(&self.local, edge),
        }
    }

    fn body(&self) -> Result<Vec<u8>, SplitError> {
        if self.nonce.len() > NONCE_BYTES {
            return Err(malformed("the nonce is too long"));
        }
        if self.consent.len() > CONSENT_BYTES {
            return Err(malformed("the consent reference is too long"));
        }
        let mut out = Vec::with_capacity(80 + self.nonce.len() + self.consent.len() + self.local.len());
        out.extend_from_slice(&self.device.0);
        Put::u16(&mut out, self.nonce.len() as u16);
        out.extend_from_slice(&self.nonce);
        Put::u64(&mut out, self.time_ms);
        out.extend_from_slice(&self.commitment);
        Put::u16(&mut out, self.consent.len() as u16);
        out.extend_from_slice(self.consent.as_bytes());
        out.extend_from_slice(&self.local);
        Ok(out)
    }

    fn from_body(body: &[u8]) -> Result<Self, SplitError> {
        let short = |_| malformed("it ends too early");
        let mut input = Reader::new(body, WHAT);
        let device = Digest(input.array().map_err(short)?);
        let n = usize::from(input.u16().map_err(short)?);
        if n > NONCE_BYTES {
            return Err(malformed("the nonce is too long"));
        }
        let nonce = input.take(n).map_err(short)?.to_vec();
        let time_ms = input.u64().map_err(short)?;
        let commitment = input.array().map_err(short)?;
        let n = usize::from(input.u16().map_err(short)?);
        if n > CONSENT_BYTES {
            return Err(malformed("the consent reference is too long"));
        }
        let consent = core::str::from_utf8(input.take(n).map_err(short)?);
        let consent = consent.map_err(|_| malformed("the consent reference is not UTF-8"))?.to_owned();
        let local = input.take(input.left()).map_err(short)?.to_vec();
        Ok(Self { device, nonce, time_ms, commitment, consent, local })
    }
}

#[cfg(test)]
mod tests;
