// The privacy view: what it counts is so, and the page works with the network cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import { stored, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const scored = (page) => page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure")?.textContent));

test("nothing left: no bytes sent, no other host, and every request is listed", async () => {
  const { page, done } = await visit(browser, server.url);
  await stored(page);
  await page.click("#sample");
  await scored(page);
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#bytes-sent");
  assert.equal(await text(page, "#bytes-sent"), "0");
  const counts = await page.locator(".counts li").allTextContents();
  assert.match(counts.find((one) => one.includes("other hosts")), /^0 /);
  const listed = await page.locator("#log").textContent();
  for (const name of ["/early.js", ".wasm", "/bundles/scorecard.sclb", "/bundles/manifest.json"]) assert.ok(listed.includes(name), name);
  // What is stored is counted again once it is all there.
  await page.waitForFunction(() => /[1-9]\d files/.test(document.querySelector("main").textContent));
  // What the page holds is what was filled in.
  assert.match(await text(page, "#held"), /Checking account/);
  assert.match(await page.locator("main").textContent(), /connect-src 'self'/);
  await done();
});

test("the browser refuses what would leave", async () => {
  const { page, profile } = await visit(browser, server.url);
  // A request to elsewhere never starts: the policy stops it.
  const left = await page.evaluate(() => fetch("http://127.0.0.1:9/", { method: "POST", body: "x" }).then(() => true, () => false));
  assert.equal(left, false);
  await page.waitForFunction(() => window.seen.csp.some((one) => one.startsWith("connect-src")));
  await profile.close();
});

test("with the network cut: opens anew, scores, changes views, scores a table", async () => {
  const { page, profile, done } = await visit(browser, server.url);
  await stored(page);
  await profile.setOffline(true);
  await page.reload();
  await page.waitForSelector("#sample");
  await page.click("#sample");
  await scored(page);
  await page.click('a[href="#/privacy"]');
  await page.waitForFunction(() => document.querySelector("#network")?.textContent?.includes("offline"));
  await page.waitForFunction(() => document.querySelector("#offline-ready")?.textContent?.includes("Everything is stored"));
  await page.click('a[href="#/developer"]');
  await page.click("#example-table");
  await page.waitForSelector("#run:not([disabled])");
  await page.click("#run");
  await page.waitForSelector("#download");
  assert.equal(await text(page, "#scored"), "1,000");
  await done();
});

test("it can be installed", async () => {
  const { page, done } = await visit(browser, server.url);
  await stored(page);
  const session = await page.context().newCDPSession(page);
  const { errors } = await session.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A profile of its own is what a private window is: the only thing that speaks against it.
  assert.deepEqual(installabilityErrors.map((one) => one.errorId).filter((id) => id !== "in-incognito"), []);
  await done();
});

test("everything can be forgotten", async () => {
  const { page, done } = await visit(browser, server.url);
  await stored(page);
  await page.click("#theme");
  await page.click("#sample");
  await scored(page);
  await page.click('a[href="#/forecast"]');
  await page.waitForSelector("#forecast-table");
  await page.click('a[href="#/privacy"]');
  assert.match(await text(page, "#held"), /Checking account.*Outstanding principal106.*24 events/);
  await page.click("#forget");
  await page.waitForFunction(() => document.querySelector("#held")?.textContent?.includes("the form is empty"));
  await page.waitForFunction(async () => (await caches.keys()).length === 0 && localStorage.length === 0);
  await done();
});

test("licences of what is built in travel with the page, also without a network", async () => {
  const { page, profile } = await visit(browser, server.url);
  await stored(page);
  await profile.setOffline(true);
  const said = await page.evaluate(() => fetch("/licences.txt").then((response) => response.text()));
  for (const part of [/papaparse [\d.]+ \(MIT\)/, /Matthew Holt/, /Permission is hereby granted/]) assert.match(said, part);
  // The service worker gives the file itself, not the page, to whoever follows the link.
  await profile.setOffline(false);
  await page.click("footer a");
  await page.waitForFunction(() => document.body.innerText.includes("papaparse"));
  // The browser looks for an icon of that text, which is no error of the page.
  await profile.close();
});
