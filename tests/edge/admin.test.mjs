// Administration, and what it must not let happen: publishers that are gone, releases that come back, keys without end, tenants left out of a
// purge; and what an operator, a page and a proxy see of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ORDINARY } from './applicants.mjs';
import { build, first, publisher, root, second } from './bundles.mjs';
import { device } from './device.mjs';
import { Edge, lines, pool } from './harness.mjs';

const [old, newer] = [first(), second()];
const whole = { ...ORDINARY.device, ...ORDINARY.edge };
const PAGE = 'https://bank.example';
let edge, phone;
before(async () => {
  [edge, phone] = await Promise.all([Edge.start(), device(old)]);
});
after(() => edge?.remove());

const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
const admin = (tenant, method, path, body, key = edge.operator) => edge.request(method, `${tenant.path}${path}`, { key, body });
const send = (tenant, bytes) => edge.request('POST', `${tenant.path}/bundles`, {
  key: edge.operator, body: bytes, headers: { 'content-type': 'application/octet-stream' },
});

test('a whole bundle goes to a key of the scope admin only, an edge bundle to none', async () => {
  const own = await edge.tenant({ bundles: [old] });
  await own.upload(old, ['whole']);
  const boss = await own.key('secret', ['admin']);
  const got = async (part, key) => (await edge.get(`/v1/bundles/${old[part].digest}`, { key })).status;
  assert.deepEqual(await Promise.all([got('whole', own.pk), got('whole', own.sk), got('whole', boss)]), [404, 404, 200]);
  assert.deepEqual(await Promise.all([got('device', own.pk), got('device', own.sk), got('device', boss)]), [200, 200, 200]);
  assert.deepEqual(await Promise.all([got('edge', own.sk), got('edge', boss)]), [404, 404]);
});

test("a bundle whose signer is a publisher no more is neither activated nor gone back to; signed anew by another it is", async () => {
  const own = await edge.tenant({ bundles: [old, newer] });
  const other = publisher('another-publisher');
  await own.activate(newer.edge.digest);
  await own.set({ publisher_keys: [other.hex] });
  refused(await admin(own, 'POST', '/activate', { digest: old.edge.digest }), 409, 'SCL-0911');
  refused(await admin(own, 'POST', '/rollback', {}), 409, 'SCL-0911');
  // What decides goes on.
  assert.equal((await own.challenge()).bundle.digest, newer.device.digest);
  const anew = build('anew', { by: other });
  assert.equal(anew.edge.digest, old.edge.digest);
  assert.notDeepEqual(anew.edge.bytes, old.edge.bytes);
  refused(await send(own, old.edge.bytes), 422, 'SCL-0927');
  assert.equal((await send(own, anew.edge.bytes)).status, 200);
  // Its device bundle is the old publisher's still.
  refused(await admin(own, 'POST', '/activate', { digest: old.edge.digest }), 409, 'SCL-0911');
  assert.equal((await send(own, anew.device.bytes)).status, 200);
  const { bundles } = await edge.operate('GET', `${own.path}/bundles`);
  assert.deepEqual(bundles.filter(({ signer }) => signer === other.hex).map(({ digest }) => digest).toSorted(), [old.device.digest, old.edge.digest].toSorted());
  assert.equal((await admin(own, 'POST', '/rollback', {})).status, 200);
  const answer = await own.decide({ receipt: (await phone.seal(await own.challenge(), ORDINARY.device)).receipt });
  assert.equal(answer.json.decision?.bundle, old.whole.digest, answer.text);
});

test('publisher keys are the operator\'s to set, the rest also an admin key\'s', async () => {
  const own = await edge.tenant();
  const boss = await own.key('secret', ['admin']);
  refused(await admin(own, 'PATCH', '', { publisher_keys: [old.by.hex] }, boss), 403, 'SCL-0903');
  assert.equal((await admin(own, 'PATCH', '', { name: 'Mine' }, boss)).status, 200);
  assert.deepEqual((await edge.operate('GET', own.path)).publisher_keys, []);
});

test('what is rolled back is not accepted by the grace of an earlier release of it', async () => {
  const own = await edge.tenant({ bundles: [old, newer], settings: { grace_seconds: 600 } });
  await own.activate(newer.edge.digest);
  await own.activate(old.edge.digest);
  const { receipt } = await phone.seal(await own.challenge(), ORDINARY.device);
  await edge.operate('POST', `${own.path}/rollback`, {});
  refused(await own.decide({ receipt }), 409, 'SCL-0923');
  refused(await admin(own, 'POST', '/rollback', {}), 409, 'SCL-0911');
});

