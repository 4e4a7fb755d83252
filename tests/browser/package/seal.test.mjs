// The device stage in the package: what leaves, sealed for the edge; checked with the raw ABI and with Node's own cryptography.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createDecipheriv, createHash, createHmac, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { install, installed, root, signedBundle, signed, target } from './harness.mjs';

const folder = join(target, 'consumers/seal');
const tool = process.env.SCORELET_TOOL ?? join(target, 'debug/scorelet');
const pair = generateKeyPairSync('x25519');
const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x, 'base64url');
const nonce = Buffer.alloc(56, 5);
const record = {
  status_of_existing_checking_account: '... < 0 DM',
  duration_in_month: 6,
  purpose: 'radio/television',
  credit_amount: 1169,
  savings_account_and_bonds: 'unknown/ no savings account',
  present_employment_since: '... >= 7 years',
  installment_rate_in_percentage_of_disposable_income: 4,
  property: 'real estate',
};
const bureau = { credit_history: 'critical account/ other credits existing (not at this bank)', other_installment_plans: 'none' };

let Scorer, ScoreletError, scorer, raw;
before(async () => {
  install();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync(tool, ['build', 'host/examples/german-credit/split', '-o', join(folder, 'split.sclb')], { cwd: root, stdio: 'ignore' });
  ({ Scorer, ScoreletError } = await import(pathToFileURL(join(installed, 'dist/node.js'))));
  scorer = await Scorer.open(stage('.device'), { publicKey: null });
  raw = (await WebAssembly.instantiate(readFileSync(join(target, 'wasm/scorelet_core.wasm')))).instance.exports;
});
after(() => scorer?.dispose());

const stage = (name) => readFileSync(join(folder, `split${name}.sclb`));

/** Copies bytes into the raw engine. */
function put(bytes) {
  const at = raw.scl_alloc(bytes.length);
  new Uint8Array(raw.memory.buffer, at, bytes.length).set(bytes);
  return [at, bytes.length];
}

const result = () => Buffer.from(new Uint8Array(raw.memory.buffer, raw.scl_result_ptr(), raw.scl_result_len()));

function opened(name) {
  const handle = raw.scl_open(...put(stage(name)), 0);
  assert.ok(handle > 0, result().toString());
  return handle;
}

/** A call of the raw engine and what it leaves in the result area. */
function ask(call, handle, ...parts) {
  assert.equal(call(handle, ...parts), 0, result().toString());
  return result();
}

const json = (value) => put(Buffer.from(JSON.stringify(value)));

/** HPKE of RFC 9180, base mode, opened step by step: X25519, HKDF-SHA256, ChaCha20-Poly1305. */
function unseal(receipt) {
  const mac = (key, ...parts) => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
  const suites = { kem: Buffer.from('KEM\x00\x20', 'latin1'), hpke: Buffer.from('HPKE\x00\x20\x00\x01\x00\x03', 'latin1') };
  const text = (value) => Buffer.from(value);
  const extract = (suite, salt, label, ikm) => mac(salt.length ? salt : Buffer.alloc(32), text('HPKE-v1'), suites[suite], text(label), ikm);
  const expand = (suite, key, label, info, length) => {
    const all = Buffer.concat([Buffer.from([length >> 8, length]), text('HPKE-v1'), suites[suite], text(label), info]);
    return mac(key, all, Buffer.from([1])).subarray(0, length);
  };
  const none = Buffer.alloc(0);
  const [header, encapsulated, sealed] = [receipt.subarray(0, 14), receipt.subarray(14, 46), receipt.subarray(46)];
  const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: encapsulated.toString('base64url') }, format: 'jwk' });
  const dh = diffieHellman({ privateKey: pair.privateKey, publicKey: theirs });
  const shared = expand('kem', extract('kem', none, 'eae_prk', dh), 'shared_secret', Buffer.concat([encapsulated, publicKey]), 32);
  const context = Buffer.concat([Buffer.from([0]), extract('hpke', none, 'psk_id_hash', none), extract('hpke', none, 'info_hash', text('scorelet receipt v1'))]);
  const secret = extract('hpke', shared, 'secret', none);
  const cipher = createDecipheriv('chacha20-poly1305', expand('hpke', secret, 'key', context, 32), expand('hpke', secret, 'base_nonce', context, 12), { authTagLength: 16 });
  cipher.setAAD(header, { plaintextLength: sealed.length - 16 });
  cipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]);
}

