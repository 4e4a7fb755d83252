// What the tests of the page share: a server, a browser, and a page on which every error counts.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ? join(root, process.env.CARGO_TARGET_DIR) : join(root, "target");
/** The host, to compare with: the task names the one that it built. */
const tool = process.env.SCORELET_TOOL ?? join(target, "debug/scorelet");
export const bundles = join(root, "web-demo/public/bundles");
export const applicants = join(root, "host/examples/german-credit/data/german_credit.csv");
export const scratch = join(target, "browser");
export const screenshots = join(target, "screenshots");
for (const folder of [scratch, screenshots]) mkdirSync(folder, { recursive: true });

/** Runs the host and gives what it says. */
export function host(...args) {
  return execFileSync(tool, args, { cwd: root, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
}

/** Serves the built page at any free port; with `options` of the server. */
export async function serve(...options) {
  const server = spawn(process.execPath, [join(root, "web-demo/serve.mjs"), "0", "--until-stdin-ends", ...options], { stdio: ["pipe", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    server.stdout.once("data", (data) => resolve(String(data).split("\n")[0].trim()));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { url, process: server, stop: () => server.kill() };
}

/** The same with a lender and a real edge worker behind it, whose state is in a folder of its own, `folder`. */
export async function serveLender() {
  const folder = mkdtempSync(join(scratch, "lender-"));
  const parts = ["split", "taiwan"].flatMap((id) => [`${id}.device.sclb`, `${id}.edge.sclb`]);
  for (const file of [...parts, "publisher.pub"]) cpSync(join(target, "demo", file), join(folder, file));
  const start = () => serve("--lender", folder, join(target, "edge/worker"));
  const server = await start();
  return { ...server, folder, again: start, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What the page itself measures, from its first line on. */
function watch() {
  window.seen = { csp: [], tasks: [], shift: 0 };
  addEventListener("securitypolicyviolation", (e) => window.seen.csp.push(`${e.violatedDirective}: ${e.blockedURI}`));
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) window.seen.tasks.push({ start: e.startTime, duration: e.duration });
  }).observe({ type: "longtask", buffered: true });
  new PerformanceObserver((list) => {
    for (const e of list.getEntries()) if (!e.hadRecentInput) window.seen.shift += e.value;
  }).observe({ type: "layout-shift", buffered: true });
}

/**
 * A fresh profile with a page at `url`, as a person would have it (`own`: where the page is, if it goes there later; `posts`: it may
 * send something to its own server); `done` ends it and fails if anything went wrong on it.
 */
export async function visit(browser, url, options = {}) {
  const { path = "", own: address = url, posts = false, ...context } = options;
  const profile = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...context });
  const page = await profile.newPage();
  const wrong = [];
  await page.addInitScript(watch);
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  profile.on("request", (request) => {
    const own = new URL(request.url());
    if (own.origin !== new URL(address).origin && own.protocol !== "blob:") wrong.push(`request to elsewhere: ${request.url()}`);
    if (request.method() !== "GET" && !(posts && request.method() === "POST")) wrong.push(`request that is no GET: ${request.method()} ${request.url()}`);
  });
  await page.goto(url + path);
  if (address === url) await page.waitForFunction(() => document.querySelector("h1"));
  return {
    page,
    profile,
    async done() {
      wrong.push(...(await page.evaluate(() => window.seen.csp)));
      await profile.close();
      assert.deepEqual(wrong, []);
    },
  };
}

/** Waits until the page is stored for use without a network. */
export async function stored(page) {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Fails with every violation that axe-core finds. */
export async function accessible(page, where) {
  // Evaluated by the debugger, so the page's policy stays as it is.
  const { readFileSync } = await import("node:fs");
  await page.evaluate(readFileSync(axe, "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const found = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.map((n) => `${n.target} ${n.failureSummary}`).join("\n  ")}`);
  assert.deepEqual(found, [], `${where}:\n${found.join("\n")}`);
}

/** The text of an element, once it is there. */
export async function text(page, selector) {
  return (await page.locator(selector).first().textContent())?.trim() ?? "";
}
