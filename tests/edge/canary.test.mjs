// Planted values: whatever an applicant or a lender gives is looked for afterwards, in all that left the page and all that the worker
// wrote or said.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from '../browser/chromium.mjs';
import { ORDINARY } from './applicants.mjs';
import { first } from './bundles.mjs';
import { Canaries } from './canaries.mjs';
import { Edge } from './harness.mjs';
import { opened, serve } from './page.mjs';

const bundle = first();
const canaries = new Canaries();
const plant = (name, value) => canaries.plant(name, value);

/** An applicant of whom every value is planted that can be; `mark` makes them unique. */
function person(mark) {
  const income = plant(`income ${mark}`, 4321.0987654321 + mark * 7.13579);
  const expenses = plant(`expenses ${mark}`, 1234.5678901234 + mark * 3.24681);
  plant(`crossing ${mark}`, expenses / income);
  return {
    device: {
      ...ORDINARY.device,
      income,
      expenses,
      volatility: plant(`volatility ${mark}`, 1.3579135791357 + mark * 0.0123456),
      drift: plant(`drift ${mark}`, 0.00113355779911 + mark * 0.0000123457),
      housing: plant(`housing ${mark}`, `lighthouse Kaliningrad-${mark}-4471`),
      opened: plant(`opened ${mark}`, `20${10 + mark}-02-28`),
    },
    edge: {
      ...ORDINARY.edge,
      past_due: plant(`bureau number ${mark}`, 8642.13579024681 + mark * 5.357),
      region: plant(`bureau text ${mark}`, `Transnistria-${mark}-9917`),
    },
    applicant: plant(`applicant ${mark}`, `passport-X${mark}93847261`),
    idempotency: plant(`idempotency key ${mark}`, `order-${mark}-55512021`),
  };
}

const people = [1, 2, 3, 4, 5].map(person);
const said = [];
let browser, site, edge, tenant;
before(async () => {
  [browser, site, edge] = await Promise.all([launch(), serve(), Edge.start({ SCORELET_LOG: 'requests' })]);
  tenant = await edge.tenant({ bundles: [bundle], settings: { origins: [site.origin], retention: 'none' } });
  plant('operator key', edge.operator);
  plant('secret key', tenant.sk.replace(/^.*_/, ''));
  plant('publishable key', tenant.pk.replace(/^.*_/, ''));
  plant('master key', edge.master);
  edge.heard = (answer) => said.push(answer);
});
after(async () => {
  await browser?.close();
  await site?.stop();
  await edge?.remove();
});

test('nothing planted leaves the page in clear', async () => {
  const context = await browser.newContext();
  const { page, requests } = await opened(context, site.url, edge, tenant, bundle);
  const receipts = [];
  for (const { device, idempotency } of people) {
    // The lender's server fetches a challenge for the order that the page knows nothing of.
    const challenge = receipts.length < 2 ? undefined : await tenant.challenge(undefined, { key: tenant.sk, idempotency });
    receipts.push(await page.evaluate(([record, one]) => window.seal(record, one), [device, challenge]));
    people[receipts.length - 1].salt = await page.evaluate(() => window.salt);
  }
  for (const receipt of receipts.slice(0, 2)) {
    const { status } = await page.evaluate((one) => window.decide(one), receipt);
    assert.equal(status, 201);
  }
  const sent = requests.filter(({ url }) => url.startsWith(edge.url));
  assert.ok(sent.filter(({ method }) => method === 'POST').length >= 2);
  for (const { method, url, headers, body } of requests) {
    // The key by which the page is known is meant to be seen.
    const { authorization, ...rest } = headers;
    const found = canaries.find(`${url}\n${JSON.stringify(rest)}`).concat(canaries.find(body), canaries.find(Buffer.from(receiptIn(body), 'base64url')));
    assert.deepEqual(found, [], `${method} ${url}`);
  }
  // The search finds what is there: the same record in clear.
  assert.notDeepEqual(canaries.find(JSON.stringify(people[0].device)), []);
  people[2].receipt = receipts[2];
  people[3].receipt = receipts[3];
  await context.close();
});

function receiptIn(body) {
  try {
    return JSON.parse(body.toString()).receipt;
  } catch {
    return '';
  }
}

