// A policy at the edge: the outcome for everyone, how it came about for the lender, and the trace for keys that may see it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORDINARY } from './applicants.mjs';
import { build } from './bundles.mjs';
import { scene } from './scene.mjs';

const POLICY = `
[rules.loans]
kind = "cap"
when = "open_loans >= 0"
outcome = "refer"
author = "Risk desk"
text = { en = "Secret of the house", zh = "内部规则" }

[nodes.segment]
kind = "tree"
splits = [{ id = "root", when = "past_due > 100.0", then = "late", else = "regular" }]
leaves = [{ id = "late", text = "Late" }, { id = "regular", text = "Regular" }]

[outcome]
cases = [{ outcome = "approve", when = "segment.leaf == \\"regular\\"" }, { outcome = "decline" }]
`;
const bundle = build('policy', { change: (text) => `${text}\n${POLICY}` });
const { tenant, phone, edge } = await scene(bundle);
const record = { ...ORDINARY.device, ...ORDINARY.edge };
const ask = (key, body) => edge.request('POST', '/v1/decisions', { key, body });

test('the trace goes to keys of the scope trace only, and is not kept', async () => {
  const tracing = await tenant.key('secret', ['decide', 'trace', 'read']);
  const plain = await tenant.key('secret', ['decide']);
  const told = await ask(tracing, { record, trace: true });
  assert.equal(told.status, 201, told.text);
  const { decision } = told.json;
  assert.deepEqual(decision.trace.map(({ node, kind }) => [node, kind]), [['segment', 'tree']]);
  assert.ok(['late', 'regular'].includes(decision.trace[0].id));

  const refused = await ask(plain, { record, trace: true });
  assert.equal(refused.status, 403, refused.text);
  const without = await ask(plain, { record });
  assert.equal(without.status, 201, without.text);
  assert.equal(without.json.decision.trace, undefined);
  assert.equal(without.json.decision.digest, decision.digest, 'asking for the trace changes no digest');
  assert.deepEqual(without.json.decision.rules, decision.rules);
  assert.equal(decision.rules[0].text, 'Secret of the house');

  const kept = await edge.get(`/v1/decisions/${told.json.id}`, { key: tracing });
  assert.equal(kept.status, 200, kept.text);
  assert.ok(!kept.text.includes('"trace"'), kept.text);
});

test('a publishable key learns the outcome, not how it came about', async () => {
  const { receipt } = await phone.seal(await tenant.challenge(), ORDINARY.device);
  const refused = await ask(tenant.pk, { receipt, trace: true });
  assert.equal(refused.status, 403, refused.text);
  const told = await ask(tenant.pk, { receipt });
  assert.equal(told.status, 201, told.text);
  assert.ok(['approve', 'refer', 'decline'].includes(told.json.decision.outcome), told.text);
  assert.deepEqual(told.json.decision.rules, []);
  for (const secret of ['Secret of the house', 'Risk desk', '"trace"']) assert.ok(!told.text.includes(secret), secret);
});
