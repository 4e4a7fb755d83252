// What follows a decision: audits of the committed record, outcomes, and the export of both.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDINARY } from './applicants.mjs';
import { first } from './bundles.mjs';
import { lines, pool } from './harness.mjs';
import { scene } from './scene.mjs';

const bundle = first();
const whole = { ...ORDINARY.device, ...ORDINARY.edge };
const { edge, tenant, phone } = await scene(bundle);

/** A stored decision with what the device kept. */
async function decided(of = tenant) {
  const { receipt, salt } = await phone.seal(await of.challenge(), ORDINARY.device);
  const answer = await of.decide({ receipt, fields: ORDINARY.edge });
  assert.equal(answer.status, 201, answer.text);
  return { ...answer.json, salt };
}

const audit = (id, body, key = tenant.sk) => edge.post(`/v1/audits/${id}`, body, { key });

test('an audit of the committed record with its salt matches', async () => {
  const { id, salt } = await decided();
  const answer = await audit(id, { record: ORDINARY.device, salt, fields: ORDINARY.edge });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.verdict, 'match');
});

test('another record, another salt, another value at the edge: each is told apart', async () => {
  const { id, salt } = await decided();
  const other = { ...ORDINARY.device, income: ORDINARY.device.income + 0.01 };
  const uncommitted = await audit(id, { record: other, salt, fields: ORDINARY.edge });
  assert.equal(uncommitted.json.verdict, 'commitment_mismatch', uncommitted.text);
  const resalted = await audit(id, { record: ORDINARY.device, salt: randomBytes(32).toString('base64url'), fields: ORDINARY.edge });
  assert.equal(resalted.json.verdict, 'commitment_mismatch', resalted.text);
  // Nothing was kept of the edge's fields: whether the client or the auditor is wrong is not known.
  const different = await audit(id, { record: ORDINARY.device, salt, fields: { ...ORDINARY.edge, open_loans: 9 } });
  assert.equal(different.json.verdict, 'result_differs', different.text);
  for (const broken of ['', 'short', 7, randomBytes(31).toString('base64url')]) {
    assert.ok([400, 422].includes((await audit(id, { record: ORDINARY.device, salt: broken })).status));
  }
  assert.equal((await audit('nothing', { record: ORDINARY.device, salt })).status, 404);
});

test("fields that were kept count for more than the auditor's", async () => {
  const own = await edge.tenant({ bundles: [bundle], settings: { retention: 'features' } });
  const { id, salt } = await decided(own);
  const wrong = { record: ORDINARY.device, salt, fields: { ...ORDINARY.edge, open_loans: 9 } };
  const answer = await audit(id, wrong, own.sk);
  assert.deepEqual([answer.json.verdict, answer.json.compared], ['match', ['commitment', 'local_credit_data', 'result']], answer.text);
});

test('the same audit has its first verdict, and a decision has no end of audits', async () => {
  const own = await edge.tenant({ bundles: [bundle] });
  const { id, salt } = await decided(own);
  const body = (open_loans) => ({ record: ORDINARY.device, salt, fields: { ...ORDINARY.edge, open_loans } });
  const once = await audit(id, body(1), own.sk);
  await sleep(5);
  const again = await audit(id, body(1), own.sk);
  assert.deepEqual([again.status, again.text], [200, once.text]);
  const answers = await pool(Array.from({ length: 101 }), 8, (_, at) => audit(id, body(at), own.sk));
  assert.deepEqual(answers.map(({ status }) => status).filter((status) => status !== 200), [409]);
  assert.equal((await audit(id, body(1), own.sk)).text, once.text);
  const { rows } = await exported(own, { kind: 'audits', limit: 1000 });
  assert.equal(rows.length, 100);
  assert.equal((await audit((await decided(own)).id, { record: ORDINARY.device, salt }, own.sk)).status, 200);
});

