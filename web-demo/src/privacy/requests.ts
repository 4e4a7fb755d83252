import type { SeenRequest } from "../engine/protocol";

/** What the service worker tells of each request that it sees. */
export interface ServedRequest {
  kind: "request";
  url: string;
  method: string;
  time: number;
  source: "cache" | "network";
  /** Bytes of the request's body: what it would carry away. */
  sent: number;
}

/** A line of the log. */
export interface LogLine {
  time: number;
  method: string;
  url: string;
  by: "page" | "worker" | "serviceWorker";
  source: "network" | "cache" | "unknown";
  size: number | null;
}

const KEPT = 200;

/** Every request of the page, of its Workers, and as the service worker saw them. */
export class RequestLog {
  readonly lines: LogLine[] = [];
  /** Seen by the browser's own timing, in page and Workers. */
  timed = 0;
  /** Seen by the service worker. */
  served = 0;
  /** Of these, over the network. */
  network = 0;
  /** Sent to any other host than the page's own. */
  elsewhere = 0;
  /** Requests that carried a body, and the bytes in it. */
  bodies = 0;
  sent = 0;
  readonly #listeners = new Set<() => void>();

  constructor() {
    const take = (entries: PerformanceEntryList): void => {
      for (const entry of entries) {
        const { name, startTime, transferSize, encodedBodySize } = entry as PerformanceResourceTiming;
        const time = performance.timeOrigin + startTime;
        this.#timed({ url: name, time, transferred: transferSize, size: encodedBodySize }, "page");
      }
      this.#tell();
    };
    take(performance.getEntriesByType("navigation"));
    new PerformanceObserver((list) => take(list.getEntries())).observe({ type: "resource", buffered: true });
    navigator.serviceWorker?.addEventListener("message", (event: MessageEvent<ServedRequest>) => {
      if (event.data?.kind === "request") this.#served(event.data);
    });
  }

  /** Takes in what a Worker saw. */
  fromWorker(seen: readonly SeenRequest[]): void {
    for (const one of seen) this.#timed(one, "worker");
    this.#tell();
  }

  #timed(one: SeenRequest, by: LogLine["by"]): void {
    this.timed++;
    if (new URL(one.url).origin !== location.origin) this.elsewhere++;
    if (one.transferred > 0) this.network++;
    const source = one.transferred > 0 ? "network" : one.size > 0 ? "cache" : "unknown";
    this.#add({ time: one.time, method: "GET", url: one.url, by, source, size: one.size });
  }

  #served(one: ServedRequest): void {
    this.served++;
    if (one.sent > 0) {
      this.bodies++;
      this.sent += one.sent;
    }
    this.#add({ time: one.time, method: one.method, url: one.url, by: "serviceWorker", source: one.source, size: null });
    this.#tell();
  }

  #add(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > KEPT) this.lines.shift();
  }

  /** Calls `listener` after each request; gives a function that ends this. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    this.#listeners.forEach((listener) => listener());
  }
}