test('keys and edge keys have an end, however they are made', async () => {
  const own = await edge.tenant();
  const made = await pool(Array.from({ length: 60 }), 1, () => admin(own, 'POST', '/edge-keys/rotate'));
  assert.deepEqual([made.filter(({ status }) => status === 201).length, made.at(-1).status, made.at(-1).code], [49, 409, 'SCL-0911']);
  let { id } = await own.newKey('publishable');
  const statuses = [];
  for (let time = 0; time < 210; time++) {
    const answer = await admin(own, 'POST', `/keys/${id}/rotate`, { overlap_seconds: 86400 });
    statuses.push(answer.status);
    if (answer.status === 201) ({ id } = answer.json);
  }
  // Two keys were there before this one.
  assert.deepEqual([statuses.filter((status) => status === 201).length, statuses.at(-1)], [197, 409]);
  // In place of itself there is always room.
  assert.equal((await admin(own, 'POST', `/keys/${id}/rotate`, {})).status, 201);
});

test('a decision has sixteen outcomes at most, none that is still to come', async () => {
  const own = await edge.tenant({ bundles: [old] });
  const { id } = (await own.decide({ record: whole, applicant: 'a' })).json;
  const report = (date) => edge.post('/v1/feedback', { decision: id, label: 'good', date }, { key: own.sk });
  const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  refused(await report(day(3)), 422, 'SCL-0908');
  refused(await report('9999-12-31'), 422, 'SCL-0908');
  assert.equal((await report(day(0))).status, 201);
  const answers = await pool(Array.from({ length: 20 }, (_, at) => day(-at - 1)), 1, report);
  assert.deepEqual(answers.map(({ status }) => status), [...Array(15).fill(201), ...Array(5).fill(409)]);
  // What was told before is told again.
  assert.equal((await report(day(-1))).status, 200);
});

test('the export is one line an entry, however the client has written its JSON', async () => {
  const own = await edge.tenant({ bundles: [old], settings: { retention: 'full' } });
  const spread = (value) => JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
  const { receipt } = await phone.seal(await own.challenge(), ORDINARY.device);
  for (const body of [{ record: whole, applicant: 'a' }, { receipt, fields: ORDINARY.edge }]) {
    assert.equal((await own.decide(spread(body))).status, 201);
  }
  const rows = lines(await edge.get('/v1/export', { key: own.sk }));
  assert.equal(rows.length, 3);
  assert.deepEqual(rows.map((row) => row.record).filter(Boolean), [whole]);
  assert.ok(rows.some(({ fields }) => JSON.stringify(fields) === JSON.stringify(ORDINARY.edge)), JSON.stringify(rows));
});

test('a page of the export ends at its bytes, and the next one goes on there', async () => {
  const own = await edge.tenant({ bundles: [old], settings: { retention: 'full' } });
  // Of one applicant, so that they lie in one shard; blanks in a number's place cost nothing in the export: a long name does.
  const record = { ...whole, housing: 'x'.repeat(60_000) };
  const made = await pool(Array.from({ length: 90 }), 8, () => own.decide({ record, applicant: 'one' }));
  assert.deepEqual([...new Set(made.map(({ status }) => status))], [201], made[0].text);
  const pages = [];
  for (let cursor = ''; pages.at(-1)?.rows !== 0;) {
    const answer = await edge.get(`/v1/export?cursor=${cursor}`, { key: own.sk });
    const rows = lines(answer);
    ({ cursor } = rows.pop());
    pages.push({ rows: rows.length, bytes: answer.bytes.length });
  }
  assert.equal(pages.reduce((sum, { rows }) => sum + rows, 0), 90);
  assert.ok(pages.length > 2 && pages.every(({ bytes }) => bytes <= (4 << 20) + 2000), JSON.stringify(pages));
});

test('a reference with a blank at its end or a control character is refused', async () => {
  const own = await edge.tenant({ bundles: [old] });
  const { status } = await edge.get('/v1/challenge?applicant=%2B49301234', { key: own.sk });
  assert.equal(status, 200);
  for (const text of ['+49301234', '%2049', '49%20', 'a%0Ab', '%C2%A049']) {
    refused(await edge.get(`/v1/challenge?applicant=${text}`, { key: own.sk }), 422, 'SCL-0908');
  }
  refused(await own.decide({ record: whole, applicant: ' a' }), 422, 'SCL-0908');
  refused(await edge.post('/v1/erasures', { applicant: 'a\t' }, { key: own.sk }), 422, 'SCL-0908');
});

test('the platform keeps no addresses of its own: a query may name an applicant', () => {
  assert.match(readFileSync(join(root, 'edge-worker/wrangler.toml'), 'utf8'), /\[observability\.logs\]\ninvocation_logs = false/);
});

