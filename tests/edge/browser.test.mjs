// The flow from Chromium: a page of the lender's, whose origin the tenant allows, and one that it does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../browser/chromium.mjs';
import { ORDINARY, applicants } from './applicants.mjs';
import { first, scoreAll } from './bundles.mjs';
import { Edge, pool } from './harness.mjs';
import { opened, serve, tab } from './page.mjs';

const bundle = first();
let browser, site, edge, tenant;
before(async () => {
  [browser, site, edge] = await Promise.all([launch(), serve(), Edge.start()]);
  tenant = await edge.tenant({ bundles: [bundle], settings: { origins: [site.origin] } });
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await edge?.remove();
});

/** A fresh profile, ended afterwards. */
async function profile(work) {
  const context = await browser.newContext();
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

test('challenge, bundle, seal, decide: in one page, by a publishable key', () => profile(async (context) => {
  const { page, requests, wrong } = await opened(context, site.url, edge, tenant, bundle);
  const receipt = await page.evaluate((record) => window.seal(record), ORDINARY.device);
  assert.ok(Buffer.from(receipt, 'base64url').length <= 1024);
  const { status, body } = await page.evaluate((one) => window.decide(one), receipt);
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.decision.bundle, bundle.whole.digest);
  assert.deepEqual(wrong, []);
  const sent = requests.filter(({ url }) => url.startsWith(edge.url));
  assert.deepEqual([...new Set(sent.map(({ url }) => new URL(url).pathname))].sort(), [
    `/v1/bundles/${bundle.device.digest}`, '/v1/challenge', '/v1/decisions',
  ]);
  assert.ok(requests.every(({ url }) => url.startsWith(edge.url) || url.startsWith(site.url)));
  const again = await page.evaluate((one) => window.decide(one), receipt);
  assert.equal(again.status, 409);
}));

test('two tabs at once with one challenge: one decision', () => profile(async (context) => {
  const tabs = await Promise.all([1, 2].map(() => opened(context, site.url, edge, tenant, bundle)));
  for (let time = 0; time < 10; time++) {
    const challenge = await tabs[0].page.evaluate(() => window.challenge());
    const receipts = await Promise.all(tabs.map(({ page }) => page.evaluate(([record, one]) => window.seal(record, one), [ORDINARY.device, challenge])));
    const answers = await Promise.all(tabs.map(({ page }, at) => page.evaluate((one) => window.decide(one), receipts[at])));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
  }
}));

test('a page of an origin that is not allowed gets no answer', async () => {
  const other = await serve();
  try {
    await profile(async (context) => {
      const { page } = await tab(context, other.url);
      const start = page.evaluate((where) => window.start(where), { edge: edge.url, key: tenant.pk, publisher: bundle.by.hex });
      await assert.rejects(start, /Failed to fetch/);
    });
    // Allowed, it does; and no longer once it is taken back.
    await tenant.set({ origins: [site.origin, other.origin] });
    await profile((context) => opened(context, other.url, edge, tenant, bundle));
  } finally {
    await tenant.set({ origins: [site.origin] });
    await other.stop();
  }
  await profile((context) => opened(context, site.url, edge, tenant, bundle));
});

test('what a browser asks first is answered by the tenant of the key that comes after', async () => {
  const preflight = (origin) => edge.request('OPTIONS', '/v1/decisions', {
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type,idempotency-key' },
  });
  const allowed = await preflight(site.origin);
  assert.ok([200, 204].includes(allowed.status));
  assert.match(allowed.headers['access-control-allow-headers'], /idempotency-key/i);
  const answer = await edge.get('/v1/challenge', { key: tenant.pk, headers: { origin: site.origin } });
  assert.equal(answer.headers['access-control-allow-origin'], site.origin);
  assert.match(answer.headers.vary, /origin/i);
  for (const origin of ['null', 'http://127.0.0.1', `${site.origin}.example`, site.origin.toUpperCase(), '*']) {
    const refused = await edge.get('/v1/challenge', { key: tenant.pk, headers: { origin } });
    assert.equal(refused.headers['access-control-allow-origin'], undefined, origin);
    assert.notEqual((await preflight(origin)).headers['access-control-allow-credentials'], 'true');
  }
});

test('5,000 applicants: Chromium and the worker against the whole graph in the native engine, to the last bit', () => profile(async (context) => {
  const people = applicants(5000, 4);
  const expected = scoreAll(bundle.whole.path, people.map(({ device, edge: fields }) => ({ ...device, ...fields })));
  const { page } = await opened(context, site.url, edge, tenant, bundle);
  const different = [];
  const seen = new Set();
  for (let from = 0; from < people.length; from += 500) {
    const some = people.slice(from, from + 500);
    const receipts = await page.evaluate((records) => window.sealAll(records), some.map(({ device }) => device));
    await pool(receipts, 16, async (receipt, at) => {
      const answer = await tenant.decide({ receipt, fields: some[at].edge });
      const digest = answer.status === 201 ? answer.json.decision.digest : answer.text;
      seen.add(digest);
      if (digest !== expected[from + at].digest) different.push({ person: some[at], digest, expected: expected[from + at].digest });
    });
  }
  assert.deepEqual(different.slice(0, 3), []);
  assert.ok(seen.size > 4900, `${seen.size} different decisions`);
}));
