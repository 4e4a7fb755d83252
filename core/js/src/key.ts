import { own } from './error.js';
import { tagOf } from './load.js';

/** A publisher's public key as bytes; `undefined` for any publisher. */
export function keyBytes(key: Uint8Array | string | null): Uint8Array | undefined {
  if (key === null) return undefined;
  // A copy: the caller may write into the bytes while the bundle comes.
  if (ArrayBuffer.isView(key) && tagOf(key) === 'Uint8Array' && key.length === 32) return Uint8Array.from(key);
  if (typeof key === 'string' && /^[0-9a-f]{64}$/i.test(key)) {
    return Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(key.slice(2 * i, 2 * i + 2), 16));
  }
  throw own('argument', 'options.publicKey must be a public key, or null for any publisher', {
    mend: 'give 32 bytes or 64 hexadecimal digits, as `scorelet keygen` prints them',
  });
}
