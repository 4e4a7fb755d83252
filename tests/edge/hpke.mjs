// HPKE of RFC 9180 in base mode (X25519, HKDF-SHA256, ChaCha20-Poly1305), written from the RFC over Node's own primitives: a second
// implementation beside the one that ships.
import { createCipheriv, createHmac, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';

const KEM = Buffer.from([0x4b, 0x45, 0x4d, 0x00, 0x20]);
const SUITE = Buffer.from([0x48, 0x50, 0x4b, 0x45, 0x00, 0x20, 0x00, 0x01, 0x00, 0x03]);
const EMPTY = Buffer.alloc(0);
const text = (word) => Buffer.from(word, 'ascii');
const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();

/** `LabeledExtract` of section 4. */
function extract(suite, salt, label, ikm) {
  return hmac(salt, text('HPKE-v1'), suite, text(label), ikm);
}

/** `LabeledExpand` of section 4, of at most 32 bytes: one block of HKDF-Expand. */
function expand(suite, prk, label, info, length) {
  const size = Buffer.from([0, length]);
  return hmac(prk, size, text('HPKE-v1'), suite, text(label), info, Buffer.from([1])).subarray(0, length);
}

function publicKey(bytes) {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(bytes).toString('base64url') }, format: 'jwk' });
}

/** `SealBase`: the encapsulated key, and the ciphertext with its tag. */
export function seal(recipient, info, aad, plain, pair = generateKeyPairSync('x25519')) {
  const enc = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x, 'base64url');
  const dh = diffieHellman({ privateKey: pair.privateKey, publicKey: publicKey(recipient) });
  const shared = expand(KEM, extract(KEM, EMPTY, 'eae_prk', dh), 'shared_secret', Buffer.concat([enc, recipient]), 32);
  const context = Buffer.concat([
    Buffer.from([0]), extract(SUITE, EMPTY, 'psk_id_hash', EMPTY), extract(SUITE, EMPTY, 'info_hash', info),
  ]);
  const secret = extract(SUITE, shared, 'secret', EMPTY);
  const cipher = createCipheriv('chacha20-poly1305', expand(SUITE, secret, 'key', context, 32), expand(SUITE, secret, 'base_nonce', context, 12), {
    authTagLength: 16,
  });
  cipher.setAAD(aad, { plaintextLength: plain.length });
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { enc, ciphertext };
}
