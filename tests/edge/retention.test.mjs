// What is kept, and for how long: the policies of retention, erasure, purge, limits.
import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDINARY } from './applicants.mjs';
import { first } from './bundles.mjs';
import { Canaries } from './canaries.mjs';
import { device } from './device.mjs';
import { Edge, lines } from './harness.mjs';

const bundle = first();
const whole = { ...ORDINARY.device, ...ORDINARY.edge };
let phone;
before(async () => { phone = await device(bundle); });

/** A worker of its own: what lies in its files is this test's alone. */
async function alone(settings, work) {
  const edge = await Edge.start();
  try {
    return await work(edge, await edge.tenant({ bundles: [bundle], settings }));
  } finally {
    await edge.remove();
  }
}

/** Decides from a receipt and from a record, with values that are found wherever they lie; what of them lies in the files. */
async function planted(retention) {
  const canaries = new Canaries();
  const crossing = canaries.plant('crossing', 0.73519246813579);
  const fields = { ...ORDINARY.edge, past_due: canaries.plant('edge field', 7351.9246813579) };
  const record = { ...whole, drift: canaries.plant('record', 0.00135792468135791) };
  const [income, burden] = [1000, crossing];
  const person = { ...ORDINARY.device, income, expenses: income * burden };
  return alone({ retention }, async (edge, tenant) => {
    const { receipt } = await phone.seal(await tenant.challenge(), person);
    const answers = [await tenant.decide({ receipt, fields }), await tenant.decide({ record, applicant: 'p' })];
    for (const answer of answers) {
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.json.retention, retention);
    }
    // Whatever workerd still holds back is in the files once it has ended.
    await edge.stop();
    return canaries.findInFiles(edge.storage).join('\n');
  });
}

test('retention none: no value of any kind in any file', async () => {
  assert.equal(await planted('none'), '');
});

