// The forecast: the trainer's quantiles on the page, drawn where they belong, told anew with each change, and nothing sent.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scorer } from "@scorelet/core";
import { parse } from "./csv.mjs";
import { bundles, host, root, stored, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const DATA = join(root, "host/examples/repayment-forecast/data");
const platforms = readFileSync(join(DATA, "platforms.ndjson"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
/** The trainer's answers. */
const trainer = parse(readFileSync(join(DATA, "expected.csv"), "utf8"));
const LEVELS = ["p10", "p50", "p90"];

async function open(options) {
  const visited = await visit(browser, server.url, { path: "#/forecast", ...options });
  await visited.page.waitForSelector("#forecast-table");
  return visited;
}
const figures = (page) => page.locator("#forecast-table tbody tr").evaluateAll((rows) => rows.map((row) => [row.dataset.month, ...Array.from(row.querySelectorAll("td"), (cell) => Number(cell.dataset.value))]));
const digest = (page) => text(page, "#forecast-digest");
const changed = (page, before) => page.waitForFunction((before) => /^[0-9a-f]{64}$/.test(document.querySelector("#forecast-digest")?.textContent) && document.querySelector("#forecast-digest").textContent !== before, before);

async function fill(page, platform) {
  await page.locator('[name="as_of"]').fill(platform.as_of);
  await page.locator('[name="asset_scale"]').fill(String(platform.asset_scale));
  for (const list of ["repayments", "industry"]) {
    await page.locator(`#field-${list}-label ~ .events .choice:has(input[value=csv])`).click();
    const names = Object.keys(platform[list][0]);
    await page.locator(`#field-${list}`).fill([names, ...platform[list].map((event) => names.map((name) => event[name]))].map((row) => row.join(",")).join("\n"));
  }
}

test("each month's P10, P50 and P90 are the trainer's, and the host's to the last bit", async () => {
  const told = JSON.parse(host("forecast", join(bundles, "forecast.sclb"), join(DATA, "platforms.ndjson"), "--format", "json"));
  const scorer = await Scorer.open(readFileSync(join(bundles, "forecast.sclb")), { publicKey: null });
  const { page, done } = await open();
  for (const number of [5, 23, 39]) {
    await fill(page, platforms[number]);
    const decision = scorer.score(platforms[number]);
    await page.waitForFunction((digest) => document.querySelector("#forecast-digest").textContent === digest, decision.digest);
    const shown = await figures(page);
    assert.equal(shown.length, 12);
    for (const [m, [month, ...values]] of shown.entries()) {
      const expected = told[number].forecasts[0].months[m];
      assert.deepEqual([month, ...values], [expected.month, ...LEVELS.map((level) => expected[level])]);
      for (const [l, level] of LEVELS.entries()) {
        const trained = Number(trainer[number][`${level}_${m + 1}`]);
        assert.ok(Math.abs(values[l] - trained) <= 1e-5 * trained, `${level} of month ${m + 1}: ${values[l]} is not the trainer's ${trained}`);
      }
    }
    // What a person reads is the same, rounded.
    const cell = await text(page, "#forecast-table tbody tr td");
    assert.equal(Number(cell), Number(shown[0][1].toFixed(2)));
  }
  scorer.dispose();
  await done();
});

/** Points of a path. */
const points = (d) => [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

test("the fan is drawn where the figures are", async () => {
  const { page, done } = await open();
  const shown = await figures(page);
  const [band, median, past] = await page.locator(".fan .chart > svg > path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
  // A step of the axis is so many pixels; by it every point can be told.
  const axis = await page.locator(".fan .chart > svg > line.grid").evaluateAll((lines) => lines.map((line) => Number(line.getAttribute("y1"))));
  const values = await page.locator(".fan .chart > svg > text.end:not(.title)").evaluateAll((texts) => texts.slice(0, -1).map((one) => Number(one.textContent)));
  const [first, last] = [axis[0], axis.at(-1)];
  const [low, high] = [values[0], values[axis.length - 1]];
  const y = (value) => first + ((value - low) / (high - low)) * (last - first);
  const near = (found, expected) => assert.ok(Math.abs(found - expected) < 0.2, `${found} is not ${expected}`);
  const upper = points(band).slice(0, 13);
  const lower = points(band).slice(13).reverse();
  assert.equal(lower.length, 13);
  for (const [i, [, p10, p50, p90]] of shown.entries()) {
    near(lower[i + 1][1], y(p10));
    near(points(median)[i + 1][1], y(p50));
    near(upper[i + 1][1], y(p90));
  }
  // The history is the sum of each month's repayments; this sample has one a month.
  const scorer = await Scorer.open(readFileSync(join(bundles, "forecast.sclb")), { publicKey: null });
  const [sample] = scorer.samples;
  scorer.dispose();
  assert.equal(points(past).length, sample.repayments.length);
  for (const [i, event] of sample.repayments.entries()) near(points(past)[i][1], y(event.repaid));
  // Under the pointer the figures are told.
  const box = await page.locator(".chart").boundingBox();
  const [x] = points(median)[6];
  await page.mouse.move(box.x + x, box.y + box.height / 2);
  await page.waitForSelector(".told:not([hidden])");
  assert.deepEqual(await page.locator(".told dd").allTextContents(), shown[5].slice(1).reverse().map((value) => value.toFixed(2)));
  await done();
});

test("a change of any input is another forecast; what is refused is said", async () => {
  const { page, done } = await open();
  let before = await digest(page);
  await page.locator('[name="asset_scale"]').fill("150");
  await changed(page, before);
  before = await digest(page);
  await page.locator(".events-table").first().locator("tbody tr").nth(23).locator("td input").nth(2).fill("9.5");
  await changed(page, before);
  before = await digest(page);
  await page.locator(".events-table").nth(1).locator("tbody tr").nth(23).locator("td input").nth(1).fill("0.5");
  await changed(page, before);
  await page.locator('[name="as_of"]').fill("2025-09-30");
  await page.waitForSelector(".forecast-result .problem");
  assert.equal(await digest(page), "–");
  assert.equal(await page.locator("#forecast-table").count(), 0);
  await page.click("#sample-platform");
  await page.waitForSelector("#forecast-table");
  // It stays while other views are looked at.
  before = await digest(page);
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#log tr");
  await page.click('a[href="#/forecast"]');
  await page.waitForFunction((before) => document.querySelector("#forecast-digest")?.textContent === before, before);
  await done();
});

test("with the network cut it opens anew and tells the forecast; nothing was ever sent", async () => {
  const { page, profile, done } = await open();
  await stored(page);
  await profile.setOffline(true);
  await page.reload();
  await page.waitForSelector("#forecast-table");
  const before = await digest(page);
  const seen = [];
  profile.on("request", (request) => seen.push(`${request.method()} ${request.url()}`));
  await page.locator('[name="asset_scale"]').fill("734.519");
  await changed(page, before);
  assert.deepEqual(seen, []);
  await done();
});
