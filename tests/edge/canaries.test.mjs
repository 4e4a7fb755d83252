// The search itself: a value that is there is found, in whatever form it was written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Canaries } from './canaries.mjs';

const canaries = new Canaries();
canaries.plant('income', 31415.926535897);
canaries.plant('housing', 'a hut called Zanzibar-7731');

const double = Buffer.alloc(8);
double.writeDoubleLE(31415.926535897);
const housing = Buffer.from('a hut called Zanzibar-7731');

const hidden = {
  'a number in JSON': '{"income":31415.926535897}',
  'a number in another notation': '3.1415926535897e4',
  'a number as f64': Buffer.concat([Buffer.from('abc'), double, Buffer.from('d')]),
  'a number as big-endian f64': Buffer.from(double).reverse(),
  'a number as f64 in base64': Buffer.concat([Buffer.from('xy'), double, Buffer.from('zz')]).toString('base64'),
  'a number as f64 in hex': double.toString('hex'),
  'a text': 'he lives in a hut called Zanzibar-7731, he says',
  'a text in UTF-16': Buffer.from('-a hut called Zanzibar-7731-', 'utf16le'),
  'a text in hex': housing.toString('hex').toUpperCase(),
};
for (const before of [0, 1, 2]) {
  const around = Buffer.concat([Buffer.from('0123'.slice(0, before)), housing, Buffer.from('rest')]);
  hidden[`a text in base64 at ${before}`] = around.toString('base64');
  hidden[`a text in base64url at ${before}`] = around.toString('base64url');
}

for (const [what, bytes] of Object.entries(hidden)) {
  test(`${what} is found`, () => assert.notDeepEqual(canaries.find(bytes), []));
}

test('nothing else is found', () => {
  assert.deepEqual(canaries.find('{"income":31415.92,"housing":"a hut"}'), []);
  assert.deepEqual(canaries.names, ['income', 'housing']);
});
