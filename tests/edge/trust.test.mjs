// What the edge does not believe, and what it takes but marks: age, reuse, other keys, other bundles, broken bytes.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDINARY } from './applicants.mjs';
import { first, host, second } from './bundles.mjs';
import { device } from './device.mjs';
import { local, sealed } from './receipt.mjs';
import { scene } from './scene.mjs';

const [old, newer] = [first(), second()];
const { edge, tenant, phone } = await scene(old);

/** A sealed receipt of an ordinary person. */
const ordinary = async (of = tenant, by = phone) => (await by.seal(await of.challenge(), ORDINARY.device)).receipt;
const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
const codes = (answer) => answer.json.assurance.unverified.map(({ code }) => code);

test('a challenge is used once', async () => {
  const challenge = await tenant.challenge();
  const one = (await phone.seal(challenge, ORDINARY.device)).receipt;
  const two = (await phone.seal(challenge, ORDINARY.device)).receipt;
  assert.notEqual(one, two);
  assert.equal((await tenant.decide({ receipt: one })).status, 201);
  refused(await tenant.decide({ receipt: one }), 409, 'SCL-0922');
  refused(await tenant.decide({ receipt: two }), 409, 'SCL-0922');
  // A key that is repeated is no replay; another key is.
  const third = (await phone.seal(await tenant.challenge('person-7'), ORDINARY.device)).receipt;
  assert.equal((await tenant.decide({ receipt: third }, { idempotency: 'a' })).status, 201);
  assert.equal((await tenant.decide({ receipt: third }, { idempotency: 'b' })).status, 409);
  assert.equal((await tenant.decide({ receipt: third }, { idempotency: 'a' })).status, 200);
});

test('twenty at once with one challenge: one decision', async () => {
  const challenge = await tenant.challenge();
  const receipts = await Promise.all(Array.from({ length: 20 }, () => phone.seal(challenge, ORDINARY.device)));
  const answers = await Promise.all(receipts.map(({ receipt }) => tenant.decide({ receipt })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)]);
});

test('a challenge ends', async () => {
  await tenant.set({ challenge_seconds: 1 });
  const challenge = await tenant.challenge();
  await tenant.set({ challenge_seconds: 300 });
  const { receipt } = await phone.seal(challenge, ORDINARY.device);
  await sleep(2100);
  const answer = await tenant.decide({ receipt });
  refused(answer, 410, 'SCL-0921');
});

test('a nonce that the edge did not give', async () => {
  const challenge = await tenant.challenge();
  const other = await (await edge.tenant({ bundles: [old] })).challenge();
  const nonce = Buffer.from(challenge.nonce, 'base64url');
  nonce[nonce.length - 1] ^= 1;
  for (const forged of [nonce.toString('base64url'), other.nonce, Buffer.alloc(nonce.length).toString('base64url')]) {
    const { receipt } = await phone.seal({ ...challenge, nonce: forged }, ORDINARY.device);
    refused(await tenant.decide({ receipt }), 422, 'SCL-0920');
  }
});

test("sealed for another tenant's key", async () => {
  const other = await edge.tenant({ bundles: [old] });
  const challenge = { ...(await tenant.challenge()), key: (await other.challenge()).key };
  const { receipt } = await phone.seal(challenge, ORDINARY.device);
  refused(await tenant.decide({ receipt }), 422, 'SCL-0924');
  // And a whole receipt of the other tenant.
  refused(await tenant.decide({ receipt: await ordinary(other) }), 422, 'SCL-0924');
  // Its nonce under this tenant's key.
  const mixed = { ...(await other.challenge()), key: (await tenant.challenge()).key };
  refused(await tenant.decide({ receipt: (await phone.seal(mixed, ORDINARY.device)).receipt }), 422, 'SCL-0920');
});

test('the key before this one opens receipts for the grace period, marked', async () => {
  const own = await edge.tenant({ bundles: [old], settings: { grace_seconds: 600 } });
  const before = await own.challenge();
  await edge.operate('POST', `${own.path}/edge-keys/rotate`, {});
  const now = await own.challenge();
  assert.notEqual(now.key.id, before.key.id);
  const { receipt } = await phone.seal(before, ORDINARY.device);
  const answer = await own.decide({ receipt });
  assert.equal(answer.status, 201, answer.text);
  assert.ok(codes(answer).includes('grace_key'));
  assert.equal(answer.json.assurance.level, 'reduced');
  assert.ok(!codes(await own.decide({ receipt: await ordinary(own) })).includes('grace_key'));
  await own.set({ grace_seconds: 0 });
  const late = await phone.seal({ ...(await own.challenge()), key: before.key }, ORDINARY.device);
  refused(await own.decide({ receipt: late.receipt }), 422, 'SCL-0924');
});