test('a purge goes through the tenants part by part, and misses none', async () => {
  const alone = await Edge.start();
  try {
    const ids = ['pa', 'pb', 'pc', 'pd'];
    await pool(ids, 4, (id) => alone.operate('POST', '/v1/admin/tenants', { id, name: id }));
    const last = await alone.tenant({ bundles: [old], id: 'zz', settings: { retention_days: 1 } });
    const { id } = (await last.decide({ record: whole, applicant: 'a' })).json;
    await last.set({ retention_days: 0 });
    const one = await alone.operate('POST', '/v1/admin/purge?limit=3');
    assert.deepEqual([one.tenants, one.failed, one.next], [3, [], 'pc']);
    assert.equal((await alone.get(`/v1/decisions/${id}`, { key: last.sk })).status, 200);
    const two = await alone.operate('POST', `/v1/admin/purge?limit=3&after=${one.next}`);
    assert.deepEqual([two.tenants, two.decisions, two.failed, two.next], [2, 1, [], null]);
    assert.equal((await alone.get(`/v1/decisions/${id}`, { key: last.sk })).status, 404);
    refused(await alone.request('POST', '/v1/admin/purge?after=%27', { key: alone.operator }), 422, 'SCL-0908');
  } finally {
    await alone.remove();
  }
});

test('a worker that is not set up says so where its health is asked for', async () => {
  const broken = await Edge.start({ SCORELET_MASTER_KEY: 'none' }, undefined, '/openapi.json');
  try {
    const answer = await broken.get('/healthz');
    refused(answer, 503, 'SCL-0915');
    assert.match(answer.headers['content-type'], /application\/problem\+json/);
  } finally {
    await broken.remove();
  }
});

test('HEAD is answered where GET is: the same headers, no body', async () => {
  const own = await edge.tenant({ bundles: [old] });
  for (const [path, key] of [['/healthz'], ['/openapi.json'], [`/v1/bundles/${old.device.digest}`, own.pk], ['/v1/export', own.sk]]) {
    const [get, head] = [await edge.get(path, { key }), await edge.request('HEAD', path, { key })];
    assert.deepEqual([head.status, head.bytes.length, head.headers['content-type']], [200, 0, get.headers['content-type']], path);
  }
  const none = await edge.request('HEAD', '/v1/decisions', { key: own.sk });
  assert.deepEqual([none.status, none.headers.allow], [405, 'POST']);
  assert.equal((await edge.request('PUT', own.path, { key: edge.operator })).headers.allow, 'GET, HEAD, PATCH');
});

test('the log names who administers which tenant, and no part of a key', async () => {
  const own = await edge.tenant();
  const { id, key } = await own.newKey('secret', ['admin']);
  assert.equal((await admin(own, 'PATCH', '', { name: 'Mine' }, key)).status, 200);
  await edge.operate('PATCH', own.path, { name: 'Theirs' });
  const logged = () => edge.log.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    .filter(({ method, tenant }) => method === 'PATCH' && tenant === own.id).map((line) => line.key);
  for (let waited = 0; waited < 50 && !logged().includes('operator'); waited++) await new Promise((done) => { setTimeout(done, 100); });
  assert.ok(logged().includes(id) && logged().includes('operator'), JSON.stringify(logged()));
  assert.ok(!edge.log.includes(key.split('_').at(-1)));
});

test('a page reads why it was refused, and what is open to all; not what is another\'s', async () => {
  const own = await edge.tenant({ bundles: [old], settings: { origins: [PAGE] } });
  const from = (origin, path, key) => edge.get(path, { key, headers: { origin } });
  const allowed = (answer) => answer.headers['access-control-allow-origin'];
  for (const path of ['/openapi.json', '/healthz', '/version']) assert.equal(allowed(await from('https://any.example', path)), '*', path);
  assert.equal(allowed(await edge.get('/version')), undefined);
  // A key that is none, of this tenant or of no tenant.
  for (const key of [`${own.pk}x`, own.pk.replace(own.id, 'nobody'), 'x']) {
    const answer = await from('https://any.example', '/v1/challenge', key);
    refused(answer, 401, 'SCL-0902');
    assert.equal(allowed(answer), '*');
  }
  // A key that may not, in a page that may.
  const forbidden = await edge.post('/v1/decisions', { record: whole }, { key: own.pk, headers: { origin: PAGE } });
  refused(forbidden, 403, 'SCL-0903');
  assert.equal(allowed(forbidden), PAGE);
  const foreign = await from('https://any.example', '/v1/challenge', own.pk);
  refused(foreign, 403, 'SCL-0912');
  assert.equal(allowed(foreign), undefined);
  assert.equal(allowed(await from('https://any.example', `${own.path}/keys`, 'x')), undefined);
});

test('a problem is named by URIs of its code and of its request', async () => {
  const answer = await edge.get('/v1/challenge', { key: 'x' });
  assert.equal(answer.json.type, 'urn:scorelet:SCL-0902');
  assert.equal(answer.json.instance, `urn:request:${answer.headers['x-request-id']}`);
});

test('keys that were made up cost nothing but an answer; a tenant that is new is known at once', async () => {
  const made = (at) => `scl_sk_nobody-${at}_0123456789ab_${'0'.repeat(64)}`;
  const guess = () => pool(Array.from({ length: 200 }, (_, at) => made(at)), 16, (key) => edge.get('/v1/export', { key }));
  const [answers, tenant] = await Promise.all([guess(), edge.tenant({ bundles: [old] })]);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [401]);
  assert.equal((await edge.get('/v1/export', { key: tenant.sk })).status, 200);
});
