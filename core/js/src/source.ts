import { cached, drop, keep, lastDigest } from './cache.js';
import { ScoreletError, own, words } from './error.js';
import { isBuffer } from './load.js';

/** Where a bundle comes from: an address, a response, or its bytes. */
export type BundleSource = BufferSource | Response | Promise<Response> | URL | string;

/** Bytes of a bundle file at most, as the engine has it. */
const LARGEST = 64 << 20;

/** What opens bytes: the engine, which verifies them. */
export interface Opened {
  readonly digest: string;
  free(): void;
}

/**
 * Opens a bundle from wherever it comes. What was fetched and verified is kept; when the network fails, the last bundle
 * of that address is opened from there, and a pinned digest needs no network at all.
 */
export async function openFrom<T extends Opened>(
  source: BundleSource,
  pinned: string | undefined,
  open: (bytes: Uint8Array<ArrayBuffer>) => T,
): Promise<T> {
  const verified = (bytes: Uint8Array<ArrayBuffer>): T => {
    if (bytes.length > LARGEST) {
      throw new ScoreletError({
        code: 'SCL-0105',
        message: `${bytes.length} bytes declared in the bundle: the limit is ${LARGEST}`,
        place: 'bundle, header',
        mend: 'make the model smaller, or cut the bundle into several',
      });
    }
    const opened = open(bytes);
    if (pinned === undefined || opened.digest === pinned) return opened;
    opened.free();
    throw own('digest', `the bundle has digest ${opened.digest}, not the pinned ${pinned}`);
  };
  const given = await settled(source);
  if (isBuffer(given)) return verified(new Uint8Array(given));
  if (ArrayBuffer.isView(given)) {
    return verified(new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength));
  }
  const url = given instanceof Response ? given.url : address(given);
  if (pinned !== undefined) {
    const found = await reopened(pinned, verified);
    if (found !== undefined) return found;
  }
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await download(given);
  } catch (error) {
    const digest = url === '' ? undefined : pinned ?? await lastDigest(url);
    const found = digest === undefined ? undefined : await reopened(digest, verified);
    if (found !== undefined) return found;
    throw error;
  }
  const opened = verified(bytes);
  if (url !== '') await keep(opened.digest, bytes, url);
  return opened;
}

/** A promised response, or why there is none. */
async function settled(source: BundleSource): Promise<Exclude<BundleSource, Promise<Response>>> {
  let given;
  try {
    given = await source;
  } catch (thrown) {
    throw own('unfetched', `the bundle could not be fetched: ${words(thrown)}`, { cause: thrown });
  }
  const known = typeof given === 'string' || given instanceof URL || isBuffer(given)
    || ArrayBuffer.isView(given) || given instanceof Response;
  if (!known) throw own('argument', 'a bundle must be bytes, an address or a response');
  return given;
}

/** An address in full, so that the same bundle has the same key on every page. */
function address(given: URL | string): string {
  try {
    return new URL(given, globalThis.location?.href).href;
  } catch {
    return String(given);
  }
}

/** A kept bundle, verified again; dropped if it is not what it should be. */
async function reopened<T extends Opened>(
  digest: string,
  verified: (bytes: Uint8Array<ArrayBuffer>) => T,
): Promise<T | undefined> {
  const bytes = await cached(digest);
  if (bytes === undefined) return undefined;
  let opened: T;
  try {
    opened = verified(bytes);
  } catch (error) {
    // An older version or another publisher than asked for is not the store's fault.
    const damaged = error instanceof ScoreletError && /^SCL-010[1-69]|^SCL-0111|^SCL-0808/.test(error.code);
    if (!damaged) throw error;
    await drop(digest);
    return undefined;
  }
  if (opened.digest === digest) return opened;
  opened.free();
  await drop(digest);
  return undefined;
}

async function download(given: Response | URL | string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const response = given instanceof Response ? given : await fetch(given);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    throw own('unfetched', `the bundle could not be fetched: ${words(thrown)}`, { cause: thrown });
  }
}
