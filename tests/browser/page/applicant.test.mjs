// The applicant's view, used as a person would: by mouse, by keyboard, in another language.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { applicants, bundles, host, scratch, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";
import { parse } from "./csv.mjs";

const rows = parse(readFileSync(applicants, "utf8"));
const score = (page) => text(page, ".score-figure");
const settled = (page) => page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));

/** Decisions of the host for all applicants. */
function decisions(model) {
  const out = join(scratch, `${model}.ndjson`);
  host("score", join(bundles, `${model}.sclb`), applicants, "--reasons", "--format", "ndjson", "--output", out);
  return readFileSync(out, "utf8").trim().split("\n").map((line) => JSON.parse(line));
}

async function fill(page, row) {
  for (const control of await page.locator(".field input, .field select").all()) {
    const value = row[await control.getAttribute("name")];
    if ((await control.evaluate((e) => e.tagName)) === "SELECT") await control.selectOption({ value });
    else await control.fill(value);
  }
}

for (const model of ["scorecard", "xgboost"]) {
  test(`typing an applicant gives the host's score, reasons and digest: ${model}`, async () => {
    const expected = decisions(model);
    const { page, done } = await visit(browser, server.url);
    await page.locator(`.choice:has(input[value=${model}])`).click();
    await page.waitForFunction((name) => document.querySelector(".chooser")?.textContent?.includes(name), model);
    assert.equal(await score(page), "–");
    for (const number of [3, 6]) {
      await fill(page, rows[number]);
      const { digest, scores } = expected[number];
      await page.waitForFunction((digest) => document.querySelector("#result-digest")?.textContent === digest, digest);
      assert.equal(await score(page), String(scores[0].score));
      assert.match(await text(page, ".score-band"), new RegExp(`^${scores[0].band}`));
      const reasons = await page.locator(".reasons li").allTextContents();
      assert.deepEqual(reasons, scores[0].reasons.map((one) => `${one.code}${one.text}`));
    }
    // The live region says it to a reader, once the person pauses.
    await page.waitForFunction((said) => document.querySelector("#live-score")?.textContent?.startsWith(said), `Score ${expected[6].scores[0].score}, band`);
    await done();
  });
}

test("the waterfall adds up to the score", async () => {
  const { page, done } = await visit(browser, server.url);
  await page.click("#sample");
  await page.waitForSelector(".waterfall tbody tr");
  const figures = (await page.locator(".waterfall tbody .number").allTextContents()).map((t) => Number(t.replace("−", "-").replace(/[,+]/g, "")));
  const total = figures.pop();
  assert.equal(figures.reduce((sum, one) => sum + one, 0), total);
  assert.equal(String(total), await score(page));
  await done();
});

test("a sample applicant in one click, another with the next; what-if raises the score and is undone", async () => {
  const { page, done } = await visit(browser, server.url);
  await page.click("#sample");
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure").textContent));
  const first = await score(page);
  await page.waitForSelector(".changes li");
  const gains = (await page.locator(".change-gain strong").allTextContents()).map(Number);
  assert.ok(gains.length > 0 && gains.every((gain) => gain > 0));
  assert.deepEqual(gains, gains.toSorted((a, b) => b - a), "the best change stands first");
  await page.locator(".changes button").first().click();
  await page.waitForFunction((raised) => document.querySelector(".score-figure").textContent === raised, String(Number(first) + gains[0]));
  await page.locator(".undo button").click();
  await page.waitForFunction((score) => document.querySelector(".score-figure").textContent === score, first);
  await settled(page);
  assert.ok(Number.parseFloat(await text(page, "#time-fast")) > 0);
  await page.click("#sample");
  await page.waitForFunction((score) => document.querySelector(".score-figure").textContent !== score, first);
  await done();
});

test("what is wrong is said at its field, and stops the score", async () => {
  const { page, done } = await visit(browser, server.url);
  await fill(page, rows[3]);
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure").textContent));
  const term = page.locator('[name="duration_in_month"]');
  assert.equal(await term.getAttribute("inputmode"), "numeric");
  for (const [typed, said] of [["0", "Too small"], ["999", "Too large"], ["12.5", "whole number"], ["a year", "Enter a number"], ["", "Enter a value"]]) {
    await term.fill(typed);
    await term.blur();
    await page.waitForFunction((said) => document.querySelector("#field-duration_in_month-error").textContent.includes(said), said);
    assert.equal(await term.getAttribute("aria-invalid"), "true");
    assert.equal(await score(page), "–");
  }
  await term.fill("24");
  await page.waitForFunction(() => document.querySelector("#field-duration_in_month-error").textContent === "");
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure").textContent));
  await done();
});

