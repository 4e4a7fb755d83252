// A lender's page in Chromium: served at an origin of its own, with the npm package, talking to the edge and to nobody else.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './bundles.mjs';

const PAGE = fileURLToPath(new URL('./page', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves the page; `url` ends in a slash, `origin` does not. */
export async function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)).replace(/\/$/, '/index.html');
    const file = path.startsWith('/core/') ? join(root, 'core/js/dist', path.slice('/core/'.length)) : join(PAGE, path);
    if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.setHeader('Content-Security-Policy', "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:*");
    return response.end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: `${origin}/`,
    stop: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

/** A tab of a profile; `requests` are all that left it, `wrong` what went wrong on it. */
export async function tab(profile, url) {
  const page = await profile.newPage();
  const [requests, wrong] = [[], []];
  page.on('request', (request) => {
    requests.push({ method: request.method(), url: request.url(), headers: request.headers(), body: request.postDataBuffer() ?? Buffer.alloc(0) });
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => window.ready);
  return { page, requests, wrong };
}

/** The same, opened with a tenant's device bundle. */
export async function opened(profile, url, edge, tenant, bundle) {
  const one = await tab(profile, url);
  const digest = await one.page.evaluate((where) => window.start(where), { edge: edge.url, key: tenant.pk, publisher: bundle.by.hex });
  assert.equal(digest, bundle.device.digest);
  return one;
}
