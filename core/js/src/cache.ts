/**
 * Verified bundles in Cache Storage, by digest, and which digest an address had last. What is read from here is
 * verified again: the store is no more trusted than the network.
 */
const STORE = 'scorelet-bundles-1';
/** A name that can never be fetched (RFC 2606): keys of Cache Storage must be addresses. */
const KEYS = 'https://scorelet.invalid/';
const ADDRESSES = `${KEYS}address?`;

const bundleKey = (digest: string) => `${KEYS}bundle/${digest}`;
const addressKey = (url: string) => `${ADDRESSES}${encodeURIComponent(url)}`;

/** What is still to be written: nobody waits for it but who asks for what is kept. */
let writing: Promise<unknown> = Promise.resolve();

async function store(): Promise<Cache | undefined> {
  try {
    return typeof caches === 'undefined' ? undefined : await caches.open(STORE);
  } catch {
    // Not in a secure context, or storage is denied: everything works without.
    return undefined;
  }
}

/** Does something in the store, after what is still to be written; without a store, or if it fails, nothing. */
async function within<T>(work: (store: Cache) => Promise<T>): Promise<T | undefined> {
  await writing;
  try {
    const opened = await store();
    return opened && await work(opened);
  } catch {
    // No room, or no right: a bundle is opened all the same.
    return undefined;
  }
}

/** Changes the store, one change after another. */
function change(work: (store: Cache) => Promise<unknown>): Promise<unknown> {
  return writing = within(work);
}

/** The bundle with a digest. */
export function cached(digest: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return within(async (store) => {
    const found = await store.match(bundleKey(digest));
    return found && new Uint8Array(await found.arrayBuffer());
  });
}

/** The digest that the bundle of an address had when it was fetched last. */
export function lastDigest(url: string): Promise<string | undefined> {
  return within((store) => digestOf(store, addressKey(url)));
}

async function digestOf(store: Cache, key: string | Request): Promise<string | undefined> {
  const digest = await (await store.match(key))?.text();
  return digest !== undefined && /^[0-9a-f]{64}$/.test(digest) ? digest : undefined;
}

/**
 * Keeps a verified bundle as the network gave it: the digest is of the content, so that a copy with another signature may
 * stand there. What the address had before goes, if no other address has it.
 */
export function keep(digest: string, content: Uint8Array<ArrayBuffer>, url: string): Promise<unknown> {
  return change(async (store) => {
    const before = await digestOf(store, addressKey(url));
    await store.put(bundleKey(digest), new Response(content));
    if (before === digest) return;
    await store.put(addressKey(url), new Response(digest));
    await release(store, before);
  });
}

/** Forgets an address whose bundle was withdrawn. */
export function forget(url: string): Promise<unknown> {
  return change(async (store) => {
    const before = await digestOf(store, addressKey(url));
    await store.delete(addressKey(url));
    await release(store, before);
  });
}

/** Drops a bundle that is not what its key says. */
export function drop(digest: string): Promise<unknown> {
  return change((store) => store.delete(bundleKey(digest)));
}

/** Drops a bundle that no address has any more. */
async function release(store: Cache, digest: string | undefined): Promise<void> {
  if (digest === undefined) return;
  for (const key of await store.keys()) {
    if (key.url.startsWith(ADDRESSES) && await digestOf(store, key) === digest) return;
  }
  await store.delete(bundleKey(digest));
}
