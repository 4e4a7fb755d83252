// A decision, from the challenge to the answer, and every way in which one may be asked for.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ORDINARY, applicants } from './applicants.mjs';
import { first, root, scoreAll } from './bundles.mjs';
import { scene } from './scene.mjs';

const bundle = first();
const whole = { ...ORDINARY.device, ...ORDINARY.edge };
const { edge, tenant, phone } = await scene(bundle);

test('a challenge names the key, the device bundle and when it ends', async () => {
  const challenge = await tenant.challenge('person-1');
  assert.equal(challenge.bundle.digest, bundle.device.digest);
  assert.equal(challenge.bundle.name, 'edge-tests');
  assert.equal(challenge.key.suite, 'DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305');
  assert.equal(Buffer.from(challenge.key.public_key, 'base64url').length, 32);
  const lasts = Date.parse(challenge.expires) - Date.parse(challenge.issued);
  assert.equal(lasts, 300_000);
  assert.ok(Math.abs(Date.parse(challenge.server_time) - Date.now()) < 5000);
  const other = await tenant.challenge('person-1');
  assert.notEqual(other.nonce, challenge.nonce);
});

test('the device bundle is served for ever; the edge bundle never', async () => {
  const served = await edge.get(`/v1/bundles/${bundle.device.digest}`, { key: tenant.pk });
  assert.equal(served.status, 200);
  assert.deepEqual(served.bytes, bundle.device.bytes);
  assert.match(served.headers['cache-control'], /immutable/);
  const again = await edge.get(`/v1/bundles/${bundle.device.digest}`, {
    key: tenant.pk, headers: { 'if-none-match': served.headers.etag },
  });
  assert.equal(again.status, 304);
  for (const key of [tenant.pk, tenant.sk]) {
    const refused = await edge.get(`/v1/bundles/${bundle.edge.digest}`, { key });
    assert.equal(refused.status, 404);
    assert.ok(!refused.bytes.includes('SCLB'));
  }
});

test('receipt from the device and fields from the server: the decision of the whole bundle, to the last bit', async () => {
  const people = applicants(50, 7);
  const expected = scoreAll(bundle.whole.path, people.map(({ device, edge }) => ({ ...device, ...edge })));
  for (const [number, person] of people.entries()) {
    const { receipt } = await phone.seal(await tenant.challenge(), person.device);
    const answer = await tenant.decide({ receipt, fields: person.edge });
    assert.equal(answer.status, 201, answer.text);
    const { decision, ...about } = answer.json;
    assert.equal(decision.digest, expected[number].digest);
    assert.deepEqual(decision.scores, expected[number].scores);
    assert.equal(decision.bundle, bundle.whole.digest);
    assert.equal(about.device_bundle, bundle.device.digest);
    assert.ok(['committed', 'reduced'].includes(about.assurance.level));
  }
});

test('a whole record gives the same decision', async () => {
  const [expected] = scoreAll(bundle.whole.path, [whole]);
  const answer = await tenant.decide({ record: whole, applicant: 'person-2' });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.decision.digest, expected.digest);
  assert.equal(answer.json.assurance.level, 'full');
});

test('a publishable key may post a receipt and nothing else', async () => {
  const { receipt } = await phone.seal(await tenant.challenge(), ORDINARY.device);
  for (const more of [{ fields: ORDINARY.edge }, { record: whole }, { applicant: 'someone' }, { store: false }]) {
    const answer = await tenant.decide({ receipt, ...more }, { key: tenant.pk });
    assert.equal(answer.status, 403, answer.text);
  }
  assert.equal((await tenant.decide({ record: whole }, { key: tenant.pk })).status, 403);
  // None of those has spent the challenge.
  const answer = await tenant.decide({ receipt }, { key: tenant.pk });
  assert.equal(answer.status, 201, answer.text);
});

test('reasons and languages', async () => {
  const texts = {};
  for (const language of ['en', 'zh']) {
    const answer = await tenant.decide({ record: whole, language, store: false });
    assert.equal(answer.status, 200, answer.text);
    const { scores } = answer.json.decision;
    assert.equal(scores[1].reasons.length, 1);
    texts[language] = scores[0].reasons.map(({ code }) => code);
    assert.equal(/[一-鿿]/.test(scores[0].reasons[0].text), language === 'zh');
  }
  assert.deepEqual(texts.en, texts.zh);
  const without = await tenant.decide({ record: whole, reasons: false, store: false });
  assert.equal(without.json.decision.scores[0].reasons, undefined);
});

