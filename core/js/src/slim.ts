/**
 * The package without any idea where its wasm is: pass it to `init` (`@scorelet/core/scorelet.wasm` is exported).
 *
 * @module
 */
export { init } from './engine.js';
export { ScoreletError } from './error.js';
export { Batch } from './batch.js';
export { Scorer, type OpenOptions, type ScoreOptions } from './scorer.js';
export { textFor } from './description.js';
export type { Challenge } from './seal.js';
export type { InitSource } from './load.js';
export type { BundleSource } from './source.js';
export type * from './types.js';
