// The worker's wasm is the engine that certifies: the very file that is deployed, under wasmtime, against the native engine.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { first, host, root, scratch, target } from './bundles.mjs';

const worker = join(target, 'edge/worker/index_bg.wasm');
const certify = (bundle, wasm = worker) => host('certify', bundle, '--wasm', wasm);

test('the worker certifies on the bundle of these tests, and on the examples', () => {
  assert.match(certify(first().whole.path), /certified: all agree, bit by bit/);
  mkdirSync(scratch, { recursive: true });
  for (const name of ['scorecard', 'xgboost']) {
    const bundle = join(scratch, `${name}.sclb`);
    host('build', join(root, 'host/examples/german-credit', name), '-o', bundle);
    assert.match(certify(bundle), /certified: all agree, bit by bit/);
  }
});

test('a worker with another engine in it does not', () => {
  const bytes = readFileSync(worker);
  // The negated 0.5 of some rounding or link: an engine that computes otherwise. The first such constant may be of no bundle, so all go.
  const half = Buffer.alloc(9);
  half[0] = 0x44;
  half.writeDoubleLE(1, 1);
  for (let at = bytes.indexOf(half); at >= 0; at = bytes.indexOf(half, at + 9)) bytes.writeDoubleLE(1 + 2 ** -52, at + 1);
  const changed = join(scratch, 'changed.wasm');
  writeFileSync(changed, bytes);
  assert.throws(() => execFileSync(process.env.SCORELET_TOOL ?? join(target, 'debug/scorelet'), ['certify', first().whole.path, '--wasm', changed], { stdio: 'pipe' }));
});
