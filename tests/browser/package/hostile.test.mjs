// Input that nobody should give, and calls at the wrong time: each ends in a ScoreletError with code, place and mend.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { corpus, install, installed, root, signed, signedBundle } from './harness.mjs';

let scorelet, Scorer, ScoreletError, init;
const bundle = readFileSync(signedBundle);
const { publicKey, record } = signed;
let instances = 0;

before(async () => {
  install();
  scorelet = await fresh();
  ({ Scorer, ScoreletError, init } = scorelet);
});

/** The package with no engine loaded yet. */
function fresh(entry = 'node.js') {
  // Each query is a module of its own to Node, but not what it imports: so the whole package is copied as data.
  return import(`${pathToFileURL(copy())}/${entry}`);
}

function copy() {
  const folder = join(installed, `../../../fresh/${process.pid}-${instances++}`);
  cpSync(join(installed, 'dist'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  return folder;
}

/** Whatever `work` throws, which must be a complete ScoreletError with the code. */
async function refused(work, code, of = ScoreletError) {
  let thrown;
  try {
    await work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof of, `not a ScoreletError but ${thrown}`);
  assert.equal(thrown.code, code, thrown.message);
  for (const key of ['message', 'path', 'mend']) assert.ok(thrown[key].length > 3, `${code} has no ${key}`);
  assert.ok(thrown instanceof Error && thrown.name === 'ScoreletError');
  return thrown;
}

const open = (bytes, options) => Scorer.open(bytes, { publicKey, ...options });

test('bundles', async () => {
  const changed = (at) => Uint8Array.from(bundle, (byte, i) => (i === at ? byte ^ 1 : byte));
  await refused(() => open(new Uint8Array()), 'SCL-0101');
  await refused(() => open(new TextEncoder().encode('<!doctype html><title>404</title>')), 'SCL-0101');
  for (const length of [1, 7, 8, 50, 111]) await refused(() => open(bundle.subarray(0, length)), length < 8 ? 'SCL-0101' : 'SCL-0103');
  await refused(() => open(bundle.subarray(0, 112)), 'SCL-0109');
  await refused(() => open(bundle.subarray(0, bundle.length - 1)), 'SCL-0109');
  await refused(() => open(changed(bundle.length - 5)), 'SCL-0109');
  await refused(() => open(changed(60)), 'SCL-0109');
  await refused(() => open(changed(20)), 'SCL-0108');
  await refused(() => open(changed(20), { publicKey: null }), 'SCL-0109');
  await refused(() => open(bundle, { publicKey: '0'.repeat(64) }), 'SCL-0108');
  await refused(() => open(readFileSync(join(corpus, 'every-kind.sclb'))), 'SCL-0107');
  await refused(() => open(new Uint8Array((64 << 20) + 1)), 'SCL-0105');
  for (const given of [null, undefined, 5, {}, [], Promise.resolve(7)]) await refused(() => open(given), 'SCL-0807');
  await refused(() => open('http://127.0.0.1:9/none.sclb'), 'SCL-0805');
  await refused(() => open(new Response('', { status: 404 })), 'SCL-0805');
  await refused(() => open(Promise.reject(new TypeError('no network'))), 'SCL-0805');
  for (const key of [undefined, 'abc', new Uint8Array(31), 7, `0x${'0'.repeat(62)}`]) {
    await refused(() => open(bundle, { publicKey: key }), 'SCL-0807');
  }
  await refused(() => Scorer.open(bundle), 'SCL-0807');
  await refused(() => open(bundle, { digest: 'f'.repeat(64) }), 'SCL-0808');
  (await open(bundle, { digest: signed.bundle.toUpperCase() })).dispose();
});

test('bytes, keys, records and columns of another realm', async () => {
  const there = runInNewContext('({ buffer: new ArrayBuffer(length), key: new Uint8Array(32), column: new Float64Array(2), record: JSON.parse(text) })',
    { length: bundle.length, text: JSON.stringify(record) });
  new Uint8Array(there.buffer).set(bundle);
  there.key.set(Buffer.from(publicKey, 'hex'));
  const scorer = await Scorer.open(there.buffer, { publicKey: there.key });
  assert.equal(scorer.score(there.record).digest, signed.digest);
  const number = scorer.fields.find((field) => field.type === 'integer').name;
  there.column.fill(record[number]);
  const columns = Object.fromEntries(scorer.fields.map(({ name }) => [name, [record[name], record[name]]]));
  assert.equal(scorer.scoreColumns({ ...columns, [number]: there.column }).rows, 2);
  scorer.dispose();
});

test('every broken bundle of the corpus', async () => {
  const folder = join(root, 'tests/hostile/bundles');
  const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  for (const [name, { code, message, place }] of Object.entries(expected)) {
    const error = await refused(() => Scorer.open(readFileSync(join(folder, name)), { publicKey: null }), code);
    assert.deepEqual([error.message, error.path], [message, place], name);
  }
});

test('older bundles and bundles of another name', async () => {
  const { name, version } = signed;
  for (const previous of [{ version }, { name, version }, { version: '0.0.1' }, { version: `${version}-rc.1` }]) {
    (await open(bundle, { previous })).dispose();
  }
  const older = await refused(() => open(bundle, { previous: { name, version: '99.0.0' } }), 'SCL-0122');
  assert.match(older.mend, /99\.0\.0/);
  await refused(() => open(bundle, { previous: { name: 'another', version } }), 'SCL-0121');
  await refused(() => open(bundle, { previous: {} }), 'SCL-0807');
});

test('records', async () => {
  const scorer = await open(bundle);
  const first = scorer.fields.find((field) => field.type === 'integer' || field.type === 'number').name;
  const category = scorer.fields.find((field) => field.type === 'category').name;
  const cyclic = {};
  cyclic.itself = cyclic;
  const wrong = (value, name = first) => ({ ...record, [name]: value });
  for (const value of ['6', true, [], [6], {}, cyclic, new Date(), new Number(6), 6n, Symbol('6'), () => 6, NaN, Infinity, -Infinity]) {
    const error = await refused(() => scorer.score(wrong(value)), 'SCL-0205');
    assert.deepEqual([error.field, error.row], [first, 0]);
  }
  await refused(() => scorer.score(wrong(5, category)), 'SCL-0205');
  for (const text of ['x'.repeat(1 << 26), '\ud800\0', '']) {
    const { absent } = scorer.score(wrong(text, category));
    assert.deepEqual(absent, [{ field: category, state: 'unseen' }]);
  }
  for (const given of [null, undefined, 5, 'x', [], [record], new Map(Object.entries(record)), new Date(), Promise.resolve(record), () => record]) {
    await refused(() => scorer.score(given), 'SCL-0202');
  }
  await refused(() => scorer.score({ ...record, nothing: 1 }), 'SCL-0203');
  await refused(() => scorer.score({ ...record, ['x'.repeat(1 << 20)]: 1 }), 'SCL-0203');
  await refused(() => scorer.score(cyclic), 'SCL-0203');
  await refused(() => scorer.score({ ...record, ['__proto__']: 1 }), 'SCL-0203');
  const boom = await refused(() => scorer.score({ ...record, get [first]() { throw new RangeError('boom'); } }), 'SCL-0806');
  assert.equal(boom.cause.message, 'boom');
  await refused(() => scorer.score({ ...record, get [first]() { throw null; } }), 'SCL-0806');
  await refused(() => scorer.score(new Proxy(record, { ownKeys() { throw new Error('no keys'); } })), 'SCL-0806');
  // What is inherited is no part of the record: a field that must be there is missing.
  await refused(() => scorer.score(Object.create(record)), 'SCL-0206');
  await refused(() => scorer.score({}), 'SCL-0206');
  await refused(() => scorer.scoreAll({}), 'SCL-0807');
  await refused(() => scorer.explain(record, { score: 'none' }), 'SCL-0403');
  // The engine goes on, and what is odd but right is taken.
  class Applicant { constructor() { Object.assign(this, record); } }
  const odd = [record, new Applicant(), Object.freeze({ ...record }), new Proxy(record, {}), Object.assign(Object.create(null), record),
    Object.fromEntries(Object.entries(record).reverse()), { ...record, [Symbol('x')]: 1 }];
  for (const given of odd) assert.equal(scorer.score(given).digest, signed.digest);
  const answers = scorer.scoreAll([record, { ...record, [first]: 'x' }, null, record]);
  assert.deepEqual(answers.map((answer) => answer.code ?? answer.digest), [signed.digest, 'SCL-0205', 'SCL-0202', signed.digest]);
  assert.equal(answers[1].row, 1);
  scorer.dispose();
});

/** Values that throw at whatever is done with them. */
function revoked(target = {}) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

test('values that throw leave the engine alive', async () => {
  const [scorer, other] = [await open(bundle), await open(bundle)];
  const first = scorer.fields.find((field) => field.type === 'integer' || field.type === 'number').name;
  const throws = (value) => ({ ...record, get [first]() { throw value; } });
  for (const given of [{ ...record, [first]: revoked() }, { ...record, [first]: revoked([]) }, revoked(),
    throws(revoked()), throws(revoked(new Error('gone'))), throws('a text'), throws('{"code":"SCL-0101"}'), throws(Symbol('x')),
    throws(Object.assign(new Error(''), { message: Symbol('x') })), new Proxy(record, { ownKeys() { throw revoked(); } })]) {
    await refused(() => scorer.score(given), 'SCL-0806');
    await refused(() => scorer.explain(given), 'SCL-0806');
    const [answer, next] = scorer.scoreAll([given, record]);
    assert.deepEqual([answer.code, answer.row, next.digest], ['SCL-0806', 0, signed.digest]);
  }
  const values = Object.fromEntries(scorer.fields.map(({ name }) => [name, [record[name]]]));
  const cells = (work) => Object.defineProperty([0], 0, { get: work });
  for (const given of [{ ...values, get [first]() { throw new Error('boom'); } }, { ...values, get [first]() { throw 'boom'; } },
    { ...values, [first]: revoked([]) }, revoked(), { ...values, [first]: cells(() => { throw revoked(); }) },
    new Proxy(values, { ownKeys() { throw new Error('no keys'); } })]) {
    const error = await refused(() => scorer.scoreColumns(given), 'SCL-0806');
    assert.ok(error.field === undefined || error.field === first);
  }
  for (const cell of [revoked(), Symbol('x'), 5n, () => 5]) await refused(() => scorer.scoreColumns({ ...values, [first]: [cell] }), 'SCL-0807');
  await refused(() => scorer.scoreColumns({ ...values, [first]: { length: 1, [Symbol.toStringTag]: 'Float64Array' } }), 'SCL-0807');
  for (const text of [5, null, {}, Symbol('en'), ['en'], revoked()]) {
    await refused(() => scorer.score(record, { language: text }), 'SCL-0807');
    await refused(() => scorer.scoreAll([record], { language: text }), 'SCL-0807');
    await refused(() => scorer.explain(record, { language: text }), 'SCL-0807');
    await refused(() => scorer.explain(record, { score: text }), 'SCL-0807');
    await refused(() => open(bundle, { language: text }), 'SCL-0807');
    await refused(() => open(bundle, { digest: text }), 'SCL-0807');
    await refused(() => open(bundle, { previous: { name: text, version: '0.0.1' } }), 'SCL-0807');
    await refused(() => scorer.batch(1, { outputs: text === null ? 7 : [text] }), 'SCL-0807');
    await refused(() => scorer.scoreColumns(values, { outputs: text === null ? 7 : [text] }), 'SCL-0807');
  }
  for (const reasons of [0n, '', 0, NaN, null, {}, Symbol('yes'), revoked()]) {
    const wanted = reasons === null || typeof reasons === 'object' || typeof reasons === 'symbol';
    assert.equal('reasons' in scorer.score(record, { reasons }).scores[0], wanted, typeof reasons);
  }
  await refused(() => open(bundle, { publicKey: { length: 32, [Symbol.toStringTag]: 'Uint8Array' } }), 'SCL-0807');
  const moved = Uint8Array.from(bundle).buffer;
  structuredClone(moved, { transfer: [moved] });
  await refused(() => open(moved), 'SCL-0807');
  // Everybody's engine goes on.
  assert.equal(scorer.score(record).digest, signed.digest);
  assert.equal(other.score(record).digest, signed.digest);
  scorer.dispose();
  other.dispose();
});

test('half letters stay in their own text', async () => {
  const scorer = await Scorer.open(readFileSync(join(corpus, 'every-kind.sclb')), { publicKey: null });
  const { records } = JSON.parse(readFileSync(join(corpus, 'every-kind.json'), 'utf8'));
  const texts = scorer.fields.filter(({ type }) => type === 'category' || type === 'date').map(({ name }) => name);
  assert.ok(texts.length >= 2);
  const seen = (given) => {
    const [answer] = scorer.scoreAll([given]);
    return answer.digest ?? [answer.code, answer.field, answer.message];
  };
  const full = records.find((given) => texts.every((name) => typeof given[name] === 'string'));
  assert.ok(full !== undefined);
  for (const [a, b] of texts.flatMap((one) => texts.map((two) => [one, two])).filter(([one, two]) => one !== two)) {
    const lone = { ...full, [a]: 'x\ud83d', [b]: '\ude00' };
    assert.deepEqual(seen(lone), seen({ ...full, [a]: 'x\ufffd', [b]: '\ufffd' }), `${a}, ${b}`);
    assert.deepEqual(seen({ ...full, [a]: '\ud83d' }), seen({ ...full, [a]: '\ufffd' }), a);
  }
  const pair = '\u{1f600}'.repeat(3000);
  assert.deepEqual(seen({ ...full, [texts[0]]: pair }), seen({ ...full, [texts[0]]: 'y'.repeat(5000) }));
  scorer.dispose();
});

test('records in their places', async () => {
  const scorer = await open(bundle);
  const sparse = new Array(3);
  sparse[1] = record;
  const answers = scorer.scoreAll(sparse);
  assert.deepEqual(answers.map((answer) => answer.code ?? answer.digest), ['SCL-0202', signed.digest, 'SCL-0202']);
  assert.deepEqual(answers.map(({ row }) => row), [0, undefined, 2]);
  scorer.dispose();
});

test('truths are no numbers and no categories', async () => {
  const scorer = await open(bundle);
  const values = Object.fromEntries(scorer.fields.map(({ name }) => [name, [record[name], record[name]]]));
  const details = ({ code, message, path, mend, row, field }) => ({ code, message, path, mend, row, field });
  for (const { name, type } of scorer.fields.filter(({ type }) => type !== 'boolean')) {
    const asColumn = await refused(() => scorer.scoreColumns({ ...values, [name]: [true, record[name]] }), 'SCL-0205');
    const asRecord = await refused(() => scorer.score({ ...record, [name]: true }), 'SCL-0205');
    assert.deepEqual(details(asColumn), details(asRecord), type);
    const second = await refused(() => scorer.scoreColumns({ ...values, [name]: [record[name], false] }), 'SCL-0205');
    assert.deepEqual([second.row, second.field], [1, name]);
  }
  scorer.dispose();
  // Every type's words are the engine's.
  const all = await Scorer.open(readFileSync(join(corpus, 'every-kind.sclb')), { publicKey: null });
  const { records } = JSON.parse(readFileSync(join(corpus, 'every-kind.json'), 'utf8'));
  const full = records.find((given) => all.scoreAll([given])[0].digest !== undefined);
  for (const { name, type } of all.fields) {
    const columns = { [name]: [true] };
    if (type === 'boolean') continue;
    const asRecord = all.scoreAll([{ ...full, [name]: true }])[0];
    assert.deepEqual(details(await refused(() => all.scoreColumns(columns), 'SCL-0205')), details(asRecord), type);
  }
  const boolean = all.fields.find(({ type }) => type === 'boolean');
  if (boolean !== undefined) {
    const out = all.info.outputs;
    const column = (value) => {
      try {
        return all.scoreColumns({ [boolean.name]: [value] }, { outputs: out }).columns;
      } catch (error) {
        return error.message;
      }
    };
    assert.deepEqual(column(true), column(1));
  }
  all.dispose();
});

test('columns have only the names that were asked for', async () => {
  const scorer = await open(bundle);
  const { columns } = scorer.scoreColumns({});
  assert.equal(Object.getPrototypeOf(columns), null);
  assert.equal('toString' in columns, false);
  scorer.dispose();
});

test('getters that come back', async () => {
  const [scorer, other] = [await open(bundle), await open(bundle)];
  const first = scorer.fields[1].name;
  let inner;
  const again = { ...record, get [first]() { inner = scorer.score(record).digest; return record[first]; } };
  assert.equal(scorer.score(again).digest, signed.digest);
  assert.equal(inner, signed.digest);
  await refused(() => scorer.score({ ...record, get [first]() { scorer.dispose(); return 1; } }), 'SCL-0804');
  assert.equal(other.score(record).digest, signed.digest);
  other.dispose();
});

test('columns', async () => {
  const scorer = await open(bundle);
  const rows = 1_000_000;
  const values = Object.fromEntries(scorer.fields.map(({ name }) => [name, [record[name], record[name]]]));
  const expected = scorer.score(record).scores[0].score;
  const name = scorer.info.scores[0].name;
  assert.deepEqual([...scorer.scoreColumns(values).columns[`${name}.score`]], [expected, expected]);
  const uneven = { ...values, [scorer.fields[0].name]: new Float64Array(rows), [scorer.fields[1].name]: new Float64Array(rows + 1) };
  const [a, b] = scorer.fields;
  const error = await refused(() => scorer.scoreColumns({ [a.name]: uneven[a.name], [b.name]: uneven[b.name] }), 'SCL-0208');
  assert.equal(error.field, b.name);
  await refused(() => scorer.scoreColumns({ nothing: [1] }), 'SCL-0203');
  await refused(() => scorer.scoreColumns({ [a.name]: 'text' }), 'SCL-0807');
  await refused(() => scorer.scoreColumns({ [a.name]: [{}] }), 'SCL-0807');
  await refused(() => scorer.scoreColumns(null), 'SCL-0807');
  await refused(() => scorer.scoreColumns(values, { outputs: ['none'] }), 'SCL-0807');
  await refused(() => scorer.scoreColumns({}, { outputs: ['none'] }), 'SCL-0807');
  assert.equal(scorer.scoreColumns({}).rows, 0);
  const number = scorer.fields.find((field) => field.type === 'integer');
  const long = Object.fromEntries(scorer.fields.map((field) => [field.name, new Array(20_000).fill(record[field.name])]));
  long[number.name][17_003] = 'six';
  const far = await refused(() => scorer.scoreColumns(long), 'SCL-0205');
  assert.deepEqual([far.row, far.field], [17_003, number.name]);
  long[number.name][17_003] = Number.NaN;
  const missing = await refused(() => scorer.scoreColumns(long), 'SCL-0206');
  assert.deepEqual([missing.row, missing.field], [17_003, number.name]);
  assert.match(missing.path, /row 17003/);
  for (const count of [0, -1, 1.5, Number.NaN, '1', 2 ** 40]) {
    await refused(() => scorer.batch(count), typeof count === 'number' && count > 2 ? 'SCL-0402' : 'SCL-0807');
  }
  scorer.dispose();
});

test('views of a memory that grows', async () => {
  const scorer = await open(bundle);
  const batch = scorer.batch(1);
  const codes = scorer.fields.map((field) => field.type === 'category' ? field.values.indexOf(record[field.name]) : record[field.name]);
  batch.values.set(codes);
  const before = [...batch.run()];
  const old = batch.values;
  const others = [];
  while (old.length > 0) others.push(scorer.batch(100_000));
  assert.deepEqual([...batch.values], codes);
  assert.deepEqual([...batch.run()], before);
  others.forEach((other) => other.dispose());
  batch.dispose();
  await refused(() => batch.run(), 'SCL-0804');
  await refused(() => batch.values, 'SCL-0804');
  scorer.dispose();
});

test('after dispose', async () => {
  const scorer = await open(bundle);
  const batch = scorer.batch(1);
  scorer.dispose();
  scorer.dispose();
  for (const work of [() => scorer.score(record), () => scorer.scoreAll([record]), () => scorer.explain(record),
    () => scorer.scoreColumns({ [scorer.fields[0].name]: [null] }), () => scorer.batch(1), () => batch.run(), () => batch.values]) {
    await refused(work, 'SCL-0804');
  }
  assert.equal(scorer.info.digest, signed.bundle);
});

test('init: twice, at once, in vain, and not at all', async () => {
  const wasm = readFileSync(join(installed, 'dist/scorelet_bg.wasm'));
  const { instantiate, compile } = WebAssembly;
  let started = 0;
  WebAssembly.instantiate = (...all) => { started++; return instantiate(...all); };
  try {
    const a = await fresh();
    assert.equal(started, 0);
    await Promise.all([a.init(), a.init(wasm), a.Scorer.open(bundle, { publicKey })]);
    await a.init();
    assert.equal(started, 1);
  } finally {
    WebAssembly.instantiate = instantiate;
  }
  const b = await fresh();
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const core = join(root, 'target/wasm/scorelet_core.wasm');
  const bad = [new Uint8Array(), new Uint8Array(9), wasm.subarray(0, 1000), empty, await compile(empty), '::', 5, {},
    'http://127.0.0.1:9/', new Response('', { status: 500 }), new Response('no wasm'), () => Promise.reject(new Error('gone'))];
  if (existsSync(core)) bad.push(readFileSync(core));
  for (const source of bad) {
    await refused(() => b.init(typeof source === 'function' ? source() : source), 'SCL-0802', b.ScoreletError);
  }
  const [vain, good] = await Promise.allSettled([b.init(empty), b.init(wasm)]);
  assert.deepEqual([vain.status, good.status], ['rejected', 'fulfilled']);
  const scorer = await b.Scorer.open(bundle, { publicKey });
  assert.equal(scorer.score(record).digest, signed.digest);
  const slim = await fresh('slim.js');
  await refused(() => slim.init(), 'SCL-0801', slim.ScoreletError);
  await refused(() => slim.Scorer.open(bundle, { publicKey }), 'SCL-0801', slim.ScoreletError);
  await slim.init(await compile(wasm));
  assert.equal((await slim.Scorer.open(bundle, { publicKey })).score(record).digest, signed.digest);
});

test('a trap: what was open is dead, and a new init starts anew', async () => {
  const { Scorer, ScoreletError, init } = await fresh();
  const scorer = await Scorer.open(bundle, { publicKey });
  const batch = scorer.batch(1);
  const { parse } = JSON;
  // No input is known that makes the engine trap, so one is put in its place.
  JSON.parse = () => { throw new WebAssembly.RuntimeError('unreachable'); };
  try {
    await refused(() => scorer.score(record), 'SCL-0803', ScoreletError);
  } finally {
    JSON.parse = parse;
  }
  await refused(() => scorer.score(record), 'SCL-0803', ScoreletError);
  await refused(() => batch.run(), 'SCL-0803', ScoreletError);
  await refused(() => batch.values, 'SCL-0803', ScoreletError);
  await init();
  await refused(() => scorer.score(record), 'SCL-0803', ScoreletError);
  await refused(() => batch.run(), 'SCL-0803', ScoreletError);
  const again = await Scorer.open(bundle, { publicKey });
  assert.equal(again.score(record).digest, signed.digest);
  batch.dispose();
  scorer.dispose();
  assert.equal(again.score(record).digest, signed.digest);
});
