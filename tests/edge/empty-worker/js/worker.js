// The entry of the empty worker, of the same shape as the edge worker's.
import { DurableObject } from "cloudflare:workers";
import * as empty from "./scorelet_empty_worker.js";

export default { fetch: (request, env, context) => empty.fetch(request, env, context) };

export class Shard extends DurableObject {
  #inner;

  call(message) {
    this.#inner ??= new empty.Shard(this.ctx);
    return this.ctx.storage.transactionSync(() => this.#inner.call(message));
  }
}