const challenge = (more = {}) => ({
  nonce: nonce.toString('base64url'),
  issued: '2026-01-01T00:00:00Z',
  expires: '2026-01-01T00:05:00Z',
  server_time: '2026-01-01T00:00:01Z',
  key: { id: 'x', public_key: publicKey.toString('base64url') },
  bundle: { digest: scorer.info.digest, name: 'x', version: '1' },
  ...more,
});

async function refused(work, code) {
  let thrown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof ScoreletError, `not a ScoreletError but ${thrown}`);
  assert.equal(thrown.code, code, thrown.message);
  for (const key of ['message', 'path', 'mend']) assert.ok(thrown[key].length > 3, `${code} has no ${key}`);
  return thrown;
}

test('a device bundle says what leaves', () => {
  const { cut } = scorer.info;
  assert.equal(cut.stage, 'device');
  assert.match(cut.whole, /^[0-9a-f]{64}$/);
  const [value, ...others] = cut.values;
  assert.deepEqual([value.name, value.min, value.max, typeof value.distinct, others.length], ['application', 315, 542, 'number', 0]);
  assert.deepEqual(cut.reasons, ['application']);
  assert.ok(scorer.fields.every((field) => field.stage === 'device' && !field.leavesDevice));
});

test('local credit data is what scl_local gives, and finishes to the decision of the whole bundle', async () => {
  const whole = await Scorer.open(stage(''), { publicKey: null });
  const [device, edge] = [opened('.device'), opened('.edge')];
  for (const amount of [1169, 5000, 9000]) {
    for (const housing of [undefined, 'own', 'elsewhere']) {
      const one = { ...record, credit_amount: amount, ...(housing && { housing }) };
      const local = scorer.localCreditData(one);
      const bytes = ask(raw.scl_local, device, ...json(one));
      assert.deepEqual(Buffer.from(local.bytes), bytes);
      assert.equal(local.bundle, scorer.info.digest);
      const [value] = local.values;
      assert.deepEqual([value.name, value.state], ['application', 'present']);
      assert.equal(value.value, bytes.readDoubleLE(3));
      assert.deepEqual(local.absent.map((absent) => [absent.field, absent.state]), housing === 'own' ? [] : [['housing', housing ? 'unseen' : 'missing']]);
      const answer = ask(raw.scl_finish, edge, ...put(local.bytes), ...json(bureau), 0).toString('latin1');
      assert.ok(answer.includes(whole.score({ ...one, ...bureau }, { reasons: false }).digest));
    }
  }
  assert.match(scorer.localCreditData(record, { language: 'zh' }).reasons[0].reasons[0].text, /\p{Script=Han}/u);
  whole.dispose();
});

test('a receipt holds the challenge, the time, the consent and the local credit data, for the key of the challenge', async () => {
  const from = Date.now();
  const { receipt, bytes, salt, local } = await scorer.seal(challenge(), record, { consent: 'consent/7' });
  assert.equal(receipt, Buffer.from(bytes).toString('base64url'));
  assert.equal(Buffer.from(salt, 'base64url').length, 32);
  assert.deepEqual(local, scorer.localCreditData(record));
  assert.equal(Buffer.from(bytes.subarray(0, 6)).toString('latin1'), 'SCLR\x01\x00');
  assert.deepEqual(Buffer.from(bytes.subarray(6, 14)), createHash('sha256').update(publicKey).digest().subarray(0, 8));
  const body = unseal(Buffer.from(bytes));
  assert.equal(body.subarray(0, 32).toString('hex'), scorer.info.digest);
  assert.equal(body.readUInt16LE(32), nonce.length);
  assert.deepEqual(body.subarray(34, 34 + nonce.length), nonce);
  const time = Number(body.readBigUInt64LE(34 + nonce.length));
  assert.ok(time >= from && time <= Date.now());
  const rest = body.subarray(34 + nonce.length + 8 + 32);
  assert.equal(rest.subarray(2, 2 + rest.readUInt16LE(0)).toString(), 'consent/7');
  assert.deepEqual(rest.subarray(2 + rest.readUInt16LE(0)), Buffer.from(local.bytes));
});

