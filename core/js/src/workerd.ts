/**
 * The package in workerd, which compiles a wasm when it is imported, and never later.
 *
 * @module
 */
import module from './scorelet_bg.wasm';
import { setDefault } from './engine.js';

setDefault(() => module);

export * from './slim.js';