test('without storing there is no id, and nothing to repeat', async () => {
  const answer = await tenant.decide({ record: whole, store: false });
  assert.equal(answer.json.id, null);
  assert.equal((await tenant.decide({ record: whole, store: false }, { idempotency: 'k' })).status, 400);
  const { receipt } = await phone.seal(await tenant.challenge(), ORDINARY.device);
  assert.equal((await tenant.decide({ receipt, store: false })).status, 400);
});

test('a repeated Idempotency-Key gives the first answer, byte by byte; with another body it is refused', async () => {
  const { receipt } = await phone.seal(await tenant.challenge('person-3'), ORDINARY.device);
  const body = { receipt, fields: ORDINARY.edge };
  const answer = await tenant.decide(body, { idempotency: 'order-1' });
  assert.equal(answer.status, 201, answer.text);
  for (let time = 0; time < 3; time++) {
    const again = await tenant.decide(body, { idempotency: 'order-1' });
    assert.equal(again.status, 200);
    assert.equal(again.text, answer.text);
  }
  const other = await tenant.decide({ receipt, fields: { ...ORDINARY.edge, open_loans: 9 } }, { idempotency: 'order-1' });
  assert.equal(other.status, 422, other.text);
  const record = { record: whole, applicant: 'person-3' };
  const [one, two] = await Promise.all([1, 2].map(() => tenant.decide(record, { idempotency: 'order-2' })));
  assert.equal(one.text, two.text);
  assert.deepEqual([one.status, two.status].sort(), [200, 201]);
});

test('an Idempotency-Key belongs to an applicant: receipts of two challenges are one order only if those name the same one', async () => {
  const order = async (key, applicant) => {
    const { receipt } = await phone.seal(await tenant.challenge(applicant), ORDINARY.device);
    return tenant.decide({ receipt, fields: ORDINARY.edge }, { idempotency: key });
  };
  assert.equal((await order('order-3', 'person-6')).status, 201);
  const second = await order('order-3', 'person-6');
  assert.deepEqual([second.status, second.code], [422, 'SCL-0913'], second.text);
  // docs/deploy.md: without an applicant each challenge is somebody else's, and so is the key.
  const nobody = [await order('order-4'), await order('order-4')];
  assert.deepEqual(nobody.map(({ status }) => status), [201, 201]);
  assert.notEqual(nobody[0].json.id, nobody[1].json.id);
});

test('a decision is read again by its id', async () => {
  const answer = await tenant.decide({ record: whole, applicant: 'person-4' });
  const read = await edge.get(`/v1/decisions/${answer.json.id}`, { key: tenant.sk });
  assert.equal(read.status, 200, read.text);
  assert.equal(read.json.id, answer.json.id);
  assert.equal(read.json.decision.digest, answer.json.decision.digest);
  assert.equal((await edge.get(`/v1/decisions/${answer.json.id.slice(0, -2)}zz`, { key: tenant.sk })).status, 404);
});

test('what is wrong with a record is said: code, place, mend', async () => {
  for (const [record, place] of [
    [{ ...whole, income: 'much' }, 'income'],
    [{ ...whole, income: undefined }, 'income'],
    [{ ...whole, incme: 1 }, 'incme'],
    [{ ...whole, bureau_score: 1000 }, 'bureau_score'],
  ]) {
    const answer = await tenant.decide({ record, applicant: 'person-5' });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
    assert.match(answer.json.code, /^SCL-\d{4}$/);
    assert.ok(answer.json.mend.length > 0);
    assert.ok(JSON.stringify(answer.json).includes(place), answer.text);
  }
});

test('every answer has a request id, a timing and the headers of security', async () => {
  const answer = await tenant.decide({ record: whole, store: false });
  assert.ok(answer.headers['x-request-id'].length >= 8);
  assert.match(answer.headers['server-timing'], /dur=/);
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.match(answer.headers['strict-transport-security'] ?? '', /max-age/);
  assert.match(answer.headers['cache-control'], /no-store/);
  assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
});

test('health, versions and figures', async () => {
  assert.equal((await edge.get('/healthz')).status, 200);
  const version = (await edge.get('/version')).json;
  assert.equal(version.version, '0.1.0');
  // Outside a repository nobody knows the commit.
  assert.match(String(version.build), existsSync(join(root, '.git')) ? /^[0-9a-f]{12}(-dirty)?$/ : /^null$/);
  assert.equal(version.bundles, null);
  assert.equal((await edge.get('/metrics')).status, 401);
  const figures = await edge.get('/metrics', { key: edge.operator });
  assert.equal(figures.status, 200);
  assert.match(figures.headers['content-type'], /text\/plain/);
  for (const line of figures.text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) |[a-z_]+(\{[^}]*\})? [\d.e+-]+$)/);
});
