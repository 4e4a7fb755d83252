//! The edge's key pair, and what the recipient of HPKE's base mode does with it (RFC 9180, sections 4 and 5.1).
//!
//! The crate that seals could open too, but computes the public key of the pair, a multiplication on the curve, for each
//! receipt again; here one multiplication is left, the shared secret's.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use hkdf::{Hkdf, HkdfExtract};
use sha2::Sha256;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::{HEADER, INFO, Receipt, SplitError, key_id, malformed, sealed_for};

const VERSION: &[u8] = b"HPKE-v1";
/// `KEM`, DHKEM(X25519, HKDF-SHA256).
const KEM: &[u8] = b"KEM\0\x20";
/// `HPKE`, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
const SUITE: &[u8] = b"HPKE\0\x20\0\x01\0\x03";
/// Mode `mode_base`.
const BASE: u8 = 0;

/// A key pair that receipts are sealed for, with all that is the same for every receipt. Its private key is wiped when it is
/// dropped.
pub struct KeyPair {
    private: StaticSecret,
    public: [u8; 32],
    id: [u8; 8],
    /// `key_schedule_context` of RFC 9180: the mode, the hash of no pre-shared key's id, the hash of `info`.
    context: Vec<u8>,
}

impl core::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "KeyPair({:02x?}, …)", self.id)
    }
}

impl KeyPair {
    /// The key pair that RFC 9180's `DeriveKeyPair` makes of 32 secret bytes.
    pub fn derive(secret: &[u8; 32]) -> Self {
        Self::for_info(secret, INFO)
    }

    pub(super) fn for_info(secret: &[u8; 32], info: &[u8]) -> Self {
        // `DeriveKeyPair` of section 7.1.3. HKDF gives 32 bytes: they are one block of the 255 that there may be.
        let (_, pseudorandom) = extracted(b"", KEM, b"dkp_prk", secret);
        let mut bytes = Zeroizing::new([0; 32]);
        let _ = expand(&pseudorandom, KEM, b"sk", &[], &mut *bytes);
        let private = StaticSecret::from(*bytes);
        let public = PublicKey::from(&private).to_bytes();
        let context = [&[BASE][..], &extract(b"psk_id_hash", b""), &extract(b"info_hash", info)].concat();
        Self { private, public, id: key_id(&public), context }
    }

    /// The public key.
    pub fn public_key(&self) -> [u8; 32] {
        self.public
    }

    /// The id by which a receipt names it: [`key_id`].
    pub fn id(&self) -> [u8; 8] {
        self.id
    }

    /// Opens a sealed receipt.
    ///
    /// Errors: [`SplitError::Sealed`] if it was sealed for another key or changed; anything that is not of the format. The
    /// local credit data in it is not looked at: see [`LocalCreditData::decode`](super::LocalCreditData::decode).
    pub fn open(&self, sealed: &[u8]) -> Result<Receipt, SplitError> {
        sealed_for(sealed)?;
        let short = malformed("it ends too early");
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(short.clone())?;
        let (encapsulated, ciphertext) = rest.split_first_chunk().ok_or(short)?;
        let body = self.decrypt(encapsulated, header, ciphertext).ok_or(SplitError::Sealed)?;
        Receipt::from_body(&body)
    }

    /// `OpenBase`: the text that was sealed; `None` for another key, other associated data, a changed text, or a point of small
    /// order.
    pub(super) fn decrypt(
        &self,
        encapsulated: &[u8; 32],
        associated: &[u8],
        ciphertext: &[u8],
    ) -> Option<Vec<u8>> {
        let shared = self.decapsulate(encapsulated)?;
        let (_, secret) = extracted(&*shared, SUITE, b"secret", b"");
        let (mut key, mut nonce) = (Zeroizing::new([0; 32]), [0; 12]);
        expand(&secret, SUITE, b"key", &[&self.context], &mut *key)?;
        expand(&secret, SUITE, b"base_nonce", &[&self.context], &mut nonce)?;
        let cipher = ChaCha20Poly1305::new((&*key).into());
        // The first message of a context: its nonce is the base's.
        cipher.decrypt(&nonce.into(), Payload { msg: ciphertext, aad: associated }).ok()
    }

    /// `Decap` of section 4.1.
    fn decapsulate(&self, encapsulated: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
        let agreed = self.private.diffie_hellman(&PublicKey::from(*encapsulated));
        // Section 7.1.4: an all-zero secret is refused.
        if !agreed.was_contributory() {
            return None;
        }
        let (_, pseudorandom) = extracted(b"", KEM, b"eae_prk", agreed.as_bytes());
        let mut shared = Zeroizing::new([0; 32]);
        expand(&pseudorandom, KEM, b"shared_secret", &[encapsulated, &self.public], &mut *shared)?;
        Some(shared)
    }
}

/// `LabeledExtract` of section 4: the pseudorandom key, and the same ready to expand.
fn extracted(salt: &[u8], suite: &[u8], label: &[u8], keying: &[u8]) -> ([u8; 32], Hkdf<Sha256>) {
    let mut extract = HkdfExtract::<Sha256>::new(Some(salt));
    for part in [VERSION, suite, label, keying] {
        extract.input_ikm(part);
    }
    let (key, ready) = extract.finalize();
    (key.into(), ready)
}

/// `LabeledExtract` of what is no secret.
fn extract(label: &[u8], keying: &[u8]) -> [u8; 32] {
    extracted(b"", SUITE, label, keying).0
}

/// `LabeledExpand` of section 4. `None` only for more bytes than HKDF gives.
fn expand(key: &Hkdf<Sha256>, suite: &[u8], label: &[u8], info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let mut all = vec![&length[..], VERSION, suite, label];
    all.extend_from_slice(info);
    key.expand_multi_info(&all, out).ok()
}
