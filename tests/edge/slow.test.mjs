// Bodies that come slowly: one that comes to an end is taken, one that does not is given up after 20 s, and nobody waits for it.
import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ORDINARY } from './applicants.mjs';
import { first } from './bundles.mjs';
import { scene } from './scene.mjs';

/** Seconds that a body may take (`PATIENCE` of the worker). */
const PATIENCE = 20;
const { edge, tenant } = await scene(first());
const body = Buffer.from(JSON.stringify({ record: { ...ORDINARY.device, ...ORDINARY.edge }, store: false }));

/** Sends the body in `parts` parts, one each `pause` ms, until all are sent or there is an answer; the answer, and after how long. */
async function trickle(parts, pause, headers) {
  const start = performance.now();
  const call = request(`${edge.url}/v1/decisions`, {
    method: 'POST', agent: false, timeout: 60_000,
    headers: { authorization: `Bearer ${tenant.sk}`, 'content-type': 'application/json', ...headers },
  });
  let over = false;
  const answered = new Promise((resolve, reject) => {
    call.once('error', reject);
    call.once('timeout', () => call.destroy(new Error('no answer')));
    call.once('response', (response) => {
      over = true;
      const seconds = (performance.now() - start) / 1000;
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode, json: JSON.parse(text), seconds }));
    });
  });
  const size = Math.ceil(body.length / parts);
  for (let at = 0; at < body.length && !over; at += size) {
    call.write(body.subarray(at, at + size));
    await sleep(pause);
  }
  if (!over) call.end();
  // Whoever is refused in the middle of a body may find the connection closed after the answer.
  call.on('error', () => undefined);
  const answer = await answered;
  call.destroy();
  return answer;
}

for (const [name, headers] of [['of a declared length', { 'content-length': body.length }], ['in chunks', {}]]) {
  test(`a body ${name}`, { timeout: 90_000 }, async () => {
    const never = trickle(body.length, 1000, headers);
    const slow = await trickle(6, 500, headers);
    assert.equal(slow.status, 200, JSON.stringify(slow.json));
    assert.ok(slow.seconds > 2.5, `${slow.seconds} s`);
    const { status, json, seconds } = await never;
    assert.deepEqual([status, json.code], [408, 'SCL-0910']);
    assert.ok(seconds > PATIENCE - 0.5 && seconds < PATIENCE + 8, `${seconds} s`);
    assert.equal((await edge.get('/healthz')).status, 200);
  });
}