test("the lender's server uses every route, and gets much wrong", async () => {
  const post = (path, body) => edge.post(path, body, { key: tenant.sk });
  const whole = ({ device, edge: fields }) => ({ ...device, ...fields });
  const [a, b, c, d, e] = people;
  const ids = [];
  // An applicant that only a challenge names.
  const named = await tenant.challenge(c.applicant);
  assert.deepEqual(canaries.find(Buffer.from(named.nonce, 'base64url')), []);
  for (const { receipt, edge: fields, idempotency, salt, device } of [c, d]) {
    for (let time = 0; time < 2; time++) {
      const answer = await tenant.decide({ receipt, fields }, { idempotency });
      assert.ok([200, 201].includes(answer.status), answer.text);
      ids.push(answer.json.id);
    }
    const audit = await post(`/v1/audits/${ids.at(-1)}`, { record: device, salt, fields });
    assert.equal(audit.json.verdict, 'match', audit.text);
    await post(`/v1/audits/${ids.at(-1)}`, { record: a.device, salt, fields: b.edge });
  }
  for (const one of [a, b, e]) {
    await edge.get(`/v1/challenge?applicant=${encodeURIComponent(one.applicant)}`, { key: tenant.sk });
    const answer = await tenant.decide({ record: whole(one), applicant: one.applicant }, { idempotency: one.idempotency });
    assert.equal(answer.status, 201, answer.text);
    ids.push(answer.json.id);
    assert.equal((await tenant.decide({ record: whole(one), store: false })).status, 200);
  }
  // Refusals: of values, of names, of types, of bodies, of addresses.
  const wrong = [
    { record: { ...whole(a), income: a.device.housing } }, { record: { ...whole(a), income: -a.device.income } },
    { record: { ...whole(a), housing: a.device.income } }, { record: { ...whole(a), opened: a.device.housing } },
    { record: { ...whole(a), bureau_score: a.edge.past_due } }, { fields: a.edge }, { receipt: a.device.housing },
    { record: a.device.housing }, { record: whole(a), applicant: a.device.income },
    { receipt: c.receipt, fields: { ...c.edge, past_due: -c.edge.past_due } }, { receipt: c.receipt, record: whole(c) },
  ];
  for (const body of wrong) {
    const answer = await tenant.decide({ applicant: a.applicant, ...body });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status} ${answer.text}`);
  }
  await tenant.decide({ record: whole(a), language: a.device.housing, store: false });
  for (const body of [JSON.stringify(whole(b)).slice(0, -2), `"${b.device.housing}"`, `{"record":${JSON.stringify(whole(b))},}`]) await tenant.decide(body);
  for (const path of [`/v1/decisions/${a.applicant}`, `/v1/${b.applicant}?x=${b.device.income}`, `/v1/export?cursor=${a.applicant}`, `/v1/bundles/${a.applicant}`]) {
    await edge.get(path, { key: tenant.sk });
  }
  await post('/v1/feedback', { decision: ids[0], label: 'good', date: '2026-05-05' });
  await post('/v1/feedback', { decision: a.applicant, label: b.device.housing, date: c.applicant });
  for (const id of ids) await edge.get(`/v1/decisions/${id}`, { key: tenant.sk });
  await edge.get('/v1/export', { key: tenant.sk });
  await post('/v1/erasures', { applicant: e.applicant });
  for (const path of ['/metrics', '/version', '/v1/admin/tenants', tenant.path, `${tenant.path}/keys`, `${tenant.path}/bundles`]) await edge.get(path, { key: edge.operator });
});

test('nothing planted is in an answer', () => {
  assert.ok(said.length > 50);
  for (const { status, headers, bytes } of said) {
    assert.deepEqual(canaries.find(Buffer.concat([Buffer.from(JSON.stringify(headers)), bytes])), [], `${status} ${bytes}`);
  }
});

test('nothing planted is in a file of the storage, while it runs and after it has ended, nor in the log', async () => {
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
  await edge.stop();
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
  assert.ok(edge.log.length > 1000, 'the worker logs requests');
  assert.deepEqual(canaries.find(edge.log), []);
});

test('and still nothing after a kill: the journal too', async () => {
  await edge.run({ SCORELET_LOG: 'requests' });
  const [a] = people;
  await tenant.decide({ record: { ...a.device, ...a.edge }, applicant: a.applicant }, { idempotency: 'once-more' });
  await edge.kill();
  assert.deepEqual(canaries.findInFiles(edge.storage), []);
});
