// The worker's entry: what workerd needs as JavaScript classes, and the engine's revival after a trap.
import { DurableObject } from "cloudflare:workers";
import * as engine from "./scorelet_edge.js";

// A trap (out of memory; the engine does not panic) leaves the instance in an unknown state: the next call gets a new one.
let trapped = false;
let generation = 0;
const note = (error) => {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  trapped = true;
  console.error(JSON.stringify({ level: "error", event: "trap", message: String(error) }));
};
// Traps inside a promise of the engine come here and nowhere else.
addEventListener("error", (event) => note(event.error));
addEventListener("unhandledrejection", (event) => note(event.reason));

const revive = () => {
  if (!trapped) return;
  engine.__wbg_reset_state();
  trapped = false;
  generation += 1;
};

const guarded = (call) => {
  revive();
  try {
    return call();
  } catch (error) {
    note(error);
    throw error;
  }
};

export default {
  fetch: (request, env, context) => guarded(() => engine.fetch(request, env, context)),
  scheduled: (event, env, context) => guarded(() => engine.scheduled(event, env, context)),
};

// A Durable Object whose one method is a transaction: it runs in one turn, and whatever it throws takes its writes back.
const store = (name) => class extends DurableObject {
  #inner;
  #generation;

  call(message) {
    return guarded(() => {
      if (this.#generation !== generation) {
        this.#inner = new engine[name](this.ctx, this.env);
        this.#generation = generation;
      }
      return this.ctx.storage.transactionSync(() => this.#inner.call(message));
    });
  }
};

export const Directory = store("Directory");
export const Tenant = store("Tenant");
export const Shard = store("Shard");
