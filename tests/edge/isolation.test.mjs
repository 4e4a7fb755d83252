// One tenant's keys do nothing to another tenant: every route of the description is tried, with every kind of key.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ORDINARY } from './applicants.mjs';
import { first, root } from './bundles.mjs';
import { device } from './device.mjs';
import { Edge, lines } from './harness.mjs';

const SCOPES = ['decide', 'read', 'audit', 'feedback', 'export', 'erase', 'trace', 'admin'];
const bundle = first();
const whole = { ...ORDINARY.device, ...ORDINARY.edge };
let edge, mine, theirs, described, their;
before(async () => {
  edge = await Edge.start();
  const phone = await device(bundle);
  described = (await edge.get('/openapi.json')).json;
  [mine, theirs] = [await edge.tenant({ bundles: [bundle] }), await edge.tenant({ bundles: [bundle] })];
  const { receipt, salt } = await phone.seal(await theirs.challenge('erika'), ORDINARY.device);
  const { id } = (await theirs.decide({ receipt, fields: ORDINARY.edge })).json;
  const { id: key } = await theirs.newKey('secret', ['decide']);
  their = { id, key, salt, receipt: (await phone.seal(await theirs.challenge('erika'), ORDINARY.device)).receipt };
});
after(() => edge?.remove());

/** All of the other tenant that could be changed or read, as the operator sees it. */
async function state() {
  const admin = (path) => edge.operate('GET', `${theirs.path}${path}`);
  return JSON.stringify([
    await admin(''), await admin('/keys'), await admin('/bundles'), lines(await edge.get('/v1/export', { key: theirs.sk })),
  ]);
}

/** Every route with the other tenant's names in it, and a body that would do something. */
function routes() {
  const bodies = {
    '/v1/decisions': { receipt: their.receipt },
    '/v1/audits/{id}': { record: ORDINARY.device, salt: their.salt, fields: ORDINARY.edge },
    '/v1/feedback': { decision: their.id, label: 'bad', date: '2026-10-10' },
    '/v1/erasures': { applicant: 'erika' },
    '/keys': { kind: 'secret', scopes: ['read'], name: 'mine now' },
    '/rotate': { overlap_seconds: 0 },
    '/activate': { digest: bundle.edge.digest },
    '/v1/admin/tenants/{tenant}': { retention: 'full' },
    '/v1/admin/tenants': { id: 'new-one', name: 'New' },
  };
  return Object.entries(described.paths).flatMap(([path, item]) => Object.keys(item)
    .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
    .map((method) => {
      const [, body] = Object.entries(bodies).find(([end]) => path.endsWith(end)) ?? [undefined, {}];
      const url = path.replace(/\{(\w+)\}/g, (_, name) => (
        /tenant/.test(name) ? theirs.id : /digest/.test(name) ? bundle.device.digest : path.includes('/keys/') ? their.key : their.id
      ));
      return { method: method.toUpperCase(), path, url, body: method === 'get' ? undefined : body };
    }));
}

/** Open to everyone, and with nothing of a tenant in them. */
const OPEN = ['/healthz', '/version', '/openapi.json'];
/** What belongs to whoever asks: the answer is of their own tenant. */
const OWN = ['/v1/challenge', '/v1/export', '/v1/bundles/{digest}', '/v1/erasures'];

test('the description names every route that these tests know', () => {
  const paths = Object.keys(described.paths);
  for (const path of [...OPEN, ...OWN, '/metrics', '/v1/decisions', '/v1/decisions/{id}', '/v1/audits/{id}', '/v1/feedback', '/v1/admin/tenants']) {
    assert.ok(paths.includes(path), path);
  }
  assert.ok(paths.length >= 20, paths.join('\n'));
});

test('keys of another tenant, of every kind and scope', async () => {
  const keys = { publishable: mine.pk, all: await mine.key('secret', SCOPES) };
  for (const scope of SCOPES) keys[scope] = await mine.key('secret', [scope]);
  const before = await state();
  for (const [name, key] of Object.entries(keys)) {
    for (const { method, path, url, body } of routes()) {
      const answer = await edge.request(method, url, { key, body });
      const said = `${name}: ${method} ${path}: ${answer.status} ${answer.text.slice(0, 200)}`;
      if (OPEN.includes(path)) continue;
      assert.ok(answer.status < 500, said);
      for (const secret of [their.id, their.key, theirs.sk, theirs.pk]) {
        assert.ok(!answer.text.includes(secret) || url.includes(secret), said);
      }
      if (!OWN.includes(path)) assert.ok(answer.status >= 400, said);
    }
  }
  assert.equal(await state(), before);
});

