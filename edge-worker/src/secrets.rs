//! Secrets of a tenant, derived from the master key: none of them is ever stored.
//!
//! HKDF-SHA-256 (RFC 5869) with the master key as input, `scorelet edge v1` as salt, and tenant, purpose and epoch as info.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use scorelet_core::split::receipt::KeyPair;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The key from which all others are derived.
#[derive(Clone)]
pub struct Master([u8; 32]);

impl std::fmt::Debug for Master {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Master(…)")
    }
}

impl Master {
    /// From 64 hexadecimal digits.
    pub fn read(text: &str) -> Option<Self> {
        crate::text::unhex_array(text.trim()).map(Self)
    }

    fn derive(&self, tenant: &str, purpose: &str, epoch: u32) -> [u8; 32] {
        // A tenant's id holds no NUL: no two infos are the same.
        let info = [tenant.as_bytes(), b"\0", purpose.as_bytes(), b"\0", &epoch.to_be_bytes()].concat();
        let mut key = [0; 32];
        // 32 bytes are one block of the 255 that there may be.
        let _ = Hkdf::<Sha256>::new(Some(b"scorelet edge v1"), &self.0).expand(&info, &mut key);
        key
    }
}

/// The keys that a tenant's requests need.
pub struct Secrets {
    master: Master,
    tenant: String,
    pairs: RefCell<BTreeMap<u32, Rc<KeyPair>>>,
    pseudonym: [u8; 32],
    place: [u8; 32],
    challenge: [u8; 32],
    mask: [u8; 32],
    idempotency: [u8; 32],
    request: [u8; 32],
    local: [u8; 32],
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({}, …)", self.tenant)
    }
}

impl Secrets {
    /// Derives them.
    pub fn new(master: &Master, tenant: &str) -> Self {
        let key = |purpose| master.derive(tenant, purpose, 0);
        Self {
            pseudonym: key("pseudonym"),
            place: key("place"),
            challenge: key("challenge"),
            mask: key("challenge mask"),
            idempotency: key("idempotency"),
            request: key("request"),
            local: key("local credit data"),
            master: master.clone(),
            tenant: tenant.to_owned(),
            pairs: RefCell::default(),
        }
    }

    /// An applicant's pseudonym: the only form in which a reference is kept.
    pub fn pseudonym(&self, reference: &str) -> [u8; 16] {
        shortened(&mac(&self.pseudonym, &[reference.as_bytes()]))
    }

    /// Where the decisions of a pseudonym or an order lie, and how their ids begin. Another key than the pseudonym's: an id,
    /// which others may see, says nothing of whose it is.
    pub fn place(&self, of: &[u8; 16]) -> [u8; 4] {
        let [a, b, c, d, ..] = mac(&self.place, &[of]);
        [a, b, c, d]
    }

    /// What stands for an idempotency key, which may hold personal data, where no applicant is named.
    pub fn order(&self, key: &str) -> [u8; 16] {
        shortened(&mac(&self.idempotency, &[b"order\0", key.as_bytes()]))
    }

    /// What is kept of an idempotency key. It belongs to a kind of API key and to an applicant, if one is named: nobody comes
    /// upon the answers of another by chance.
    pub fn idempotency(&self, kind: &str, applicant: Option<&[u8; 16]>, key: &str) -> [u8; 16] {
        let (named, of): (&[u8], &[u8]) = match applicant {
            Some(pseudonym) => (b"\x01", pseudonym),
            None => (b"\0", &[]),
        };
        shortened(&mac(&self.idempotency, &[kind.as_bytes(), b"\0", named, of, key.as_bytes()]))
    }

    /// What is kept of a request's body, to know it again: whoever reads it cannot try out which values were in it.
    pub fn request(&self, body: &[u8]) -> [u8; 32] {
        mac(&self.request, &[body])
    }

    /// What is kept of local credit data when nothing else may be.
    pub fn local(&self, device: &[u8; 32], local: &[u8]) -> [u8; 32] {
        mac(&self.local, &[device, local])
    }

    /// What proves that this edge issued a challenge.
    pub fn challenge(&self, token: &[u8]) -> [u8; 16] {
        shortened(&mac(&self.challenge, &[token]))
    }

    /// What hides whom a challenge is for.
    pub fn mask(&self, rest: &[u8]) -> [u8; 32] {
        mac(&self.mask, &[rest])
    }

    /// What makes the id of a receipt's decision unique: it follows from the nonce, so that a nonce has one decision.
    pub fn decision(&self, nonce: &[u8]) -> [u8; 16] {
        shortened(&mac(&self.challenge, &[b"decision", nonce]))
    }

    /// The edge's key pair of an epoch, computed once.
    pub fn edge_pair(&self, epoch: u32) -> Rc<KeyPair> {
        let mut pairs = self.pairs.borrow_mut();
        let derive = || Rc::new(KeyPair::derive(&self.master.derive(&self.tenant, "hpke", epoch)));
        pairs.entry(epoch).or_insert_with(derive).clone()
    }
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn shortened(mac: &[u8; 32]) -> [u8; 16] {
    let (first, _) = mac.as_chunks::<16>();
    first.first().copied().unwrap_or_default()
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether two secrets are equal, in a time that does not tell where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Random bytes. Only within a request: the runtime gives none before.
pub fn random<const N: usize>() -> crate::problem::Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| crate::problem::Problem::internal("random numbers"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_and_purposes_have_their_own_keys() {
        let master = Master::read(&"0f".repeat(32)).unwrap();
        let (a, b) = (Secrets::new(&master, "a"), Secrets::new(&master, "b"));
        assert_eq!(a.pseudonym("x"), Secrets::new(&master, "a").pseudonym("x"));
        assert_ne!(a.pseudonym("x"), b.pseudonym("x"));
        assert_ne!(a.pseudonym("x"), a.order("x"));
        let pseudonym = a.pseudonym("x");
        assert_ne!(pseudonym[..4], a.place(&pseudonym));
        let keys = [("secret", None, "k"), ("publishable", None, "k"), ("secret", Some(&pseudonym), "k")];
        let kept = keys.map(|(kind, applicant, key)| a.idempotency(kind, applicant, key));
        assert!(kept[0] != kept[1] && kept[0] != kept[2] && kept[1] != kept[2]);
        assert_ne!(a.request(b"{}"), b.request(b"{}"));
        assert_ne!(a.edge_pair(1).public_key(), a.edge_pair(2).public_key());
        assert_ne!(a.edge_pair(1).public_key(), b.edge_pair(1).public_key());
        assert!(Master::read("00").is_none());
    }

    #[test]
    fn hkdf_is_rfc_5869() {
        // Test case 1 of its appendix A.
        let salt = crate::text::unhex("000102030405060708090a0b0c").unwrap();
        let info = crate::text::unhex("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let mut out = [0; 42];
        Hkdf::<Sha256>::new(Some(&salt), &[0x0b; 22]).expand(&info, &mut out).unwrap();
        assert!(
            crate::text::hex(&out)
                .starts_with("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
        );
    }
}
