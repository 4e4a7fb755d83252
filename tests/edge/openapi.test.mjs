// The OpenAPI document against the live worker: schemathesis makes requests from it, right ones and wrong ones, and holds every answer
// against it. Nothing may end in 5xx, nothing may differ from its schema.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ORDINARY } from './applicants.mjs';
import { first, scratch } from './bundles.mjs';
import { device } from './device.mjs';
import { Edge } from './harness.mjs';

/** The program; `cargo xtask test` installs it. */
const SCHEMATHESIS = process.env.SCORELET_SCHEMATHESIS ?? 'schemathesis';
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance';
const SECONDS = 25;

const bundle = first();
let edge, tenant, changed, described;
before(async () => {
  edge = await Edge.start();
  tenant = await edge.tenant({ bundles: [bundle] });
  // What an operator's settings are changed to by chance must not stand in the way of the others.
  changed = await edge.tenant({ bundles: [bundle] });
  described = await exemplified((await edge.get('/openapi.json')).json);
});
after(() => edge?.remove());

/** The document with examples that are of this tenant: by chance nobody finds an id, or seals a receipt. */
async function exemplified(document) {
  const phone = await device(bundle);
  const whole = { ...ORDINARY.device, ...ORDINARY.edge };
  const sealed = async () => phone.seal(await tenant.challenge('a'), ORDINARY.device);
  const { receipt, salt } = await sealed();
  const { id } = (await tenant.decide({ receipt, fields: ORDINARY.edge })).json;
  const { id: key } = await changed.newKey('secret', ['read']);
  const bodies = {
    'POST /v1/decisions': [
      { receipt: (await sealed()).receipt }, { receipt: (await sealed()).receipt, fields: ORDINARY.edge, language: 'zh', consent: 'c-1' },
      { receipt: (await sealed()).receipt, reasons: false }, { record: whole, store: false }, { record: whole, applicant: 'a' },
    ],
    'POST /v1/audits/{id}': [{ record: ORDINARY.device, salt, fields: ORDINARY.edge }, { record: { ...ORDINARY.device, age: 40 }, salt }],
    'POST /v1/feedback': [{ decision: id, label: 'good', date: '2026-10-10' }],
    'POST /v1/erasures': [{ applicant: 'nobody' }],
    'POST /v1/admin/tenants/{tenant}/keys': [{ kind: 'secret', scopes: ['read', 'export'], name: 'one' }, { kind: 'publishable' }],
    'POST /v1/admin/tenants/{tenant}/activate': [{ digest: bundle.edge.digest }],
    'PATCH /v1/admin/tenants/{tenant}': [{ retention: 'full', clock_skew_seconds: 60 }],
  };
  const values = { tenant: changed.id, digest: bundle.device.digest, id };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const examples = bodies[`${method.toUpperCase()} ${path}`];
      if (examples !== undefined) {
        operation.requestBody.content['application/json'].examples = Object.fromEntries(examples.map((value, at) => [`of-this-tenant-${at}`, { value }]));
      }
      for (const parameter of operation.parameters ?? []) {
        if (parameter.in === 'path') parameter.example = path.includes('/keys/') && parameter.name === 'id' ? key : values[parameter.name];
      }
    }
  }
  return document;
}

