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
const SECONDS = 35;

const bundle = first();
let edge, tenant;
before(async () => {
  edge = await Edge.start();
  tenant = await edge.tenant({ bundles: [bundle] });
  const phone = await device(bundle);
  const { receipt } = await phone.seal(await tenant.challenge('a'), ORDINARY.device);
  await tenant.decide({ receipt, fields: ORDINARY.edge });
});
after(() => edge?.remove());

/** Runs it with a key over some of the paths; what it said, if it found something. */
function fuzz(name, key, ...filters) {
  const folder = join(scratch, `schemathesis-${name}`);
  mkdirSync(folder, { recursive: true });
  // No configuration of another folder.
  writeFileSync(join(folder, 'schemathesis.toml'), '');
  const how = [
    'run', `${edge.url}/openapi.json`, '--url', edge.url, '--checks', CHECKS, '--header', `Authorization: Bearer ${key}`,
    '--phases', 'examples,coverage,fuzzing', '--max-time', String(SECONDS), '--max-examples', '40', '--seed', '20261117', '--no-shrink', '--workers', '2',
    '--continue-on-failure', '--generation-database', 'none', '--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '10',
    ...filters,
  ];
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1', COLUMNS: '160' };
    execFile(SCHEMATHESIS, how, { cwd: folder, env, maxBuffer: 1 << 28, timeout: (SECONDS + 60) * 1000 }, (error, said, complaint) => {
      resolve(error ? `${said}\n${complaint}\n${error.signal ?? ''}` : '');
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
    assert.equal(await fuzz(name.replaceAll(' ', '-'), await key(), ...filters), '');
    assert.equal((await edge.get('/healthz')).status, 200);
  });
}

test('a key of the tenant does all the same afterwards', async () => {
  const answer = await tenant.decide({ record: { ...ORDINARY.device, ...ORDINARY.edge }, store: false });
  assert.equal(answer.status, 200, answer.text);
});
