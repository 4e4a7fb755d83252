// Receipts written by hand from docs/receipt-format.md: by a device that lies, and by one that makes many quickly.
import { createHash, createHmac } from 'node:crypto';
import { seal } from './hpke.mjs';

const INFO = Buffer.from('scorelet receipt v1');

function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function f64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** Local credit data. A value is a number, or its missing state (`{ state }`); `reasons`: lists of `[group, contribution]`. */
export function local({ values, absent = [], reasons = [] }) {
  return Buffer.concat([
    u16(values.length), ...values.map((value) => (typeof value === 'number' ? Buffer.concat([Buffer.from([0]), f64(value)]) : Buffer.from([value.state]))),
    u16(absent.length), ...absent.map(([field, state]) => Buffer.concat([u16(field), Buffer.from([state])])),
    u16(reasons.length), ...reasons.map((ranked) => (ranked === null
      ? u16(65_535)
      : Buffer.concat([u16(ranked.length), ...ranked.map(([group, contribution]) => Buffer.concat([u16(group), f64(contribution)]))]))),
  ]);
}

/** The commitment to canonical bytes under a salt. */
export function commit(canonical, salt) {
  return createHmac('sha256', salt).update(canonical).digest();
}

/** The clear header for a public key. */
function header(publicKey, version = 1) {
  return Buffer.concat([Buffer.from('SCLR'), u16(version), createHash('sha256').update(publicKey).digest().subarray(0, 8)]);
}

/** A sealed receipt in base64url, answering a challenge; everything in it can be set. */
export function sealed(challenge, {
  device = challenge.bundle.digest, nonce = challenge.nonce, time = Date.parse(challenge.server_time), commitment = Buffer.alloc(32, 7),
  consent = '', version = 1, data, pair, key = challenge.key.public_key,
}) {
  const at = Buffer.alloc(8);
  at.writeBigUInt64LE(BigInt(time));
  const given = Buffer.from(nonce, 'base64url');
  const reference = Buffer.from(consent);
  const body = Buffer.concat([Buffer.from(device, 'hex'), u16(given.length), given, at, commitment, u16(reference.length), reference, data]);
  const publicKey = Buffer.from(key, 'base64url');
  const clear = header(publicKey, version);
  const { enc, ciphertext } = seal(publicKey, INFO, clear, body, pair);
  return Buffer.concat([clear, enc, ciphertext]).toString('base64url');
}