test('retention features: what crossed and the edge fields, not the record', async () => {
  const found = await planted('features');
  assert.match(found, /crossing \(/);
  assert.match(found, /edge field \(/);
  assert.doesNotMatch(found, /record \(/);
});

test('retention full: the record too', async () => {
  const found = await planted('full');
  assert.match(found, /edge field \(/);
  assert.match(found, /record \(/);
});

test('an erased applicant is gone from reads, the export and the files; others stay', () => alone({ retention: 'full' }, async (edge, tenant) => {
  const canaries = new Canaries();
  const record = { ...whole, drift: canaries.plant('record', 0.00246813579246813) };
  const gone = (await tenant.decide({ record, applicant: 'erika' })).json;
  const gone2 = (await tenant.decide({ receipt: (await phone.seal(await tenant.challenge('erika'), ORDINARY.device)).receipt })).json;
  const stays = (await tenant.decide({ record: whole, applicant: 'max' })).json;
  await edge.post('/v1/feedback', { decision: gone.id, label: 'bad', date: '2026-09-09' }, { key: tenant.sk });
  const erased = await edge.post('/v1/erasures', { applicant: 'erika' }, { key: tenant.sk });
  assert.equal(erased.status, 200, erased.text);
  assert.ok(JSON.stringify(erased.json).includes('2'), erased.text);
  for (const { id } of [gone, gone2]) assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 404);
  assert.equal((await edge.get(`/v1/decisions/${stays.id}`, { key: tenant.sk })).status, 200);
  const left = lines(await edge.get('/v1/export', { key: tenant.sk }));
  assert.deepEqual(left.slice(0, -1).map((row) => row.id ?? row.decision), [stays.id]);
  const again = await edge.post('/v1/erasures', { applicant: 'erika' }, { key: tenant.sk });
  assert.equal(again.status, 200);
  await edge.stop();
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
}));

test('a power cut after an erasure: the next purge takes from the files what the journal still held', () => alone({ retention: 'full' }, async (edge, tenant) => {
  const canaries = new Canaries();
  const record = { ...whole, drift: canaries.plant('record', 0.00135792468013579) };
  const { id } = (await tenant.decide({ record, applicant: 'erika' })).json;
  assert.equal((await edge.post('/v1/erasures', { applicant: 'erika' }, { key: tenant.sk })).status, 200);
  await edge.kill();
  // docs/threat-model.md says so. If this is ever empty, there is nothing left to say.
  assert.notDeepEqual(canaries.findInFiles(edge.storage), []);
  await edge.run();
  await edge.operate('POST', '/v1/admin/purge', {});
  // An object that rests for some seconds closes its database, and with it the journal.
  for (let waited = 0; waited < 40 && canaries.findInFiles(edge.storage).length > 0; waited++) await sleep(1000);
  await edge.kill();
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
  await edge.run();
  assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 404);
}));

test('a body is kept as an HMAC only: who has the files cannot try out what was in it', () => alone({}, async (edge, tenant) => {
  const body = JSON.stringify({ record: whole, applicant: 'erika' });
  const key = 'the order of erika';
  assert.equal((await tenant.decide(body, { idempotency: key })).status, 201);
  await edge.stop();
  const canaries = new Canaries();
  const kept = keptOf(edge, tenant, body, key);
  for (const [name, text] of Object.entries(kept)) canaries.plant(name, text);
  const found = canaries.findInFiles(edge.storage).join('\n');
  // The search finds what is there, and what must not be there is what it looks for.
  for (const name of ['request', 'idempotency']) assert.match(found, new RegExp(`${name} \\(UTF-8`));
  assert.doesNotMatch(found, /digest/);
}));

/** What the worker keeps of a request of an applicant `erika` by a secret key, and what it kept once; from docs and master key. */
function keptOf(edge, tenant, body, key) {
  const derived = (purpose) => Buffer.from(hkdfSync('sha256', Buffer.from(edge.master, 'hex'), 'scorelet edge v1', Buffer.concat([Buffer.from(`${tenant.id}\0${purpose}\0`), Buffer.alloc(4)]), 32));
  const mac = (purpose, ...parts) => createHmac('sha256', derived(purpose)).update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
  const pseudonym = mac('pseudonym', 'erika').subarray(0, 16);
  return {
    digest: createHash('sha256').update(body).digest('hex'),
    request: mac('request', body).toString('hex'),
    idempotency: mac('idempotency', 'secret\0\x01', pseudonym, key).subarray(0, 16).toString('hex').slice(8),
    pseudonym: pseudonym.toString('hex'),
  };
}

for (const [how, work] of [
  ['erased', (edge, tenant) => edge.post('/v1/erasures', { applicant: 'erika' }, { key: tenant.sk })],
  ['purged', async (edge, tenant) => {
    await tenant.set({ retention_days: 0 });
    await sleep(1100);
    await edge.operate('POST', '/v1/admin/purge', {});
  }],
]) {
  test(`what is ${how} is gone from the files: pseudonym, keys, outcomes, audits`, () => alone({}, async (edge, tenant) => {
    const { receipt } = await phone.seal(await tenant.challenge('erika'), ORDINARY.device);
    const body = JSON.stringify({ receipt, fields: ORDINARY.edge });
    const key = 'the order of erika';
    const { id } = (await tenant.decide(body, { idempotency: key })).json;
    for (const other of Array.from({ length: 30 }, (_, at) => `other ${at}`)) await tenant.decide({ record: whole, applicant: other }, { idempotency: other });
    assert.equal((await edge.post('/v1/feedback', { decision: id, label: 'indeterminate', date: '2024-02-17' }, { key: tenant.sk })).status, 201);
    const audit = { record: ORDINARY.device, salt: Buffer.alloc(32, 5).toString('base64url') };
    assert.equal((await edge.post(`/v1/audits/${id}`, audit, { key: tenant.sk })).json.verdict, 'commitment_mismatch');
    const canaries = new Canaries();
    const { digest: _, ...kept } = keptOf(edge, tenant, body, key);
    for (const [name, text] of Object.entries({ ...kept, label: 'indeterminate', date: '2024-02-17', verdict: 'commitment_mismatch' })) canaries.plant(name, text);
    await edge.stop();
    assert.deepEqual(canaries.findInFiles(edge.storage).map((one) => /: (\w+) \(UTF-8/.exec(one)?.[1]).toSorted(), ['date', 'idempotency', 'label', 'pseudonym', 'request', 'verdict']);
    await edge.run();
    await work(edge, tenant);
    assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 404);
    await edge.stop();
    assert.deepEqual(canaries.findInFiles(edge.storage), []);
  }));
}

test('an idempotency key of an erased applicant gives nothing of the old answer', () => alone({}, async (edge, tenant) => {
  const body = { record: whole, applicant: 'erika' };
  const first = await tenant.decide(body, { idempotency: 'k' });
  await edge.post('/v1/erasures', { applicant: 'erika' }, { key: tenant.sk });
  const second = await tenant.decide(body, { idempotency: 'k' });
  if (second.status < 300) assert.notEqual(second.json.id, first.json.id);
}));

test('a purge ends what its days have ended, and nothing else', () => alone({ retention_days: 1 }, async (edge, tenant) => {
  const { id } = (await tenant.decide({ record: whole, applicant: 'a' })).json;
  const purge = () => edge.operate('POST', '/v1/admin/purge', {});
  await purge();
  assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 200);
  await tenant.set({ retention_days: 0 });
  await sleep(1100);
  await purge();
  assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 404);
}));

test('a purge takes what a stricter policy no longer keeps, from reads and files', () => alone({ retention: 'full' }, async (edge, tenant) => {
  const canaries = new Canaries();
  const record = { ...whole, drift: canaries.plant('record', 0.00397513579135791) };
  const { id } = (await tenant.decide({ record, applicant: 'a' })).json;
  await tenant.set({ retention: 'none' });
  await edge.operate('POST', '/v1/admin/purge', {});
  assert.equal((await edge.get(`/v1/decisions/${id}`, { key: tenant.sk })).status, 200);
  assert.equal(lines(await edge.get('/v1/export', { key: tenant.sk }))[0].record, undefined);
  await edge.stop();
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
}));

test('a purge keeps the use of a challenge while the challenge holds', () => alone({ retention_days: 0 }, async (edge, tenant) => {
  const { receipt } = await phone.seal(await tenant.challenge(), ORDINARY.device);
  assert.equal((await tenant.decide({ receipt })).status, 201);
  await edge.operate('POST', '/v1/admin/purge', {});
  assert.equal((await tenant.decide({ receipt })).status, 409);
}));

test('limits by key and by applicant, with the time to wait', () => alone({}, async (edge, tenant) => {
  await tenant.set({ rate: { key_per_minute: 1_000_000, applicant_per_hour: 3 } });
  const statuses = [];
  let last;
  for (let time = 0; time < 5; time++) {
    last = await tenant.decide({ record: whole, applicant: 'busy' });
    statuses.push(last.status);
  }
  assert.deepEqual(statuses, [201, 201, 201, 429, 429]);
  assert.ok(Number(last.headers['retry-after']) > 0);
  assert.equal((await tenant.decide({ record: whole, applicant: 'calm' })).status, 201);
  await tenant.set({ rate: { key_per_minute: 10, applicant_per_hour: 1000 } });
  const fresh = await tenant.key('secret', ['decide']);
  const many = [];
  for (let time = 0; time < 30; time++) many.push(await tenant.decide({ record: whole, store: false }, { key: fresh }));
  const refused = many.filter(({ status }) => status === 429);
  assert.ok(refused.length >= 15, `${refused.length} of 30 refused`);
  assert.ok(Number(refused[0].headers['retry-after']) > 0);
  assert.equal((await edge.get('/v1/challenge', { key: tenant.pk })).status, 200);
}));

test('a publishable key has a limit of its own, unless the tenant wants none', () => alone({}, async (edge, tenant) => {
  const { rate } = await edge.operate('POST', '/v1/admin/tenants', { id: 'fresh', name: 'as it is made' });
  assert.deepEqual(rate, { key_per_minute: 0, publishable_per_minute: 600, applicant_per_hour: 60 });
  const statuses = async (key) => {
    const found = [];
    for (let time = 0; time < 30; time++) found.push((await edge.get('/v1/challenge', { key })).status);
    return new Set(found);
  };
  await tenant.set({ rate: { publishable_per_minute: 10 } });
  assert.deepEqual([...await statuses(await tenant.key('publishable'))], [200, 429]);
  assert.deepEqual([...await statuses(tenant.sk)], [200]);
  await tenant.set({ rate: { publishable_per_minute: 0 } });
  assert.deepEqual([...await statuses(await tenant.key('publishable'))], [200]);
}));
