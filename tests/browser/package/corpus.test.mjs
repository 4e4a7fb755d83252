// The corpus in Node and in Chromium: the digests that the native engine gave.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { run } from './corpus.mjs';
import { consumers, corpus, install, installed, launch, result, serve, visit } from './harness.mjs';

const FEWEST = 20_000;

function check(found) {
  assert.deepEqual(found.differences.slice(0, 5), [], `${found.differences.length} differences`);
  assert.ok(found.records + found.rows >= FEWEST, `only ${found.records + found.rows} rows`);
  assert.ok(found.explained >= 500, `only ${found.explained} explanations`);
}

test('the corpus in Node', async (t) => {
  install();
  const scorelet = await import(pathToFileURL(join(installed, 'dist/node.js')));
  const found = await run(scorelet, async (name) => {
    const bytes = await readFile(join(corpus, name));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  });
  check(found);
  t.diagnostic(`${found.bundles} bundles, ${found.records} records, ${found.rows} rows of columns, ${found.explained} explanations`);
});

test('the corpus in Chromium', async (t) => {
  install();
  const here = new URL('.', import.meta.url).pathname;
  const server = await serve([join(here, 'consumers/corpus'), here, consumers, corpus]);
  const browser = await launch();
  try {
    const found = await visit(browser, server.url, (page) => result(page, 240_000));
    check(found);
    t.diagnostic(`${found.bundles} bundles, ${found.records} records, ${found.rows} rows of columns, ${found.explained} explanations`);
  } finally {
    await browser.close();
    await server.stop();
  }
});
