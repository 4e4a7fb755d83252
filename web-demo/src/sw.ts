/// <reference lib="webworker" />
/** The service worker: keeps every file of the page, answers from them without a network, and reports each request. */
import type { ServedRequest } from "./privacy/requests";

declare const self: ServiceWorkerGlobalScope;

// The build writes both in: a digest of all files, and their names (`vite/plugins.ts`).
const VERSION = "__SCORELET_VERSION__";
const FILES = "__SCORELET_FILES__" as unknown as readonly string[];
const CACHE = `scorelet-page-${VERSION}`;

self.addEventListener("install", (event) => {
  const requests = FILES.map((file) => new Request(file, { cache: "reload" }));
  event.waitUntil(
    (async () => {
      const time = Date.now();
      await (await caches.open(CACHE)).addAll(requests);
      // These pass by the page's own timing, so they are told of here.
      for (const request of requests) await report(request, "network", time, 0);
    })(),
  );
});

// A new version waits until no tab shows the old one (no `skipWaiting`): a page keeps finding its own files.
self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("scorelet-page-") && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

async function report(request: Request, source: ServedRequest["source"], time: number, sent: number): Promise<void> {
  const message: ServedRequest = { kind: "request", url: request.url, method: request.method, time, source, sent };
  for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    client.postMessage(message);
  }
}

async function answer(request: Request): Promise<Response> {
  const time = Date.now();
  // A body is what leaves: the page sends none but sealed receipts to its lender, and this is what proves it.
  const body = request.method === "GET" || request.method === "HEAD" ? 0 : (await request.clone().arrayBuffer()).byteLength;
  const own = new URL(request.url).origin === self.location.origin;
  if (own && request.method === "GET") {
    const cache = await caches.open(CACHE);
    const how = { ignoreSearch: true, ignoreVary: true };
    // Any address that is no file of the page is the page.
    const kept = (await cache.match(request, how)) ?? (request.mode === "navigate" ? await cache.match("/", how) : undefined);
    if (kept) {
      void report(request, "cache", time, body);
      return kept;
    }
  }
  void report(request, "network", time, body);
  return fetch(request);
}

self.addEventListener("fetch", (event) => event.respondWith(answer(event.request)));
