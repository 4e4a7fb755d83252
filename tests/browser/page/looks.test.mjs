// Each view in both themes and on a phone: no violation of accessibility, nothing wider than the screen, and a picture.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { accessible, bundles, screenshots, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const VIEWS = {
  async events(page) {
    await page.locator(".choice:has(input[value=taiwan])").click();
    await page.waitForSelector("#field-statements-label");
    await accessible(page, "an empty table of events");
    await page.click("#sample");
    await page.waitForSelector("#leaves-size");
    await page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));
  },
  async decision(page) {
    await page.locator(".choice:has(input[value=decision])").click();
    await page.waitForSelector("#field-loans-label");
    await page.click("#sample");
    await page.waitForSelector("#notice-reasons");
    await page.waitForSelector("#leaves-size");
    await page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));
  },
  async graph(page) {
    await page.waitForSelector("#bundle-status .summary");
    await page.setInputFiles("#bundle-file", join(bundles, "decision.sclb"));
    await page.waitForSelector("#graph .lane-device");
    await page.click("#example-table");
    await page.waitForFunction(() => document.querySelector("#trace-card")?.textContent.includes("300"));
    await page.fill("#trace-of", "2");
    await page.waitForSelector("#trace .passed");
    await page.locator("#graph summary").press("Enter");
    await page.locator("#graph-table button").nth(6).click();
  },
  async forecast(page) {
    await page.waitForSelector("#forecast-table");
    await page.waitForSelector(".fan path");
  },
  async applicant(page) {
    await page.click("#sample");
    await page.waitForSelector(".changes li");
    await page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));
  },
  async privacy(page) {
    await page.waitForSelector("#log tr");
  },
  async developer(page) {
    await page.waitForSelector("#bundle-status .summary");
    await page.click("#example-table");
    await page.waitForSelector("#run:not([disabled])");
    await page.click("#run");
    await page.waitForSelector(".chart path");
  },
};

/** Views that are one of an example. */
const WITHIN = { events: "", decision: "", graph: "#/developer" };

/** Lays everything out, also what is out of sight, so that it is looked at and photographed. */
const whole = (page) => page.evaluate(() => {
  for (const card of document.querySelectorAll(".below > .card")) card.style.contentVisibility = "visible";
});

for (const [view, use] of Object.entries(VIEWS)) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      test(`${view}, ${colorScheme}, ${width} pixels`, async () => {
        const viewport = { width, height: width === 360 ? 740 : 900 };
        const { page, done } = await visit(browser, server.url, { path: WITHIN[view] ?? `#/${view}`, colorScheme, viewport, reducedMotion: "reduce" });
        await accessible(page, `${view} before use`);
        await use(page);
        await whole(page);
        await accessible(page, view);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${wide} pixels wider than the screen`);
        await page.screenshot({ path: join(screenshots, `${view}-${colorScheme}-${width}.png`), fullPage: true });
        await done();
      });
    }
  }
}

test("a form with mistakes, in Chinese, is as accessible", async () => {
  const { page, done } = await visit(browser, server.url, { locale: "zh-CN" });
  await page.locator('[name="credit_amount"]').fill("0");
  await page.locator('[name="credit_amount"]').blur();
  await page.waitForSelector('[aria-invalid="true"]');
  await accessible(page, "mistakes");
  await page.screenshot({ path: join(screenshots, "mistakes-zh.png"), fullPage: true });
  await done();
});

test("a table of events with a mistake, on a phone, is as accessible; so is the list as text", async () => {
  const { page, done } = await visit(browser, server.url, { viewport: { width: 360, height: 740 } });
  await page.locator(".choice:has(input[value=taiwan])").click();
  await page.waitForSelector("#field-statements-label");
  await page.click("#sample");
  const late = page.locator(".events-table tbody input").nth(5);
  await late.fill("99");
  await late.blur();
  await page.waitForSelector('.events-table [aria-invalid="true"]');
  await accessible(page, "a mistake in a table");
  await page.screenshot({ path: join(screenshots, "events-mistake-360.png"), fullPage: true });
  for (const mode of ["csv", "json"]) {
    await page.locator(`.events-head .choice:has(input[value=${mode}])`).click();
    await page.waitForFunction(() => document.querySelector("#field-statements").checkVisibility());
    await accessible(page, mode);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
  }
  await done();
});