test('the bundle before this one is taken for the grace period, marked; roll back makes it current again', async () => {
  const own = await edge.tenant({ bundles: [old, newer], settings: { grace_seconds: 600 } });
  const before = await own.challenge();
  await own.activate(newer.edge.digest);
  assert.equal((await own.challenge()).bundle.digest, newer.device.digest);
  const { receipt } = await phone.seal(before, ORDINARY.device);
  const graced = await own.decide({ receipt });
  assert.equal(graced.status, 201, graced.text);
  assert.ok(codes(graced).includes('grace_bundle'));
  assert.equal(graced.json.decision.bundle, old.whole.digest);
  const current = await own.decide({ receipt: await ordinary(own, await device(newer)) });
  assert.equal(current.json.decision.bundle, newer.whole.digest);
  assert.ok(!codes(current).includes('grace_bundle'));
  await own.set({ grace_seconds: 0 });
  const late = await phone.seal({ ...(await own.challenge()), bundle: before.bundle }, ORDINARY.device);
  refused(await own.decide({ receipt: late.receipt }), 409, 'SCL-0923');
  await edge.operate('POST', `${own.path}/rollback`, {});
  assert.equal((await own.challenge()).bundle.digest, old.device.digest);
  const again = await own.decide({ receipt: await ordinary(own) });
  assert.equal(again.json.decision.bundle, old.whole.digest);
  assert.ok(!codes(again).includes('grace_bundle'));
});

test("a tenant's key learns from /version which bundles are accepted, until their grace is over", async () => {
  const own = await edge.tenant({ bundles: [old, newer], settings: { grace_seconds: 600 } });
  const known = async (key = own.sk) => (await edge.get('/version', { key })).json.bundles;
  const told = ({ edge: { digest }, whole, device: { digest: onDevice } }, version) => ({
    digest, whole: whole.digest, device: onDevice, name: 'edge-tests', version, until: null,
  });
  assert.deepEqual(await known(), [told(old, '1.0.0')]);
  await own.activate(newer.edge.digest);
  const [active, before, ...none] = await known();
  assert.deepEqual([active, none], [told(newer, '1.1.0'), []]);
  const left = Date.parse(before.until) - Date.now();
  assert.ok(left > 590_000 && left <= 600_000, before.until);
  assert.deepEqual({ ...before, until: null }, told(old, '1.0.0'));
  // A key of a page learns what a challenge tells.
  assert.deepEqual(await known(own.pk), [active, before].map((release) => ({ ...release, digest: null })));
  // Active again: it stands there once.
  await own.activate(old.edge.digest);
  assert.deepEqual((await known()).map(({ whole, until }) => [whole, until === null]), [[old.whole.digest, true], [newer.whole.digest, false]]);
  await own.set({ grace_seconds: 0 });
  assert.deepEqual(await known(), [told(old, '1.0.0')]);
  assert.equal((await edge.get('/version', { key: edge.operator })).json.bundles, null);
  assert.equal((await edge.get('/version', { key: `${own.sk}0` })).status, 401);
  const page = await edge.get('/version', { key: own.pk, headers: { origin: 'https://elsewhere.example' } });
  refused(page, 403, 'SCL-0912');
});

test('a bundle of another publisher, or with a byte changed, is not taken', async () => {
  const own = await edge.tenant({ settings: { publisher_keys: ['00'.repeat(32)] } });
  const upload = (bytes) => edge.post(`${own.path}/bundles`, bytes, {
    key: edge.operator, headers: { 'content-type': 'application/octet-stream' },
  });
  refused(await upload(old.edge.bytes), 422, 'SCL-0927');
  await own.set({ publisher_keys: [old.by.hex] });
  const broken = Buffer.from(old.edge.bytes);
  broken[broken.length >> 1] ^= 0x10;
  assert.equal((await upload(broken)).status, 422);
  assert.equal((await upload(Buffer.alloc(100))).status, 422);
  assert.ok((await upload(old.edge.bytes)).status < 300);
  const activate = await edge.post(`${own.path}/activate`, { digest: 'ab'.repeat(32) }, { key: edge.operator });
  assert.equal(activate.status, 404);
});

test('revoked and rotated keys', async () => {
  const own = await edge.tenant({ bundles: [old] });
  const { key, id } = await own.newKey('secret', ['decide']);
  const ask = (text) => own.decide({ record: { ...ORDINARY.device, ...ORDINARY.edge }, store: false }, { key: text });
  assert.equal((await ask(key)).status, 200);
  const rotated = await edge.operate('POST', `${own.path}/keys/${id}/rotate`, { overlap_seconds: 600 });
  assert.equal((await ask(key)).status, 200);
  assert.equal((await ask(rotated.key)).status, 200);
  await edge.operate('DELETE', `${own.path}/keys/${id}`);
  assert.equal((await ask(key)).status, 401);
  assert.equal((await ask(rotated.key)).status, 200);
  const at = await edge.operate('POST', `${own.path}/keys/${rotated.id}/rotate`, {});
  assert.equal((await ask(rotated.key)).status, 401);
  assert.equal((await ask(at.key)).status, 200);
});

