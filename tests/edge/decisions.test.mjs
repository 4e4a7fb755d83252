// A decision, from the challenge to the answer, and every way in which one may be asked for.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ORDINARY, applicants } from './applicants.mjs';
import { first, root, scoreAll } from './bundles.mjs';
import { lines, pool } from './harness.mjs';
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
});

test('one Idempotency-Key used for 64 applicants is 64 orders', async () => {
  const answers = await pool(Array.from({ length: 64 }), 8, (_, at) => tenant.decide({ record: whole, applicant: `one of many ${at}` }, { idempotency: 'the same' }));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [201]);
  assert.equal(new Set(answers.map(({ json }) => json.id)).size, 64);
});

test('an Idempotency-Key of a page is none of the server', async () => {
  const challenge = await tenant.challenge('person-8');
  const { receipt } = await phone.seal(challenge, ORDINARY.device);
  assert.equal((await tenant.decide({ receipt }, { key: tenant.pk, idempotency: 'order-5' })).status, 201);
  assert.equal((await tenant.decide({ record: whole, applicant: 'person-8' }, { idempotency: 'order-5' })).status, 201);
});

test('without an applicant, an Idempotency-Key is that of the challenge: a receipt sealed anew is no second decision', async () => {
  for (const key of [tenant.sk, tenant.pk]) {
    const idempotency = `order of ${key.slice(0, 6)}`;
    const seal = async (of) => (await phone.seal(await tenant.challenge(undefined, { idempotency: of }), ORDINARY.device)).receipt;
    const [one, anew, free] = [await seal(idempotency), await seal(idempotency), await seal()];
    const answer = await tenant.decide({ receipt: one }, { key, idempotency });
    assert.equal(answer.status, 201, answer.text);
    const again = await tenant.decide({ receipt: one }, { key, idempotency });
    assert.deepEqual([again.status, again.text], [200, answer.text]);
    const second = await tenant.decide({ receipt: anew }, { key, idempotency });
    assert.deepEqual([second.status, second.code], [422, 'SCL-0913'], second.text);
    // Each of them could be seen in another shard only.
    for (const [receipt, sent] of [[anew, undefined], [anew, 'another'], [free, idempotency], [free, 'another']]) {
      const refused = await tenant.decide({ receipt }, { key, idempotency: sent });
      assert.deepEqual([refused.status, refused.code, refused.json.place], [422, 'SCL-0908', 'Idempotency-Key'], refused.text);
    }
    // Nothing of that has spent the challenge that was nobody's.
    assert.equal((await tenant.decide({ receipt: free }, { key })).status, 201);
    assert.equal((await tenant.decide({ receipt: free }, { key })).status, 409);
  }
});

test('only a secret key names an applicant, and a nonce shows nobody who that is', async () => {
  const refused = await edge.get('/v1/challenge?applicant=%2B491701234567', { key: tenant.pk });
  assert.deepEqual([refused.status, refused.code, refused.json.place], [403, 'SCL-0903', 'applicant'], refused.text);
  const decided = await tenant.decide({ record: whole, applicant: '+491701234567' });
  const { pseudonym } = lines(await edge.get('/v1/export?kind=decisions&limit=1000', { key: tenant.sk })).find(({ id }) => id === decided.json.id);
  assert.match(pseudonym, /^[0-9a-f]{32}$/);
  assert.notEqual(decided.json.id.slice(4, 12), pseudonym.slice(0, 8));
  const nonces = [];
  for (let time = 0; time < 20; time++) nonces.push(Buffer.from((await tenant.challenge('+491701234567')).nonce, 'base64url').toString('hex'));
  for (const nonce of nonces) {
    for (let at = 0; at + 8 <= pseudonym.length; at += 2) assert.ok(!nonce.includes(pseudonym.slice(at, at + 8)), nonce);
  }
  assert.ok(new Set(nonces.map((nonce) => nonce.slice(0, 8))).size > 18, 'nor whether two are of the same');
});

test('a decision that a page asks for is nobody\'s unless the lender says whose, and says what is missing', async () => {
  const seal = async (applicant) => (await phone.seal(await tenant.challenge(applicant), ORDINARY.device)).receipt;
  const alone = await tenant.decide({ receipt: await seal() }, { key: tenant.pk });
  const named = await tenant.decide({ receipt: await seal('person-9') }, { key: tenant.pk });
  const full = await tenant.decide({ receipt: await seal('person-9'), fields: ORDINARY.edge });
  const rows = lines(await edge.get('/v1/export?kind=decisions&limit=1000', { key: tenant.sk }));
  for (const [answer, kind, mark, has] of [[alone, 'publishable', true, false], [named, 'publishable', true, true], [full, 'secret', false, true]]) {
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.key_kind, kind);
    assert.equal(answer.json.assurance.unverified.some(({ code }) => code === 'no_fields'), mark, answer.text);
    const row = rows.find(({ id }) => id === answer.json.id);
    assert.equal(row.answer.key_kind, kind);
    assert.equal(row.pseudonym !== undefined, has);
  }
});

test('the reference of the consent stays with the decision', async () => {
  const seal = async (consent) => (await phone.seal(await tenant.challenge(), ORDINARY.device, { consent })).receipt;
  const asked = [
    ['from the page/1 "ü"', await tenant.decide({ receipt: await seal('from the page/1 "ü"'), fields: ORDINARY.edge })],
    ['of the lender', await tenant.decide({ receipt: await seal('from the page/2'), fields: ORDINARY.edge, consent: 'of the lender' })],
    ['of the lender', await tenant.decide({ record: whole, applicant: 'person-10', consent: 'of the lender' })],
    [null, await tenant.decide({ receipt: await seal(), fields: ORDINARY.edge })],
  ];
  const rows = lines(await edge.get('/v1/export?kind=decisions&limit=1000', { key: tenant.sk }));
  for (const [consent, answer] of asked) {
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.json.consent, consent);
    assert.equal(rows.find(({ id }) => id === answer.json.id).answer.consent, consent);
    assert.equal(answer.json.assurance.unverified.some(({ code }) => code === 'no_consent'), consent === null);
  }
});

test('values of a whole record are held against what training has seen and against each other too', async () => {
  const codes = async (more) => {
    const answer = await tenant.decide({ record: { ...whole, ...more }, store: false });
    assert.equal(answer.status, 200, answer.text);
    return [answer.json.assurance.level, ...answer.json.assurance.unverified.map(({ code }) => code)];
  };
  assert.deepEqual(await codes({}), ['full']);
  assert.deepEqual(await codes({ expenses: 6000 }), ['reduced', 'outside_training:burden_clipped']);
  assert.deepEqual(await codes({ bureau_age: 39 }), ['reduced', 'disagrees:age']);
  assert.deepEqual(await codes({ bureau_age: undefined }), ['reduced', 'uncompared:age']);
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
