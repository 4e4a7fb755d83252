// Verified bundles in Cache Storage: kept by digest, verified again on the way out, there when the network is not.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { consumer, consumers, corpus, install, launch, serve, signed, visit } from './harness.mjs';

let browser;
let server;
before(async () => {
  install();
  browser = await launch();
  server = await serve([consumer('cache'), consumers]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Runs `work` on a page that has the package. */
const on = (work) => visit(browser, server.url, async (page, profile) => {
  await page.waitForFunction(() => window.ready);
  await page.evaluate((about) => { window.about = about; }, signed);
  return work(page, profile);
});

/** Opens and scores on the page; the result digest, or the code of the error. */
const open = (page, options = {}, path = '/public/signed.sclb') => page.evaluate(async ([given, url]) => {
  const { Scorer } = window.scorelet;
  try {
    const scorer = await Scorer.open(url, { publicKey: window.about.publicKey, ...given });
    return scorer.score(window.about.record).digest;
  } catch (error) {
    return error.code ?? String(error);
  }
}, [options, path]);

/** Keys of the store, after what is still to be written: whoever asks for a kept bundle waits for that. */
const keys = (page) => page.evaluate(async () => {
  const { fetch } = window;
  window.fetch = () => Promise.reject(new TypeError('no network'));
  await window.scorelet.Scorer.open('/none', { publicKey: null, digest: 'f'.repeat(64) }).catch(() => undefined);
  window.fetch = fetch;
  const store = await caches.open('scorelet-bundles-1');
  return (await store.keys()).map(({ url }) => url);
});


test('a verified bundle is kept by its digest, a refused one is not', () => on(async (page) => {
  assert.equal(await open(page, { publicKey: '0'.repeat(64) }), 'SCL-0108');
  assert.deepEqual(await keys(page), []);
  assert.equal(await open(page), signed.digest);
  const kept = await keys(page);
  assert.equal(kept.length, 2);
  assert.ok(kept.some((key) => key.endsWith(`/bundle/${signed.bundle}`)), kept.join());
  assert.equal(await open(page), signed.digest);
  assert.equal((await keys(page)).length, 2);
}));

test('a pinned digest needs no network, an address the last digest that it had', () => on(async (page) => {
  assert.equal(await open(page), signed.digest);
  let asked = 0;
  await page.route('**/*.sclb', (route) => { asked++; return route.continue(); });
  assert.equal(await open(page, { digest: signed.bundle }), signed.digest);
  assert.equal(asked, 0);
  const gone = await page.evaluate(async (about) => {
    const { Scorer } = window.scorelet;
    const failing = window.fetch;
    window.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    try {
      const of = async (url, options) => {
        try {
          const scorer = await Scorer.open(url, { publicKey: about.publicKey, ...options });
          return scorer.score(about.record).digest;
        } catch (error) {
          return error.code;
        }
      };
      return [
        await of('/public/signed.sclb'),
        await of(new URL('/public/signed.sclb', location.href)),
        await of('/public/other.sclb'),
        await of('/public/signed.sclb', { publicKey: '0'.repeat(64) }),
        await of('/public/signed.sclb', { previous: { version: '99.0.0' } }),
      ];
    } finally {
      window.fetch = failing;
    }
  }, signed);
  assert.deepEqual(gone, [signed.digest, signed.digest, 'SCL-0805', 'SCL-0108', 'SCL-0122']);
  assert.equal((await keys(page)).length, 2);
}));

test('a kept bundle that was changed is not opened, and fetched again', () => on(async (page) => {
  assert.equal(await open(page), signed.digest);
  const spoil = async () => {
    // Keeping a bundle goes on after it is open.
    await keys(page);
    return page.evaluate(spoilt, signed.bundle);
  };
  const spoilt = async (digest) => {
    const store = await caches.open('scorelet-bundles-1');
    const key = (await store.keys()).find(({ url }) => url.endsWith(digest));
    const bytes = new Uint8Array(await (await store.match(key)).arrayBuffer());
    bytes[bytes.length - 9] ^= 1;
    await store.put(key, new Response(bytes));
  };
  await spoil();
  assert.equal(await open(page, { digest: signed.bundle }), signed.digest);
  await spoil();
  const code = await page.evaluate(async (about) => {
    const failing = window.fetch;
    window.fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    try {
      await window.scorelet.Scorer.open('/public/signed.sclb', { publicKey: about.publicKey });
      return 'opened';
    } catch (error) {
      return error.code;
    } finally {
      window.fetch = failing;
    }
  }, signed);
  assert.equal(code, 'SCL-0805');
  assert.equal((await keys(page)).filter((key) => key.includes('/bundle/')).length, 0);
}));

/** Opens on the page while `fetch` answers with a status, or fails for 0; the result digest or the code. */
const opened = (page, status, options = {}, path = '/public/signed.sclb') => page.evaluate(async ([code, given, url]) => {
  const { fetch } = window;
  window.fetch = () => code === 0 ? Promise.reject(new TypeError('no network')) : Promise.resolve(new Response('', { status: code }));
  try {
    const scorer = await window.scorelet.Scorer.open(url, { publicKey: window.about.publicKey, ...given });
    return scorer.score(window.about.record).digest;
  } catch (error) {
    return error.code ?? String(error);
  } finally {
    window.fetch = fetch;
  }
}, [status, options, path]);

/** The same content under another signature or none: on the server beside the signed one. */
const served = async (page) => {
  const body = readFileSync(join(corpus, 'german-credit-scorecard.sclb'));
  await page.route('**/unsigned.sclb', (route) => route.fulfill({ body, contentType: 'application/octet-stream' }));
};

test('one digest, several signatures: the network has the one that is asked for', () => on(async (page) => {
  await served(page);
  assert.equal(await open(page, { publicKey: null }, '/public/unsigned.sclb'), signed.digest);
  const pinned = { digest: signed.bundle };
  assert.equal(await opened(page, 0, pinned), 'SCL-0107');
  assert.equal(await open(page, pinned), signed.digest);
  // The signed copy stands there now: no network is needed.
  assert.equal(await opened(page, 0, pinned), signed.digest);
  assert.equal(await opened(page, 0, { ...pinned, publicKey: '0'.repeat(64) }), 'SCL-0108');
  let asked = 0;
  await page.route('**/signed.sclb', (route) => { asked++; return route.continue(); });
  assert.equal(await open(page, { ...pinned, publicKey: '0'.repeat(64) }), 'SCL-0108');
  assert.equal(asked, 1);
}));

test('what a server has withdrawn is not opened from the store; one that fails is', () => on(async (page) => {
  assert.equal(await open(page), signed.digest);
  for (const status of [0, 500, 503]) assert.equal(await opened(page, status), signed.digest, String(status));
  for (const status of [401, 403, 429]) assert.equal(await opened(page, status), 'SCL-0805', String(status));
  assert.equal(await opened(page, 0), signed.digest);
  assert.equal(await opened(page, 410), 'SCL-0805');
  assert.equal(await opened(page, 0), 'SCL-0805');
  assert.deepEqual(await keys(page), []);
}));

test('what no address has any more goes', () => on(async (page) => {
  const paths = ['/public/a.sclb', '/public/b.sclb'];
  let name = 'german-credit-scorecard';
  await page.route(/\/public\/[ab]\.sclb$/, (route) => route.fulfill({ body: readFileSync(join(corpus, `${name}.sclb`)) }));
  const last = async (path) => {
    await page.evaluate(async (url) => (await window.scorelet.Scorer.open(url, { publicKey: null })).dispose(), path);
    return (await keys(page)).filter((key) => key.includes('/bundle/')).length;
  };
  assert.equal(await last(paths[0]), 1);
  assert.equal(await last(paths[1]), 1);
  name = 'every-kind';
  assert.equal(await last(paths[0]), 2);
  assert.equal(await last(paths[1]), 1);
  assert.equal((await keys(page)).length, 3);
}));