test('a clock that is wrong lowers the assurance', async () => {
  for (const [shift, marked] of [[0, false], [-3_600_000, true], [3_600_000, true]]) {
    const { receipt } = await phone.sealAt(shift, await tenant.challenge(), ORDINARY.device);
    const answer = await tenant.decide({ receipt });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(codes(answer).includes('clock_skew'), marked, `${shift}: ${answer.text}`);
    if (marked) assert.equal(answer.json.assurance.level, 'reduced');
  }
});

test('values outside what training has seen, and values that disagree, lower the assurance and change nothing else', async () => {
  const ask = async (device, fields) => {
    const { receipt } = await phone.seal(await tenant.challenge(), { ...ORDINARY.device, ...device });
    const answer = await tenant.decide({ receipt, fields: { ...ORDINARY.edge, ...fields } });
    assert.equal(answer.status, 201, answer.text);
    return { codes: codes(answer).filter((code) => !['client_computed', 'no_consent'].includes(code)), answer };
  };
  assert.deepEqual((await ask({}, {})).codes, []);
  assert.deepEqual((await ask({}, { bureau_age: 38 })).codes, []);
  assert.deepEqual((await ask({ expenses: 6000 }, {})).codes, ['outside_training:burden_clipped']);
  const disagrees = await ask({}, { bureau_age: 39 });
  assert.deepEqual(disagrees.codes, ['disagrees:age']);
  assert.deepEqual((await ask({}, { bureau_age: undefined })).codes, ['uncompared:age']);
  assert.deepEqual(disagrees.answer.json.decision.scores, (await ask({}, {})).answer.json.decision.scores);
});

test('a device that makes up values: what cannot be is refused, what can be is marked', async () => {
  const crossing = JSON.parse(host('inspect', old.edge.path, '--json')).cut.values.map(({ name }) => name);
  const honest = { age: 37, behaviour: -0.3, housing_woe: 0.35, burden_clipped: 0.4, account_card: 340 };
  const make = async (lie, more = {}) => {
    const values = crossing.map((name) => ({ ...honest, ...lie })[name] ?? 0);
    const receipt = sealed(await tenant.challenge(), { data: local({ values, absent: [], reasons: [[]] }), ...more });
    return tenant.decide({ receipt, fields: ORDINARY.edge });
  };
  const taken = await make({});
  assert.equal(taken.status, 201, taken.text);
  for (const lie of [{ age: 17 }, { age: 36.5 }, { age: Infinity }, { burden_clipped: -0.1 }, { burden_clipped: 2.1 }, { housing_woe: NaN }, { housing_woe: { state: 255 } }]) {
    const answer = await make(lie);
    assert.equal(answer.status, 422, `${JSON.stringify(lie)}: ${answer.text}`);
  }
  assert.ok(codes(await make({ burden_clipped: 1.9 })).includes('outside_training:burden_clipped'));
  const more = [
    { device: old.whole.digest }, { device: old.edge.digest }, { device: '00'.repeat(32) }, { version: 2 }, { data: Buffer.alloc(0) },
    { data: local({ values: [1] }) }, { data: Buffer.alloc(20_000) }, { consent: 'x'.repeat(500) }, { nonce: '' },
  ];
  for (const one of more) {
    const answer = await make({}, one);
    assert.ok([409, 422].includes(answer.status), `${Object.keys(one)}: ${answer.status} ${answer.text}`);
  }
  assert.equal((await make({}, { consent: 'consent-2026-001' })).status, 201);
});

test('a value that the device says it could not compute is marked, unless a field that is absent explains it', async () => {
  const values = JSON.parse(host('inspect', old.edge.path, '--json')).cut.values.map(({ name }) => name);
  const make = async (lie, absent) => {
    const honest = { age: 37, behaviour: -0.3, housing_woe: 0.35, burden_clipped: 0.4, account_card: 340, ...lie };
    const data = local({ values: values.map((name) => honest[name] ?? 0), absent, reasons: [[]] });
    const answer = await tenant.decide({ receipt: sealed(await tenant.challenge(), { data, consent: 'c' }), fields: ORDINARY.edge });
    assert.equal(answer.status, 201, answer.text);
    return [answer.json.assurance.level, ...codes(answer)];
  };
  assert.deepEqual(await make({}, []), ['committed']);
  // Out of range is what a result comes to that is not finite.
  const missing = (name) => ({ [name]: { state: 3 } });
  assert.deepEqual(await make(missing('burden_clipped'), []), ['reduced', 'absent:burden_clipped']);
  assert.deepEqual(await make(missing('behaviour'), []), ['reduced', 'absent:behaviour']);
  // Another absent field may be why, yet does not hide a value from the range that training has seen.
  assert.deepEqual(await make(missing('behaviour'), [[3, 1]]), ['committed']);
  assert.deepEqual(await make(missing('burden_clipped'), [[3, 1]]), ['reduced', 'absent:burden_clipped']);
});