test('no two receipts, salts or commitments are equal', async () => {
  const all = await Promise.all(Array.from({ length: 50 }, () => scorer.seal(challenge(), record)));
  const commitment = ({ bytes }) => unseal(Buffer.from(bytes)).subarray(42 + nonce.length, 74 + nonce.length).toString('hex');
  for (const of of [(one) => one.receipt, (one) => one.salt, commitment]) assert.equal(new Set(all.map(of)).size, all.length);
});

test('challenges that are not for this bundle, have ended or are none', async () => {
  const seal = (more) => scorer.seal(challenge(more), record);
  const other = await refused(() => seal({ bundle: { digest: 'f'.repeat(64) } }), 'SCL-0809');
  assert.match(other.mend, /fetch that bundle/);
  await refused(() => seal({ server_time: '2026-01-01T00:05:00Z' }), 'SCL-0810');
  await refused(() => seal({ server_time: '2027-01-01T00:00:00+01:00' }), 'SCL-0810');
  // The device's clock is for the edge to judge; times that are not there are too.
  await seal({ expires: undefined, server_time: undefined });
  await seal({ bundle: { digest: scorer.info.digest.toUpperCase() } });
  for (const bundle of [undefined, null, {}, { digest: 5 }, 'x']) await refused(() => seal({ bundle }), 'SCL-0807');
  for (const key of [undefined, null, {}, { public_key: 5 }, { public_key: '' }, { public_key: '*' }, { public_key: 'a' }]) {
    await refused(() => seal({ key }), 'SCL-0807');
  }
  for (const bad of [undefined, null, 5, '', 'a b', 'a', '=', 'x'.repeat(1 << 20)]) await refused(() => seal({ nonce: bad }), 'SCL-0807');
  await refused(() => seal({ nonce: 'A'.repeat(1000) }), 'SCL-1001');
  for (const length of [1, 31, 33]) await refused(() => seal({ key: { public_key: Buffer.alloc(length, 9).toString('base64url') } }), 'SCL-1004');
  // A key of small order: nothing may be sealed for it.
  await refused(() => seal({ key: { public_key: Buffer.alloc(32).toString('base64url') } }), 'SCL-1004');
  for (const given of [undefined, null, 5, 'x', [], () => challenge()]) await refused(() => scorer.seal(given, record), 'SCL-0807');
  const thrown = new Error('mine');
  await refused(() => scorer.seal({ get nonce() { throw thrown; } }, record), 'SCL-0807');
  await refused(() => scorer.seal(new Proxy({}, { get() { throw thrown; } }), record), 'SCL-0807');
});

test('records and options that are none; bundles of another stage', async () => {
  for (const given of [null, undefined, 5, [], () => record]) {
    await refused(() => scorer.localCreditData(given), 'SCL-0202');
    await refused(() => scorer.seal(challenge(), given), 'SCL-0202');
  }
  await refused(() => scorer.seal(challenge(), { ...record, credit_history: 'x' }), 'SCL-0203');
  await refused(() => scorer.localCreditData({ ...record, credit_amount: '1169' }), 'SCL-0205');
  await refused(() => scorer.localCreditData({ ...record, get housing() { throw new Error('mine'); } }), 'SCL-0806');
  for (const consent of [5, {}, null]) await refused(() => scorer.seal(challenge(), record, { consent }), 'SCL-0807');
  await refused(() => scorer.seal(challenge(), record, { consent: 'é'.repeat(65) }), 'SCL-1001');
  const plain = await Scorer.open(readFileSync(signedBundle), { publicKey: signed.publicKey });
  assert.equal(plain.info.cut, null);
  await refused(() => plain.localCreditData(signed.record), 'SCL-0211');
  await refused(() => plain.seal(challenge({ bundle: { digest: plain.info.digest } }), signed.record), 'SCL-0211');
  // A getter that disposes in the middle does no harm.
  const other = await Scorer.open(stage('.device'), { publicKey: null });
  await refused(() => other.seal(challenge(), { ...record, get housing() { other.dispose(); return 'own'; } }), 'SCL-0804');
  await refused(() => other.seal(challenge(), record), 'SCL-0804');
  assert.equal(scorer.localCreditData(record).values.length, 1);
});