test('no key, half a key, another secret, another id: nothing', async () => {
  const [, kind, tenant, id, secret] = theirs.sk.match(/^scl_(sk)_([a-z0-9-]+)_([^_]+)_(.+)$/);
  const changed = secret.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a'));
  const keys = [
    undefined, '', 'x', theirs.sk.slice(0, -1), `${theirs.sk}a`, `scl_${kind}_${tenant}_${id}_${changed}`, `scl_${kind}_${tenant}_${id}_`,
    `scl_${kind}_${mine.id}_${id}_${secret}`, `scl_pk_${tenant}_${id}_${secret}`, `scl_sk_${theirs.pk.slice('scl_pk_'.length)}`,
    theirs.sk.toUpperCase(), `${theirs.sk},${mine.sk}`, edge.operator.slice(0, -1), `scl_sk_${tenant}_'--_${secret}`, 'a'.repeat(8000),
  ];
  const before = await state();
  for (const key of keys) {
    for (const { method, path, url, body } of routes()) {
      if (OPEN.includes(path)) continue;
      const answer = await edge.request(method, url, { key, body });
      assert.ok([401, 403].includes(answer.status), `${key?.slice(0, 60)}: ${method} ${path}: ${answer.status} ${answer.text}`);
    }
  }
  assert.equal(await state(), before);
  for (const headers of [{ authorization: `Basic ${Buffer.from(`x:${theirs.sk}`).toString('base64')}` }, { authorization: theirs.sk }, { 'x-api-key': theirs.sk }]) {
    assert.equal((await edge.get('/v1/export', { headers })).status, 401);
  }
  assert.equal((await edge.get(`/v1/export?key=${theirs.sk}`)).status, 401);
});

test('a publishable key does what a page needs, and nothing else of its own tenant', async () => {
  const allowed = ['GET /v1/challenge', 'GET /v1/bundles/{digest}', 'POST /v1/decisions'];
  for (const { method, path, url, body } of routes()) {
    const answer = await edge.request(method, url, { key: theirs.pk, body });
    if (OPEN.includes(path)) continue;
    const said = `${method} ${path}: ${answer.status} ${answer.text}`;
    if (allowed.includes(`${method} ${path}`)) assert.ok(answer.status < 300, said);
    else assert.ok([401, 403].includes(answer.status), said);
  }
});

test('each scope opens its own routes only', async () => {
  const needed = {
    'GET /v1/decisions/{id}': 'read', 'POST /v1/audits/{id}': 'audit', 'POST /v1/feedback': 'feedback', 'GET /v1/export': 'export',
    'POST /v1/erasures': 'erase',
  };
  for (const scope of SCOPES) {
    const key = await theirs.key('secret', [scope]);
    for (const { method, path, url } of routes()) {
      const need = path.startsWith('/v1/admin') ? 'admin' : needed[`${method} ${path}`];
      if (need === undefined || need === scope) continue;
      const answer = await edge.request(method, url, { key, body: method === 'GET' ? undefined : {} });
      assert.equal(answer.status, 403, `${scope}: ${method} ${path}: ${answer.status} ${answer.text}`);
    }
  }
  const admin = await theirs.key('secret', ['admin']);
  assert.equal((await edge.get(theirs.path, { key: admin })).status, 200);
  assert.equal((await edge.post('/v1/admin/tenants', { id: 'another', name: 'x' }, { key: admin })).status, 403);
  assert.equal((await edge.get('/v1/admin/tenants', { key: admin })).status, 403);
  assert.equal((await edge.get('/metrics', { key: admin })).status, 403);
});

const INJECTIONS = [
  "' OR '1'='1", "'; DROP TABLE decision; --", '" OR ""="', "%' OR 1=1 --", '\\', '%00', '%0d%0aSet-Cookie:%20x=1', '../../../etc/passwd',
  '..%2f..%2f', '%2e%2e/', '%ff%fe', '{"$ne":null}', '${7*7}', '<script>alert(1)</script>', 'a'.repeat(5000), '%', '\u202e', '-1', '1e309',
];