test('receipts cut off at each byte, and with each byte changed: refused, nothing spent', async () => {
  const text = await ordinary();
  const receipt = Buffer.from(text, 'base64url');
  const broken = [];
  for (let at = 0; at < receipt.length; at += 1 + (at > 120) * 3) {
    broken.push(receipt.subarray(0, at));
    const changed = Buffer.from(receipt);
    changed[at] ^= 1 << (at % 8);
    broken.push(changed);
  }
  broken.push(Buffer.concat([receipt, Buffer.from([0])]));
  for (const bytes of broken) {
    const answer = await tenant.decide({ receipt: bytes.toString('base64url') });
    assert.ok([400, 422].includes(answer.status), `${answer.status} ${answer.text}`);
    assert.match(answer.code, /^SCL-\d{4}$/);
  }
  for (const bytes of [' ', '====', `${text}=`, `${text}\n`, text.replace(/^../, '++'), 7, null, [], {}]) {
    const answer = await tenant.decide({ receipt: bytes });
    assert.ok([400, 422].includes(answer.status), `${JSON.stringify(bytes)}: ${answer.status} ${answer.text}`);
  }
  assert.equal((await tenant.decide({ receipt: text })).status, 201);
});

test('bodies that are no JSON, or no object', async () => {
  for (const body of ['', '{', '[]', 'null', '7', '"x"', '{"receipt":"a","receipt":"b"}', '{"what":1}', '\ufeff{}', Buffer.from([0xff, 0xfe]), '['.repeat(20_000)]) {
    const answer = await tenant.decide(body);
    assert.ok([400, 422].includes(answer.status), `${String(body).slice(0, 20)}: ${answer.status} ${answer.text}`);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
  }
});

test('a body over the limit is refused, whether or not it says how long it is', async () => {
  const body = (size) => `{"record":{"housing":"${'x'.repeat(size)}"}}`;
  const answer = await tenant.decide(body(100_000));
  assert.equal(answer.status, 413, answer.text);
  // Of one that is far too large the answer may come before it is sent: then the connection ends under it.
  const huge = await tenant.decide(body(8 << 20)).catch(({ code }) => ({ status: code }));
  assert.ok([413, 'EPIPE', 'ECONNRESET'].includes(huge.status), String(huge.status));
  const chunks = await raw(async (socket) => {
    socket.write(head('Transfer-Encoding: chunked'));
    for (let sent = 0; sent < 128 && !socket.destroyed; sent++) {
      socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
      await sleep(1);
    }
  });
  assert.match(chunks, /^HTTP\/1\.1 413 /);
  assert.equal((await edge.get('/healthz')).status, 200);
});

test('a body that comes slowly holds up nobody else', async () => {
  const body = JSON.stringify({ receipt: await ordinary() });
  let rest;
  const slow = raw(async (socket) => {
    socket.write(head(`Content-Length: ${body.length}`));
    for (let at = 0; at < body.length; at += 20) {
      socket.write(body.slice(at, at + 20));
      await sleep(40);
      if (at === 200) rest = Promise.all(Array.from({ length: 20 }, async () => tenant.decide({ receipt: await ordinary() })));
    }
  });
  const said = await slow;
  assert.match(said, /^HTTP\/1\.1 201 /);
  assert.deepEqual((await rest).map(({ status }) => status), Array(20).fill(201));
});

test('a body that stops half way spends nothing', async () => {
  const body = JSON.stringify({ receipt: await ordinary() });
  await raw(async (socket) => {
    socket.write(head(`Content-Length: ${body.length}`));
    socket.write(body.slice(0, -10));
    await sleep(100);
    socket.destroy();
  });
  const answer = await tenant.decide(body);
  assert.equal(answer.status, 201, answer.text);
});

function head(length) {
  return [
    'POST /v1/decisions HTTP/1.1', 'Host: edge', `Authorization: Bearer ${tenant.sk}`, 'Content-Type: application/json', length,
    'Connection: close', '', '',
  ].join('\r\n');
}

/** Writes to a connection of its own; what came back. */
function raw(write) {
  const { port } = new URL(edge.url);
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(Number(port), '127.0.0.1', () => write(socket).catch(() => undefined));
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on('data', (data) => { said += data; });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
  });
}
