/**
 * The package in Node: the wasm is read from the file beside this one.
 *
 * @module
 */
import { setDefault } from './engine.js';

setDefault(async () => {
  const { readFile } = await import('node:fs/promises');
  return readFile(new URL('./scorelet_bg.wasm', import.meta.url));
});

export * from './slim.js';