/** Runs it with a key over some of the operations of a document; whether it found something, how many cases there were, what it said. */
function fuzz(name, document, key, seconds, ...filters) {
  const folder = join(scratch, `schemathesis-${name.replaceAll(' ', '-')}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  // No configuration of another folder.
  writeFileSync(join(folder, 'schemathesis.toml'), '');
  const how = [
    'run', 'openapi.json', '--url', edge.url, '--checks', CHECKS, '--header', `Authorization: Bearer ${key}`,
    '--phases', 'examples,coverage,fuzzing', '--max-time', String(seconds), '--max-examples', '40', '--seed', '20261117', '--no-shrink', '--workers', '1',
    '--continue-on-failure', '--generation-database', 'none', '--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '10',
    ...filters,
  ];
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '160' };
    execFile(SCHEMATHESIS, how, { cwd: folder, env, maxBuffer: 1 << 28, timeout: (seconds + 60) * 1000 }, (error, said, complaint) => {
      resolve({ found: error !== null, cases: Number(/([\d,]+) generated/.exec(said)?.[1].replace(',', '') ?? 0), said: `${said}\n${complaint}\n${error?.signal ?? ''}` });
    });
  });
}

test('the document is OpenAPI 3.1, and names errors of every route', async () => {
  const answer = await edge.get('/openapi.json');
  assert.match(answer.headers['content-type'], /application\/json/);
  const { openapi, info, paths, components } = answer.json;
  assert.match(openapi, /^3\.1\./);
  assert.ok(info.version && info.title);
  assert.ok(Object.keys(components.schemas).length > 10);
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { responses, operationId }] of Object.entries(item).filter(([name]) => name !== 'parameters')) {
      assert.ok(operationId, `${method} ${path} has no operationId`);
      const statuses = Object.keys(responses);
      assert.ok(statuses.some((status) => status.startsWith('2')), `${method} ${path}`);
      for (const [status, response] of Object.entries(responses)) {
        const of = response.$ref ? components.responses[response.$ref.split('/').at(-1)] : response;
        assert.ok(of, `${method} ${path} ${status}`);
        if (/^[45]|default/.test(status)) assert.ok(of.content['application/problem+json'], `${method} ${path} ${status}`);
      }
    }
  }
});

for (const [name, key, ...filters] of [
  ['a secret key of every scope', () => tenant.key('secret', ['decide', 'read', 'audit', 'feedback', 'export', 'erase', 'admin']), '--exclude-path-regex', '^/v1/admin'],
  ['a publishable key', () => tenant.pk, '--include-path-regex', '^/v1/(challenge|bundles|decisions)'],
  ['the operator', () => edge.operator, '--include-path-regex', '^/(v1/admin|metrics|healthz|version)'],
]) {
  test(`no 5xx and nothing that differs from its schema: ${name}`, { timeout: (SECONDS + 70) * 1000 }, async () => {
    const { found, cases, said } = await fuzz(name, described, await key(), SECONDS, ...filters);
    assert.ok(!found, said);
    assert.ok(cases > 100, said);
    assert.equal((await edge.get('/healthz')).status, 200);
  });
}

test('what differs from the document is found', async () => {
  const other = structuredClone(described);
  other.paths['/v1/challenge'].get.responses[200].content['application/json'].schema = { type: 'object', required: ['something else'] };
  const { found, said } = await fuzz('other', other, tenant.sk, 10, '--include-path', '/v1/challenge');
  assert.ok(found && /is a required property/.test(said), said);
});

test('every answer of success that the document names was given', async () => {
  // What no request of one key alone comes to. The operator's requests may have changed whose bundles are taken.
  await changed.set({ publisher_keys: [bundle.by.hex] });
  await changed.upload(bundle);
  const figures = (await edge.get('/metrics', { key: edge.operator })).text;
  const given = new Set(Array.from(figures.matchAll(/scorelet_requests_total\{method="(\w+)",route="([^"]+)",status="(\d+)"\}/g), ([, ...one]) => one.join(' ')));
  const never = [];
  for (const [path, item] of Object.entries(described.paths)) {
    for (const [method, { responses }] of Object.entries(item)) {
      for (const status of Object.keys(responses).filter((one) => one.startsWith('2'))) {
        if (!given.has(`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')} ${status}`)) never.push(`${method} ${path} ${status}`);
      }
    }
  }
  // There is no release before the first: that one is tested elsewhere.
  assert.deepEqual(never.filter((one) => one !== 'post /v1/admin/tenants/{tenant}/rollback 200'), []);
});

test('a key of the tenant does all the same afterwards', async () => {
  const answer = await tenant.decide({ record: { ...ORDINARY.device, ...ORDINARY.edge }, store: false });
  assert.equal(answer.status, 200, answer.text);
});