test('SQL and headers in every part of an address', async () => {
  const before = await state();
  for (const { method, path } of routes()) {
    for (const text of INJECTIONS) {
      const part = /^[\w%.*-]*$/.test(text) ? text : encodeURIComponent(text);
      const url = `${path.replace(/\{\w+\}/g, part)}?applicant=${part}&cursor=${part}&limit=${part}&kind=${part}&${part}=1`;
      for (const key of path.startsWith('/v1/admin') ? [edge.operator] : [theirs.sk]) {
        if (path === '/v1/admin/purge') continue;
        const answer = await edge.request(method, url, { key, body: method === 'GET' ? undefined : {} });
        assert.ok(answer.status < 500, `${method} ${url}: ${answer.status} ${answer.text}`);
        assert.equal(answer.headers['set-cookie'], undefined, url);
      }
    }
  }
  assert.equal(await state(), before);
});

test('SQL in every text of a body and in headers: refused, or taken as the text that it is', async () => {
  for (const text of ["' OR '1'='1", "'; DROP TABLE decision; --", '\u0000', 'x\r\nSet-Cookie: y=1', '\ud800', '🦊'.repeat(100)]) {
    const bodies = [
      ['/v1/decisions', { record: whole, applicant: text }],
      ['/v1/decisions', { record: { ...whole, housing: text }, applicant: 'a' }],
      ['/v1/decisions', { record: whole, language: text, store: false }],
      ['/v1/decisions', { record: whole, consent: text, applicant: 'b' }],
      ['/v1/feedback', { decision: text, label: 'bad', date: text }],
      ['/v1/erasures', { applicant: text }],
    ];
    for (const [path, body] of bodies) {
      const answer = await edge.post(path, body, { key: theirs.sk });
      assert.ok(answer.status < 500, `${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
      assert.equal(answer.headers['set-cookie'], undefined);
    }
    if (/^[\x20-\x7e]*$/.test(text)) {
      const answer = await theirs.decide({ record: whole, applicant: 'c' }, { idempotency: text });
      assert.ok(answer.status < 500, answer.text);
      const other = await theirs.decide({ record: whole, applicant: 'd' }, { headers: { 'x-request-id': text, origin: text } });
      assert.ok(other.status < 500, other.text);
      assert.notEqual(other.headers['x-request-id'], text);
    }
  }
  assert.equal((await edge.get(`/v1/decisions/${their.id}`, { key: theirs.sk })).status, 200);
});

test('an id of one shard or tenant is none of another', async () => {
  const { id } = (await mine.decide({ record: whole, applicant: 'a' })).json;
  assert.equal((await edge.get(`/v1/decisions/${id}`, { key: theirs.sk })).status, 404);
  assert.equal((await edge.post('/v1/feedback', { decision: id, label: 'bad', date: '2026-01-01' }, { key: theirs.sk })).status, 404);
});

test('the same applicant has another pseudonym with each tenant', async () => {
  for (const tenant of [mine, theirs]) await tenant.decide({ record: whole, applicant: 'the same person' });
  const seen = async (tenant) => new Set(lines(await edge.get('/v1/export', { key: tenant.sk })).flatMap((row) => JSON.stringify(row).match(/"pseudonym":"[^"]+"/g) ?? []));
  const [a, b] = [await seen(mine), await seen(theirs)];
  assert.ok(a.size > 0 && b.size > 0);
  assert.ok(a.isDisjointFrom?.(b) ?? [...a].every((one) => !b.has(one)));
});

test('secrets are compared in constant time: no equality of them in the code', () => {
  const folder = join(root, 'edge-worker/src');
  const sources = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.rs')).map((name) => readFileSync(join(folder, name), 'utf8'));
  assert.ok(sources.some((text) => text.includes('ConstantTimeEq') && text.includes('ct_eq')));
  for (const text of sources) {
    assert.doesNotMatch(text, /(secret|hash|_mac|commitment)\w*\s*[!=]=\s*[&*]?\w*(secret|hash|_mac|commitment)/i);
  }
});
