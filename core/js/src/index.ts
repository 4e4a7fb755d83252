/**
 * Credit scores on the applicant's own device, in browsers: the wasm lies beside this file.
 *
 * @module
 */
import { setDefault } from './engine.js';

setDefault(() => new URL('./scorelet_bg.wasm', import.meta.url));

export * from './slim.js';
