import { own, words } from './error.js';
import type { LocalCreditData, MissingState } from './types.js';

/** What the edge answers to `GET /v1/challenge`: this much of it is read. */
export interface Challenge {
  /** What makes a receipt fresh: base64url. */
  readonly nonce: string;
  /** When it ends and what the edge's clock says, RFC 3339. */
  readonly expires?: string;
  readonly server_time?: string;
  /** The edge's key: 32 bytes of X25519, base64url. */
  readonly key: { readonly public_key: string };
  /** Digest of the device bundle in use. */
  readonly bundle: { readonly digest: string };
}

/** A challenge, read once and checked. */
export interface Asked {
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** Characters of a nonce or key at most: far beyond either. */
const LONGEST = 4096;

/** Reads a challenge's members, each once. It may be anything: this runs the caller's getters, so never inside the engine. */
export function readChallenge(given: unknown, digest: string): Asked {
  let nonce: unknown;
  let key: unknown;
  let bundle: unknown;
  let times: unknown[];
  try {
    const challenge = given as Challenge;
    nonce = challenge.nonce;
    key = challenge.key.public_key;
    bundle = challenge.bundle.digest;
    times = [challenge.server_time, challenge.expires];
  } catch (thrown) {
    throw malformed(words(thrown), thrown);
  }
  if (typeof bundle !== 'string') throw malformed('bundle.digest must be a text');
  const asked = { nonce: bytes(nonce, 'nonce'), publicKey: bytes(key, 'key.public_key') };
  if (bundle.toLowerCase() !== digest) {
    throw own('other', `the challenge is for the device bundle ${bundle.slice(0, 64)}, this is ${digest}`);
  }
  // The device's clock may be off, which is for the edge to judge.
  const [now, end] = times.map((time) => (typeof time === 'string' ? Date.parse(time) : Number.NaN));
  if (now! >= end!) throw own('expired', 'the challenge had ended when it was given');
  return asked;
}

function malformed(why: string, cause?: unknown) {
  return own('argument', `the challenge cannot be read: ${why}`, {
    cause,
    mend: 'pass what the edge answered to GET /v1/challenge, parsed',
  });
}

function bytes(text: unknown, name: string): Uint8Array {
  if (typeof text !== 'string' || text.length > LONGEST || !/^[\w-]+$/.test(text)) {
    throw malformed(`${name} must be base64url`);
  }
  try {
    return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  } catch (thrown) {
    throw malformed(`${name} must be base64url`, thrown);
  }
}

/** Bytes as base64url without padding (RFC 4648, 5), as the edge's API takes them. */
export function base64url(given: Uint8Array): string {
  let text = '';
  for (const byte of given) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
}

/** What the engine says of a record's local credit data. */
interface Told {
  bundle: string;
  values: { name: string; value: number | null; state: 'present' | MissingState; special?: string }[];
  absent: { field: string; state: MissingState; special?: string }[];
  ignored_events?: { field: string; events: number }[];
  reasons: LocalCreditData['reasons'];
  bytes: string;
}

/** Local credit data of the engine's JSON. */
export function localOf(json: string): LocalCreditData {
  const told = JSON.parse(json) as Told;
  const bytes = Uint8Array.from(told.bytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return { ...told, bytes };
}
