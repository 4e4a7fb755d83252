//! The container: magic, version, signature, content.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 8 | magic `SCORELET` |
//! | 8 | 2 | container version, 1 |
//! | 10 | 2 | flags: bit 0 signed; the others 0 |
//! | 12 | 4 | 0 |
//! | 16 | 32 | Ed25519 public key of the publisher, or zeros |
//! | 48 | 64 | Ed25519 signature, or zeros |
//! | 112 | … | content; its SHA-256 is the bundle's digest |
//!
//! The signature (RFC 8032) is over the 19 bytes `scorelet bundle v1\0` and the 32 bytes of the digest.

use ed25519_dalek::{Signature, VerifyingKey};

use super::digest::Digest;
use super::wire::Reader;
use crate::error::BundleError;
use crate::limits;

const MAGIC: &[u8; 8] = b"SCORELET";
const VERSION: u16 = 1;
const SIGNED: u16 = 1;
const SECTION: &str = "header";

/// Whose bundles are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// Unsigned ones, and those of any publisher; a signature that does not fit is refused all the same.
    Anyone,
    /// Those signed by this Ed25519 public key only.
    Key(&'a [u8; 32]),
}

fn signed_message(digest: &Digest) -> [u8; 51] {
    let mut message = [0; 51];
    let (domain, rest) = message.split_at_mut(19);
    domain.copy_from_slice(b"scorelet bundle v1\0");
    rest.copy_from_slice(&digest.0);
    message
}

/// What a verified container holds: content, its digest, the signer.
type Verified<'a> = (&'a [u8], Digest, Option<[u8; 32]>);

/// Checks the header and the signature; gives the content, its digest and the signer.
pub(super) fn verify<'a>(bytes: &'a [u8], trust: Trust<'_>) -> Result<Verified<'a>, BundleError> {
    if bytes.len() > limits::BUNDLE_BYTES {
        return Err(BundleError::Limit {
            section: SECTION,
            what: "bytes",
            found: bytes.len() as u64,
            limit: limits::BUNDLE_BYTES as u64,
        });
    }
    let mut header = Reader::new(bytes, SECTION);
    if !matches!(header.take(MAGIC.len()), Ok(magic) if magic == MAGIC) {
        return Err(BundleError::NotABundle);
    }
    let version = header.u16()?;
    if version != VERSION {
        return Err(BundleError::Version { found: version, known: VERSION });
    }
    let flags = header.u16()?;
    if flags & !SIGNED != 0 || header.u32()? != 0 {
        return Err(header.malformed("reserved bits are set").into());
    }
    let key: [u8; 32] = header.array()?;
    let signature: [u8; 64] = header.array()?;
    let content = header.take(header.left())?;

    if flags & SIGNED == 0 {
        if key != [0; 32] || signature != [0; 64] {
            return Err(header.malformed("an unsigned bundle carries a key or a signature").into());
        }
        return match trust {
            Trust::Anyone => Ok((content, Digest::of(content), None)),
            Trust::Key(_) => Err(BundleError::Unsigned),
        };
    }
    if matches!(trust, Trust::Key(expected) if *expected != key) {
        return Err(BundleError::WrongKey);
    }
    let digest = Digest::of(content);
    VerifyingKey::from_bytes(&key)
        .and_then(|k| k.verify_strict(&signed_message(&digest), &Signature::from_bytes(&signature)))
        .map_err(|_| BundleError::BadSignature)?;
    Ok((content, digest, Some(key)))
}

/// Puts the header before the content, and signs it if there is a secret key.
#[cfg(feature = "author")]
pub(super) fn wrap(content: &[u8], secret: Option<&[u8; 32]>) -> Vec<u8> {
    use super::wire::Put;
    use ed25519_dalek::{Signer, SigningKey};

    let mut out = Vec::with_capacity(112 + content.len());
    out.extend_from_slice(MAGIC);
    Put::u16(&mut out, VERSION);
    Put::u16(&mut out, if secret.is_some() { SIGNED } else { 0 });
    Put::u32(&mut out, 0);
    match secret {
        None => out.extend_from_slice(&[0; 96]),
        Some(secret) => {
            let key = SigningKey::from_bytes(secret);
            out.extend_from_slice(key.verifying_key().as_bytes());
            out.extend_from_slice(&key.sign(&signed_message(&Digest::of(content))).to_bytes());
        }
    }
    out.extend_from_slice(content);
    out
}
