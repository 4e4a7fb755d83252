import type { BatchProgress } from "../developer/batch";
import type { Calls, Failure, FromWorker, SeenRequest, ToWorker } from "./protocol";

/** What a Worker answered instead of a result: an error of the engine with its code, place and mend. */
export class EngineError extends Error {
  readonly code: string;
  readonly path: string;
  readonly mend: string;
  readonly field: string | undefined;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "EngineError";
    this.code = failure.code;
    this.path = failure.path;
    this.mend = failure.mend;
    this.field = failure.field;
  }
}

interface Waiting {
  resolve: (value: never) => void;
  reject: (reason: unknown) => void;
  progress: ((progress: BatchProgress) => void) | undefined;
}

/** A Worker with an engine in it. The page's own thread never scores. */
export class Engine {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #next = 1;
  #ended: Error | null = null;

  constructor(onRequests: (requests: SeenRequest[]) => void) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "scorelet" });
    this.#worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      const message = event.data;
      if ("requests" in message) return onRequests(message.requests);
      const waiting = this.#waiting.get(message.id);
      if (!waiting) return;
      if ("progress" in message) return waiting.progress?.(message.progress);
      this.#waiting.delete(message.id);
      if ("error" in message) waiting.reject(new EngineError(message.error));
      else waiting.resolve(message.ok as never);
    });
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message || "the Worker stopped"));
    });
  }

  /** Asks the Worker. `signal` cancels a batch: it then ends with a report of what was done so far. */
  call<K extends keyof Calls>(
    kind: K,
    args: Calls[K][0],
    options: { progress?: (progress: BatchProgress) => void; signal?: AbortSignal } = {},
  ): Promise<Calls[K][1]> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject, progress: options.progress });
      options.signal?.addEventListener("abort", () => this.#waiting.has(id) && this.#send({ id, kind: "cancel" }), { once: true });
      this.#send({ id, kind, args } as ToWorker);
    });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Gives back a bundle. Nobody waits for it, nor minds if the Worker has ended before. */
  close(handle: number): void {
    this.call("close", { handle }).catch(() => undefined);
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }

  /** Ends the Worker and what it holds; whoever waits for an answer is told that there is none. */
  dispose(): void {
    this.#worker.terminate();
    this.#ended = new Error("the Worker was ended");
    this.#fail(this.#ended);
  }
}