test("a missing state is shown, not hidden", async () => {
  const { page, done } = await visit(browser, server.url);
  await fill(page, rows[3]);
  await page.locator('[name="housing"]').selectOption("");
  await page.waitForSelector(".states li");
  assert.match(await text(page, ".states li"), /^Housing.*not given$/);
  await done();
});

test("all of it by keyboard", async () => {
  const { page, done } = await visit(browser, server.url);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
  const until = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((s) => document.activeElement.matches(s), selector)) return;
    }
    assert.fail(`the Tab key does not reach ${selector}`);
  };
  // The models are one group: the arrow chooses the next one.
  await until(".choice input");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.querySelector(".chooser").textContent.includes("xgboost"));
  await until("#sample");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure").textContent));
  await until('[name="credit_amount"]');
  await page.keyboard.press("Control+A");
  await page.keyboard.type("900");
  await page.waitForSelector(".changes button");
  await until(".changes button");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".undo button");
  await done();
});

test("Chinese: every label, category, reason and text of the page", async () => {
  const { page, done } = await visit(browser, server.url);
  await page.click("#sample");
  await page.waitForSelector(".waterfall tbody tr");
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelectorAll(".waterfall tbody tr").length > 0);
  await page.waitForSelector(".changes li");
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), "language");
  const latin = await page.evaluate(() => {
    // Codes, digests, names of bundles and the other language's name are the same in every language.
    const spared = "code, .code, .chip, #language, .brand-name, .chooser, .proof, .unit, option[value='']";
    const found = [];
    const walker = document.createTreeWalker(document.querySelector(".page"), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (!parentElement.closest(spared) && /[A-Za-z]{4,}/.test(textContent)) found.push(textContent);
    }
    return found.filter((one) => !/WebAssembly|Worker|Scorelet/.test(one));
  });
  assert.deepEqual(latin, []);
  // It stays after a reload.
  await page.reload();
  await page.waitForSelector("#sample");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh");
  await done();
});

test("the theme follows the system until one is chosen, which stays", async () => {
  const { page, done } = await visit(browser, server.url, { colorScheme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.click("#theme");
  const light = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.waitForSelector("#sample");
  assert.equal(await ground(), light);
  await done();
});

test("with less motion asked for, nothing moves by itself", async () => {
  const { page, done } = await visit(browser, server.url, { reducedMotion: "reduce" });
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector(".gauge-marker")).transitionDuration), "0s");
  await done();
});

test("the bundle's own help, names of categories and fields that cannot change, in both languages", async () => {
  const described = JSON.parse(host("inspect", "--json", join(bundles, "scorecard.sclb")));
  const said = (texts, language) => texts.find((one) => one.lang === language)?.text;
  const helped = described.fields.filter((field) => field.help.length > 0);
  const labelled = described.fields.filter((field) => field.type === "category" && field.value_labels.some((labels) => labels.length > 0));
  const fixed = described.fields.filter((field) => field.immutable);
  assert.ok(helped.length > 0 && labelled.length > 0 && fixed.length > 0);
  const { page, done } = await visit(browser, server.url);
  for (const language of ["en", "zh"]) {
    if (language === "zh") await page.click("#language");
    await page.waitForFunction((language) => document.documentElement.lang === language && document.querySelector("#sample"), language);
    for (const field of helped) {
      const help = `field-${field.name}-help`;
      assert.ok((await text(page, `#${help}`)).startsWith(said(field.help, language)), field.name);
      assert.ok((await page.getAttribute(`[name="${field.name}"]`, "aria-describedby")).includes(help));
    }
    for (const field of labelled) {
      const shown = await page.locator(`[name="${field.name}"] option:not([value=""])`).allTextContents();
      const expected = field.value_labels.map((labels) => said(labels, language));
      for (const [index, label] of expected.entries()) if (label) assert.equal(shown[index], label, field.name);
    }
  }
  // What-if never proposes what a person cannot change, whatever would raise the score.
  const names = fixed.map((field) => said(field.labels, "zh"));
  for (let sample = 0; sample < 4; sample++) {
    const before = await text(page, "#result-digest").catch(() => "–");
    await page.click("#sample");
    await page.waitForFunction((before) => document.querySelector("#result-digest").textContent !== before, before);
    await page.waitForSelector(".changes li");
    const changed = await page.locator(".change-what strong").allTextContents();
    assert.deepEqual(changed.filter((name) => names.includes(name)), []);
  }
  await done();
});
