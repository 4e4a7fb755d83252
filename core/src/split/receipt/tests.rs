//! HPKE against the RFC's own numbers, and receipts against whatever could be done to them.

use super::*;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

/// RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, sequence number 0.
#[test]
fn the_test_vector_of_rfc_9180() {
    let info = hex("4f6465206f6e2061204772656369616e2055726e");
    let sender = hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b");
    let recipient: [u8; 32] =
        hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df").try_into().unwrap();
    let public = hex("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a");
    let encapsulated = hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
    let (aad, text) = (hex("436f756e742d30"), b"Beauty is truth, truth beauty");
    let ciphertext =
        hex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");
    assert_eq!(public_key(&recipient).to_vec(), public);
    let key = <X25519 as Kem>::PublicKey::from_bytes(&public).unwrap();
    let (found, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519>(
        &OpModeS::Base,
        &key,
        &info,
        text,
        &aad,
        &mut Drawn { left: &sender, beyond: false },
    )
    .unwrap();
    assert_eq!(found.to_bytes().to_vec(), encapsulated);
    let hexed = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(hexed(&sealed), hexed(&ciphertext));
    let pair = KeyPair::for_info(&recipient, &info);
    assert_eq!(pair.public_key().to_vec(), public);
    let encapsulated = encapsulated.try_into().unwrap();
    assert_eq!(pair.decrypt(&encapsulated, &aad, &ciphertext).as_deref(), Some(&text[..]));
    assert_eq!(KeyPair::derive(&recipient).decrypt(&encapsulated, &aad, &ciphertext), None, "another info");
    assert_eq!(pair.decrypt(&encapsulated, b"Count-1", &ciphertext), None, "other associated data");
}

/// What opens here is what the crate that seals would open, and nothing else.
#[test]
fn receipts_open_as_the_hpke_crate_opens_them() {
    let reference = |sealed: &[u8], secret: &[u8; 32]| {
        let (key, _) = X25519::derive_keypair(secret);
        let (header, rest) = sealed.split_at(HEADER);
        let (encapsulated, ciphertext) = rest.split_at(32);
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519>(
            &hpke::OpModeR::Base,
            &key,
            &<X25519 as Kem>::EncappedKey::from_bytes(encapsulated).unwrap(),
            INFO,
            ciphertext,
            header,
        )
        .ok()
    };
    for n in 0..40u8 {
        let secret = [n; 32];
        let given = Receipt { local: vec![n; 37 * usize::from(n)], ..receipt() };
        let mut sealed = seal(&given, &public_key(&secret), &[n ^ 0x5a; 32]).unwrap();
        let pair = KeyPair::derive(&secret);
        assert_eq!(pair.public_key().to_vec(), X25519::derive_keypair(&secret).1.to_bytes().to_vec());
        assert_eq!((pair.public_key(), pair.id()), (public_key(&secret), key_id(&public_key(&secret))));
        assert_eq!(pair.open(&sealed), Ok(given));
        let body = reference(&sealed, &secret).unwrap();
        let (header, rest) = sealed.split_at(HEADER);
        let (encapsulated, ciphertext) = rest.split_first_chunk().unwrap();
        assert_eq!(pair.decrypt(encapsulated, header, ciphertext), Some(body));
        // Points of small order, the top bit of a point, and one that is another's.
        for point in [
            [0; 32],
            [0xff; 32],
            {
                let mut one = [0; 32];
                one[0] = 1;
                one
            },
            public_key(&[n + 1; 32]),
        ] {
            sealed[HEADER..HEADER + 32].copy_from_slice(&point);
            assert_eq!(pair.open(&sealed), Err(SplitError::Sealed));
            assert_eq!(reference(&sealed, &secret), None);
        }
    }
}

/// RFC 4231, test case 2 has a shorter key than a salt: HMAC pads keys with zeros, so it is the same as padded.
#[test]
fn the_commitment_is_hmac_sha_256() {
    let mut salt = [0; 32];
    salt[..4].copy_from_slice(b"Jefe");
    let expected = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    assert_eq!(commit(b"what do ya want for nothing?", &salt).to_vec(), expected);
    assert!(is_committed(b"what do ya want for nothing?", &salt, &expected.try_into().unwrap()));
    assert!(!is_committed(b"what do ya want for nothing!", &salt, &commit(b"x", &salt)));
}

fn receipt() -> Receipt {
    Receipt {
        device: Digest::of(b"bundle"),
        nonce: vec![7; 64],
        time_ms: 1_800_000_000_123,
        commitment: commit(b"record", &[3; 32]),
        consent: "consent/42".to_owned(),
        local: vec![1, 2, 3],
    }
}

#[test]
fn what_was_sealed_is_opened_by_its_key_only() {
    let secret = [9; 32];
    let sealed = seal(&receipt(), &public_key(&secret), &[5; 32]).unwrap();
    assert_eq!(sealed_for(&sealed), Ok(key_id(&public_key(&secret))));
    assert_eq!(open(&sealed, &secret), Ok(receipt()));
    assert_eq!(open(&sealed, &[8; 32]), Err(SplitError::Sealed));
    // The same bytes for the same randomness; others for other randomness.
    assert_eq!(seal(&receipt(), &public_key(&secret), &[5; 32]).unwrap(), sealed);
    assert_ne!(seal(&receipt(), &public_key(&secret), &[6; 32]).unwrap(), sealed);
}

#[test]
fn every_changed_bit_and_every_cut_is_seen() {
    let secret = [9; 32];
    let sealed = seal(&receipt(), &public_key(&secret), &[5; 32]).unwrap();
    for at in 0..sealed.len() {
        for bit in [0, 3, 7] {
            let mut changed = sealed.clone();
            changed[at] ^= 1 << bit;
            // X25519 takes the top bit of a point as it is: the same point, but another encapsulated key in HPKE.
            assert!(open(&changed, &secret).is_err(), "byte {at}, bit {bit}");
        }
        assert!(open(&sealed[..at], &secret).is_err(), "cut at {at}");
    }
    let longer = [&sealed[..], &[0]].concat();
    assert_eq!(open(&longer, &secret), Err(SplitError::Sealed));
    assert!(open(&vec![0; SEALED_BYTES + 1], &secret).is_err());
}

#[test]
fn keys_and_parts_that_do_not_fit_are_refused() {
    // A point of small order gives an all-zero secret, which RFC 9180 tells to refuse.
    assert_eq!(seal(&receipt(), &[0; 32], &[5; 32]), Err(SplitError::Key));
    let public = public_key(&[9; 32]);
    let long = Receipt { nonce: vec![0; NONCE_BYTES + 1], ..receipt() };
    assert!(seal(&long, &public, &[5; 32]).is_err());
    let long = Receipt { consent: "x".repeat(CONSENT_BYTES + 1), ..receipt() };
    assert!(seal(&long, &public, &[5; 32]).is_err());
}

#[test]
fn a_receipt_of_64_values_is_under_a_kilobyte() {
    let local = LocalCreditData {
        values: vec![(0.123, crate::column::State::PRESENT); 64],
        absent: (0..16).map(|field| (field, crate::column::State::MISSING)).collect(),
        reasons: Vec::new(),
        ignored: Vec::new(),
    };
    // The edge worker's nonces have 56 bytes.
    let receipt = Receipt { nonce: vec![7; 56], local: local.encode(), ..receipt() };
    let sealed = seal(&receipt, &public_key(&[9; 32]), &[5; 32]).unwrap();
    assert!(sealed.len() <= 1024, "{} bytes", sealed.len());
    assert!(sealed.len() > 64 * 9);
}