test('a client that lied about its record is found out', async () => {
  const { id, salt, ...answer } = await decided();
  // It commits to what it says it has, yet sends what another record comes to.
  const honest = await phone.seal(await tenant.challenge(), { ...ORDINARY.device, income: 9000 });
  const lied = await tenant.decide({ receipt: honest.receipt, fields: ORDINARY.edge });
  assert.notEqual(lied.json.decision.digest, answer.decision.digest);
  const found = await audit(lied.json.id, { record: ORDINARY.device, salt: honest.salt, fields: ORDINARY.edge });
  assert.equal(found.json.verdict, 'commitment_mismatch');
});

test('a decision from a whole record has nothing to audit', async () => {
  const { id } = (await tenant.decide({ record: whole, applicant: 'whole' })).json;
  const answer = await audit(id, { record: whole, salt: randomBytes(32).toString('base64url') });
  assert.equal(answer.status, 409, answer.text);
});

test('an outcome is reported once, however often it is sent', async () => {
  const { id } = await decided();
  const report = (more = {}) => edge.post('/v1/feedback', { decision: id, label: 'bad', date: '2026-10-01', ...more }, { key: tenant.sk });
  const first = await report();
  assert.ok([200, 201].includes(first.status), first.text);
  assert.equal((await report()).status, 200);
  assert.equal((await report({ label: 'good' })).status, 409);
  assert.ok((await report({ label: 'good', date: '2026-11-01' })).status < 300);
  for (const wrong of [{ label: 'ugly' }, { date: '2026-13-01' }, { date: 'soon' }, { date: '2026-02-30' }, { decision: 7 }, { note: 'free text' }]) {
    assert.ok([400, 422].includes((await report(wrong)).status), JSON.stringify(wrong));
  }
  assert.equal((await report({ decision: 'ffffffffffffffff' })).status, 404);
});

test('the export has each decision and each outcome once, page by page, also what comes in between', async () => {
  const own = await edge.tenant({ bundles: [bundle] });
  const made = await pool(Array.from({ length: 60 }), 10, async () => (await decided(own)).id);
  for (const id of made.slice(0, 25)) {
    const answer = await edge.post('/v1/feedback', { decision: id, label: 'good', date: '2026-10-02' }, { key: own.sk });
    assert.ok(answer.status < 300, answer.text);
  }
  const { rows, cursor, pages } = await exported(own, { limit: 7 });
  assert.ok(pages >= 8, String(pages));
  assert.deepEqual(ids(rows, 'decision'), made.toSorted());
  assert.deepEqual(ids(rows, 'feedback'), made.slice(0, 25).toSorted());
  // From where it ended only what is new.
  const later = (await decided(own)).id;
  const next = await exported(own, { cursor, limit: 7 });
  assert.deepEqual(ids(next.rows, 'decision'), [later]);
  assert.deepEqual(ids(next.rows, 'feedback'), []);
  const only = await exported(own, { kind: 'feedback', limit: 1000 });
  assert.equal(only.rows.length, 25);
  for (const query of ['cursor=x', 'limit=0', 'limit=-1', 'limit=1e9', 'kind=all-of-it']) {
    assert.ok([400, 422].includes((await edge.get(`/v1/export?${query}`, { key: own.sk })).status), query);
  }
});

/** Decision ids of the rows of a kind, sorted. */
function ids(rows, kind) {
  return rows.filter((row) => row.kind === kind).map((row) => row.id ?? row.decision).toSorted();
}

/** Every page of an export. */
async function exported(of, { cursor = '', limit, kind = '' }) {
  const rows = [];
  for (let pages = 0; pages < 1000; pages++) {
    const query = new URLSearchParams({ ...(cursor && { cursor }), ...(kind && { kind }), limit: String(limit) });
    const answer = await edge.get(`/v1/export?${query}`, { key: of.sk });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.headers['content-type'], /application\/x-ndjson/);
    const page = lines(answer);
    ({ cursor } = page.pop());
    if (page.length === 0) return { rows, cursor, pages };
    assert.ok(page.length <= limit, `${page.length} rows`);
    rows.push(...page);
  }
  throw new Error('the export does not end');
}
