import { cached, drop, forget, keep, lastDigest } from './cache.js';
import { ScoreletError, isOwn, own, words } from './error.js';
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
 * Opens a bundle from wherever it comes. What was fetched and verified is kept; when the network or the server fails, the
 * last bundle of that address is opened from there, and a pinned digest needs no network at all. A server that says no is
 * believed: what it has withdrawn is not opened from the store.
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
  if (isBuffer(given) || ArrayBuffer.isView(given)) return verified(bytesOf(given));
  const url = given instanceof Response ? given.url : address(given);
  if (pinned !== undefined) {
    const found = await reopened(pinned, verified).catch(unlessUnsigned);
    if (found !== undefined) return found;
  }
  const answer = await download(given);
  if ('bytes' in answer) {
    const opened = verified(answer.bytes);
    // Nobody waits for it: the bundle is open.
    if (url !== '') void keep(opened.digest, answer.bytes, url);
    return opened;
  }
  if (url !== '' && answer.why === 'gone') await forget(url);
  if (url !== '' && answer.why === 'failed') {
    const digest = pinned ?? await lastDigest(url);
    const found = digest === undefined ? undefined : await reopened(digest, verified);
    if (found !== undefined) return found;
  }
  throw answer.error;
}

/** The digest is of the content: the network may have the same with the signature that was asked for. */
function unlessUnsigned(error: unknown): undefined {
  if (!isOwn(error) || !/^SCL-010[78]$/.test(error.code)) throw error;
}

/** The bytes of a buffer or a view. */
function bytesOf(given: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  try {
    return ArrayBuffer.isView(given)
      ? new Uint8Array(given.buffer as ArrayBuffer, given.byteOffset, given.byteLength)
      : new Uint8Array(given);
  } catch (thrown) {
    throw own('argument', `the bytes of the bundle cannot be read: ${words(thrown)}`, { cause: thrown });
  }
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
    const damaged = isOwn(error) && /^SCL-010[1-69]|^SCL-0111|^SCL-0808/.test(error.code);
    if (!damaged) throw error;
    await drop(digest);
    return undefined;
  }
  if (opened.digest === digest) return opened;
  opened.free();
  await drop(digest);
  return undefined;
}

/** What the network has: the bytes, or why there are none. */
type Answer =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly why: 'failed' | 'gone' | 'refused'; readonly error: ScoreletError };

async function download(given: Response | URL | string): Promise<Answer> {
  const none = (why: 'failed' | 'gone' | 'refused', reason: string, cause?: unknown): Answer =>
    ({ why, error: own('unfetched', `the bundle could not be fetched: ${reason}`, { cause }) });
  try {
    const response = given instanceof Response ? given : await fetch(given);
    const { status, type } = response;
    if (response.ok) return { bytes: new Uint8Array(await response.arrayBuffer()) };
    const why = status === 404 || status === 410 ? 'gone' : status >= 500 || type === 'error' ? 'failed' : 'refused';
    return none(why, `the server answered ${status}`);
  } catch (thrown) {
    return none('failed', words(thrown), thrown);
  }
}
