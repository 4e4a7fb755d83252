// What a lender's page does: fetch the device bundle, ask for a challenge, seal, send.
import { Scorer } from './core/index.js';

let edge, key, scorer;

function ask(path, body) {
  const headers = { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) };
  return fetch(edge + path, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
}

/** Opens the tenant's current device bundle. */
window.start = async (where) => {
  ({ edge, key } = where);
  const challenge = await window.challenge();
  const bundle = await ask(`/v1/bundles/${challenge.bundle.digest}`);
  scorer = await Scorer.open(await bundle.arrayBuffer(), { publicKey: where.publisher, digest: challenge.bundle.digest });
  return scorer.info.digest;
};

window.challenge = async () => (await ask('/v1/challenge')).json();

/** A sealed receipt; the salt stays here. */
window.seal = async (record, challenge) => {
  const { receipt, salt } = await scorer.seal(challenge ?? await window.challenge(), record);
  window.salt = salt;
  return receipt;
};

/** Sealed receipts of many, a few challenges at a time. */
window.sealAll = async (records) => {
  const receipts = new Array(records.length);
  let next = 0;
  await Promise.all(Array.from({ length: 6 }, async () => {
    while (next < records.length) {
      const at = next++;
      receipts[at] = await window.seal(records[at]);
    }
  }));
  return receipts;
};

window.decide = async (receipt) => {
  const answer = await ask('/v1/decisions', { receipt });
  return { status: answer.status, body: await answer.json() };
};

window.ready = true;
