import { isOwn, own, refusal, words } from './error.js';
import load, { Batch, Engine, __wbg_reset_state, type InitOutput } from './engine/scorelet.js';
import { type InitSource, compile } from './load.js';

/** A running instance. Everything that was opened in it dies with it. */
export interface Instance {
  readonly memory: WebAssembly.Memory;
  alive: boolean;
}

let current: Instance | undefined;
let standard: (() => InitSource | Promise<InitSource>) | undefined;
let last: Promise<unknown> = Promise.resolve();

/** Sets where the wasm is found when `init` is not told. */
export function setDefault(source: () => InitSource | Promise<InitSource>): void {
  standard = source;
}

/**
 * Loads the engine. Calling it again does nothing, unless the engine has stopped: then it is started anew. Calls at the
 * same time share one load. `Scorer.open` does this by itself; call it early to have the wasm ready sooner.
 *
 * @param source where the wasm is, if not beside this package: an address, a response, its bytes, or a module.
 * @throws {ScoreletError} `SCL-0802` if the wasm cannot be fetched, compiled or started. A later call may try again.
 */
export function init(source?: InitSource): Promise<void> {
  // Seen to when its turn comes; until then it must not count as unhandled.
  if (source instanceof Promise) source.catch(() => undefined);
  // One after the other: whoever comes second finds the first one's instance, or tries its own source.
  const mine = last.then(() => start(source));
  last = mine.catch(() => undefined);
  return mine;
}

async function start(source?: InitSource): Promise<void> {
  if (current?.alive) return;
  if (source === undefined && current === undefined && standard === undefined) {
    throw own('unloaded', 'the engine is not loaded');
  }
  try {
    let exports: InitOutput;
    if (current === undefined) {
      const module = await compile(source ?? await standard!());
      check(module);
      exports = await load({ module_or_path: module });
    } else {
      // The module is kept: a new instance of it, with a memory of its own.
      __wbg_reset_state();
      exports = await load({ module_or_path: undefined as never });
    }
    current = { memory: exports.memory, alive: true };
  } catch (thrown) {
    if (isOwn(thrown)) throw thrown;
    throw own('unloadable', `the engine could not be loaded: ${words(thrown)}`, { cause: thrown });
  }
}

/** Another module must not come so far as to be started. */
function check(module: WebAssembly.Module): void {
  const names = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  if (!names.has('scl_abi_version') || !names.has('engine_open')) {
    throw own('unloadable', 'this wasm is not the engine of this package');
  }
}

/** The running instance, started if it is not. */
export async function instance(): Promise<Instance> {
  if (!current?.alive) await init();
  return current!;
}

/**
 * Runs a call of the engine. Its refusals become `ScoreletError`; anything else is a trap, after which nothing in the
 * instance's memory can be relied on. So `work` must not run code of the caller (getters, proxies): what that throws is
 * no trap.
 */
export function call<T>(where: Instance, work: () => T): T {
  if (!where.alive) throw own('stopped', 'the engine has stopped since this was opened');
  try {
    return work();
  } catch (thrown) {
    const refused = isOwn(thrown) ? thrown : refusal(thrown);
    if (refused !== undefined) throw refused;
    where.alive = false;
    throw own('stopped', `the engine has stopped: ${words(thrown)}`, { cause: thrown });
  }
}

export { Batch as EngineBatch, Engine };
