/**
 * Verified bundles in Cache Storage, by digest, and which digest an address had last. What is read from here is
 * verified again: the store is no more trusted than the network.
 */
const STORE = 'scorelet-bundles-1';
/** A name that can never be fetched (RFC 2606): keys of Cache Storage must be addresses. */
const KEYS = 'https://scorelet.invalid/';

async function store(): Promise<Cache | undefined> {
  try {
    return typeof caches === 'undefined' ? undefined : await caches.open(STORE);
  } catch {
    // Not in a secure context, or storage is denied: everything works without.
    return undefined;
  }
}

const bundleKey = (digest: string) => `${KEYS}bundle/${digest}`;
const addressKey = (url: string) => `${KEYS}address?${encodeURIComponent(url)}`;

async function bytes(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const found = await (await store())?.match(key);
    return found && new Uint8Array(await found.arrayBuffer());
  } catch {
    return undefined;
  }
}

/** The bundle with a digest. */
export function cached(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return bytes(bundleKey(digest));
}

/** The digest that the bundle of an address had when it was fetched last. */
export async function lastDigest(url: string): Promise<string | undefined> {
  const text = await bytes(addressKey(url));
  const digest = text && new TextDecoder().decode(text);
  return digest !== undefined && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

/** Keeps a verified bundle. */
export async function keep(digest: string, content: Uint8Array<ArrayBuffer>, url: string): Promise<void> {
  try {
    const opened = await store();
    if (opened === undefined) return;
    const known = await lastDigest(url);
    if (await opened.match(bundleKey(digest)) === undefined) {
      await opened.put(bundleKey(digest), new Response(content));
    }
    if (known === digest) return;
    await opened.put(addressKey(url), new Response(digest));
  } catch {
    // No room: the bundle is open all the same.
  }
}

/** Drops a bundle that is not what its key says. */
export async function drop(digest: string): Promise<void> {
  try {
    await (await store())?.delete(bundleKey(digest));
  } catch {
    // It will be refused again.
  }
}
