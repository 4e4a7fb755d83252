// Power cuts: workerd is killed in the middle of 2,000 decisions, several times. What was acknowledged is there, once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicants } from './applicants.mjs';
import { first } from './bundles.mjs';
import { device } from './device.mjs';
import { Edge, lines, pool } from './harness.mjs';

const DECISIONS = 2000;
const CUTS = 4;
const WIDTH = 64;
const bundle = first();
const people = applicants(DECISIONS, 77);
let edge, phone;
before(async () => {
  [edge, phone] = await Promise.all([Edge.start(), device(bundle)]);
});
after(() => edge?.remove());

test(`${CUTS} kills during ${DECISIONS} decisions lose nothing and double nothing`, async () => {
  const tenant = await edge.tenant({ bundles: [bundle], settings: { challenge_seconds: 3600 } });
  // Half from receipts, half from whole records; each with a key of its own, sent again until it is answered.
  const asked = await pool(people, 16, async ({ device: own, edge: fields }, number) => {
    if (number % 2 === 1) return { record: { ...own, ...fields }, applicant: `person-${number}` };
    return { receipt: (await phone.seal(await tenant.challenge(undefined, { idempotency: `key-${number}` }), own)).receipt, fields };
  });
  const acknowledged = new Map();
  const repeats = { same: 0, unanswered: 0 };
  let [done, restarting] = [0, Promise.resolve()];

  const decide = async (body, number) => {
    for (let attempt = 0; attempt < 50; attempt++) {
      await restarting;
      let answer;
      try {
        answer = await tenant.decide(body, { idempotency: `key-${number}` });
      } catch {
        // Nobody knows whether this one was written: exactly what the key is for.
        repeats.unanswered += 1;
        await sleep(5);
        continue;
      }
      assert.ok([200, 201].includes(answer.status), `${answer.status} ${answer.text}`);
      if (answer.status === 200) repeats.same += 1;
      acknowledged.set(number, answer.text);
      done += 1;
      return;
    }
    assert.fail(`decision ${number} is never answered`);
  };
  const cuts = async () => {
    for (let cut = 1; cut <= CUTS; cut++) {
      while (done < (DECISIONS * cut) / (CUTS + 1)) await sleep(1);
      let restarted;
      restarting = new Promise((resolve) => { restarted = resolve; });
      await edge.kill();
      await edge.run();
      restarted();
    }
  };
  await Promise.all([pool(asked, WIDTH, decide), cuts()]);
  assert.equal(acknowledged.size, DECISIONS);
  assert.ok(repeats.unanswered > CUTS, 'the kills met requests under way');

  // Once more, after the last of them and after all is acknowledged.
  await edge.kill();
  await edge.run();
  const given = new Map();
  for (const [number, text] of acknowledged) given.set(JSON.parse(text).id, number);
  assert.equal(given.size, DECISIONS, 'no two requests have the same decision');

  const found = [];
  for (let cursor = ''; ;) {
    const answer = await edge.get(`/v1/export?kind=decisions&limit=500&cursor=${encodeURIComponent(cursor)}`, { key: tenant.sk });
    assert.equal(answer.status, 200, answer.text);
    const rows = lines(answer);
    ({ cursor } = rows.pop());
    if (rows.length === 0) break;
    found.push(...rows.map(({ id }) => id));
  }
  assert.equal(found.length, DECISIONS, 'each decision is exported once');
  assert.deepEqual(found.toSorted(), [...given.keys()].toSorted());

  await pool([...acknowledged], WIDTH, async ([number, text]) => {
    const again = await tenant.decide(asked[number], { idempotency: `key-${number}` });
    assert.equal(again.status, 200, again.text);
    assert.equal(again.text, text, 'a repeated key gives its first answer');
    const { id, decision } = JSON.parse(text);
    const read = await edge.get(`/v1/decisions/${id}`, { key: tenant.sk });
    assert.equal(read.status, 200);
    assert.equal(read.json.decision.digest, decision.digest);
  });
  // A challenge that was used before a kill is used after it.
  for (const [number, { receipt }] of asked.slice(0, 100).entries()) {
    if (receipt !== undefined) assert.equal((await tenant.decide({ receipt }, { idempotency: `key-${number}`, key: tenant.pk })).status, 409);
  }
  console.log(`${repeats.unanswered} requests unanswered at the kills, ${repeats.same} of them had been written`);
});
