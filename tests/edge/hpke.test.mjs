// The second implementation of HPKE against the vectors of RFC 9180, A.2.1 (base mode, sequence number 0).
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { test } from 'node:test';
import { seal } from './hpke.mjs';

const hex = (text) => Buffer.from(text, 'hex');

test('the vector of RFC 9180', () => {
  const d = hex('f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600').toString('base64url');
  const x = hex('1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a');
  const privateKey = createPrivateKey({ key: { kty: 'OKP', crv: 'X25519', d, x: x.toString('base64url') }, format: 'jwk' });
  const pair = { privateKey, publicKey: createPublicKey(privateKey) };
  const recipient = hex('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a');
  const plain = Buffer.from('Beauty is truth, truth beauty');
  const { enc, ciphertext } = seal(recipient, Buffer.from('Ode on a Grecian Urn'), Buffer.from('Count-0'), plain, pair);
  assert.deepEqual(enc, x);
  assert.equal(
    ciphertext.toString('hex'),
    '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
  );
});
