// What the tests of the package share: the installed tarball, a server with a policy, a browser in which every error counts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export { launch } from '../chromium.mjs';
export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const target = resolve(root, process.env.CARGO_TARGET_DIR ?? 'target');
export const corpus = join(target, 'browser-corpus');
/** Folder of the consumers: the tarball is installed here, and each has a folder of its own below. */
export const consumers = join(target, 'consumers');
const tarball = join(target, 'npm/scorelet-core-0.1.0.tgz');
export const installed = join(consumers, 'node_modules/@scorelet/core');
/** A signed bundle with its key, a record and the digest that it comes to. */
export const signed = JSON.parse(readFileSync(join(corpus, 'signed.json'), 'utf8'));
export const signedBundle = join(corpus, 'signed.sclb');

/** Installs the tarball as a user does, unless it is installed already. */
export function install() {
  mkdirSync(consumers, { recursive: true });
  const stamp = join(consumers, 'node_modules/.installed');
  const version = String(statSync(tarball).mtimeMs);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) return;
  rmSync(join(consumers, 'node_modules'), { recursive: true, force: true });
  rmSync(join(consumers, 'package-lock.json'), { force: true });
  writeFileSync(join(consumers, 'package.json'), '{ "private": true, "type": "module" }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--offline'];
  execFileSync('npm', ['install', tarball, ...quiet], { cwd: consumers, stdio: ['ignore', 'ignore', 'inherit'] });
  writeFileSync(stamp, version);
}

/** A consumer's sources in a folder of its own beside the installed package. */
export function consumer(name) {
  const folder = join(consumers, name);
  rmSync(folder, { recursive: true, force: true });
  // What most of them do with the package; one that does it another way has a file of its own.
  cpSync(fileURLToPath(new URL('./consumers/score.js', import.meta.url)), join(folder, 'score.js'));
  cpSync(fileURLToPath(new URL(`./consumers/${name}`, import.meta.url)), folder, { recursive: true });
  cpSync(signedBundle, join(folder, 'public/signed.sclb'));
  cpSync(join(corpus, 'signed.json'), join(folder, 'public/signed.json'));
  return folder;
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** Serves folders on 127.0.0.1, the first that has a file; `types` overrides media types by extension. */
export async function serve(folders, types = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)).replace(/\/$/, '/index.html');
    const file = folders.map((folder) => join(folder, path)).find((found) => existsSync(found) && statSync(found).isFile());
    response.setHeader('Content-Security-Policy', POLICY);
    response.setHeader('Cache-Control', 'no-store');
    if (file === undefined) return response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    const extension = extname(file);
    response.setHeader('Content-Type', types[extension] ?? TYPES[extension] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () => new Promise((done) => {
      server.close(done);
      server.closeAllConnections();
    }),
  };
}

/** Opens a page in a profile of its own and gives what its `result` comes to; any error on it fails. */
export async function visit(browser, url, work = (page) => result(page)) {
  const profile = await browser.newContext();
  const wrong = [];
  const page = await profile.newPage();
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`));
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  profile.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) wrong.push(`request to elsewhere: ${request.url()}`);
  });
  try {
    await page.goto(url);
    const found = await work(page, profile);
    assert.deepEqual(wrong, []);
    return found;
  } catch (error) {
    throw wrong.length > 0 ? new Error(wrong.join('\n'), { cause: error }) : error;
  } finally {
    await profile.close();
  }
}

/** Waits for the page's `window.result`. */
export async function result(page, timeout = 60_000) {
  await page.waitForFunction(() => window.result !== undefined, undefined, { timeout });
  return page.evaluate(() => window.result);
}
