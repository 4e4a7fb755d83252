// Verified bundles in Cache Storage: kept by digest, verified again on the way out, there when the network is not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { consumer, consumers, install, launch, serve, signed, visit } from './harness.mjs';

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

/** Keys of the store. */
const keys = (page) => page.evaluate(async () => {
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
  const spoil = () => page.evaluate(async (digest) => {
    const store = await caches.open('scorelet-bundles-1');
    const key = (await store.keys()).find(({ url }) => url.endsWith(digest));
    const bytes = new Uint8Array(await (await store.match(key)).arrayBuffer());
    bytes[bytes.length - 9] ^= 1;
    await store.put(key, new Response(bytes));
  }, signed.bundle);
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
