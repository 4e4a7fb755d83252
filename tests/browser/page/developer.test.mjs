// The model developer's view: bundles of all kinds, and a table of 200,000 rows compared with the host's results.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse, write } from "./csv.mjs";
import { applicants, bundles, host, root, scratch, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const ROWS = 200_000;
const EXAMPLE = "host/examples/german-credit/scorecard";
const open = async () => {
  const visited = await visit(browser, server.url, { path: "#/developer", acceptDownloads: true });
  await visited.page.waitForSelector("#bundle-status .summary");
  return visited;
};
const ready = (page) => page.waitForSelector("#run:not([disabled])");

/** The example's applicants over and over, with other amounts and terms, some values absent or strange, and some rows wrong. */
function bigTable() {
  const file = join(scratch, "applicants-200000.csv");
  const known = parse(readFileSync(applicants, "utf8"));
  let wrong = 0;
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const row = { ...known[i % known.length] };
    row.credit_amount = String(250 + ((i * 7919) % 18_000));
    row.duration_in_month = String(4 + ((i * 31) % 69));
    if (i % 97 === 0) row.housing = "";
    if (i % 389 === 0) row.purpose = "a boat";
    if (i % 50_021 === 17) {
      row.credit_amount = "much";
      wrong++;
    }
    if (i % 60_013 === 19) {
      row.duration_in_month = "";
      wrong++;
    }
    return row;
  });
  writeFileSync(file, write(rows));
  return { file, wrong };
}

test("200,000 rows: cancelled in between, then to the end, and every row is the host's", async (t) => {
  const { file, wrong } = bigTable();
  const { page, done } = await open();
  await page.setInputFiles("#table-file", file);
  await ready(page);
  await page.selectOption("#label-column", "creditability");
  assert.equal(await page.inputValue("#bad-value"), "bad");

  await page.click("#run");
  await page.waitForFunction(() => Number.parseInt(document.querySelector("#progress")?.textContent?.replace(/,/g, "") ?? "") > 0);
  await page.click("#cancel");
  await page.waitForFunction(() => document.querySelector("#batch-said")?.textContent?.startsWith("Cancelled after"));
  const part = Number((await text(page, "#batch-said")).replace(/,/g, "").match(/\d+/)[0]);
  assert.ok(part > 0 && part < ROWS, `cancelled after ${part} rows`);

  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#batch-said")?.textContent?.includes("rows/s"), null, { timeout: 120_000 });
  const said = await text(page, "#batch-said");
  t.diagnostic(`in the tab: ${said}`);
  const good = ROWS - wrong;
  assert.equal(await text(page, "#scored"), good.toLocaleString("en-GB"));
  assert.match(await text(page, ".problem-rows h3"), new RegExp(`^${wrong} rows`));
  assert.match(await text(page, "#problems tbody"), /much.*no number/s);

  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const path = join(scratch, "scores-in-tab.csv");
  await download.saveAs(path);
  const mine = readFileSync(path, "utf8").trim().split("\n");
  assert.equal(mine.shift(), "row,credit,credit_pd,credit_band");
  assert.equal(mine.length, ROWS);

  const out = join(scratch, "scores-of-host.csv");
  try {
    host("score", join(bundles, "scorecard.sclb"), file, "--on-error", "skip", "--format", "csv", "--output", out);
  } catch (error) {
    // 1 says that rows were skipped.
    assert.equal(error.status, 1);
  }
  const theirs = readFileSync(out, "utf8").trim().split("\n").slice(1).map((line) => line.split(","));
  const scored = mine.map((line) => line.split(",")).filter((cells) => cells[1] !== "");
  // The host may list skipped rows as empty ones.
  const expected = theirs.filter((cells) => cells[0] !== "");
  assert.equal(scored.length, good);
  assert.equal(expected.length, good);
  const bands = {};
  for (const [i, [, score, pd, band]] of scored.entries()) {
    const [hostScore, hostPd, hostBand] = expected[i];
    if (Number(score) !== Number(hostScore) || !Object.is(Number(pd), Number(hostPd)) || band !== hostBand) {
      assert.fail(`row ${scored[i][0]}: ${scored[i]} here, ${expected[i]} by the host`);
    }
    bands[band] = (bands[band] ?? 0) + 1;
  }
  const shown = await page.locator("#bands tbody tr").evaluateAll((rows) => rows.map((row) => [row.querySelector("strong").textContent, Number(row.querySelectorAll("td.number")[0].textContent.replace(/,/g, ""))]));
  assert.deepEqual(Object.fromEntries(shown), bands);
  await done();
});

test("the example's AUC and KS are the trainer's way of counting", async () => {
  const { page, done } = await open();
  await page.click("#example-table");
  await ready(page);
  await page.click("#run");
  await page.waitForSelector("#auc");
  const table = parse(readFileSync(applicants, "utf8"));
  const lines = host("score", join(bundles, "scorecard.sclb"), applicants, "--raw", "--format", "csv").trim().split("\n");
  const margin = lines[0].split(",").findIndex((name) => /margin|raw/.test(name));
  const risk = lines.slice(1).map((line) => Number(line.split(",")[margin]));
  let [pairs, all] = [0, 0];
  for (const [i, bad] of table.entries()) {
    if (bad.creditability !== "bad") continue;
    for (const [j, good] of table.entries()) {
      if (good.creditability !== "good") continue;
      all++;
      pairs += risk[i] > risk[j] ? 1 : risk[i] === risk[j] ? 0.5 : 0;
    }
  }
  assert.equal(await text(page, "#auc"), (pairs / all).toFixed(4));
  assert.equal(await page.locator(".chart svg").count(), 3);
  await page.locator("details summary").first().click();
  assert.ok((await page.locator("details table tbody tr").count()) > 5);
  await done();
});

/** Gives a bundle to the page as a file; the problem that it shows. */
async function refused(page, name, buffer) {
  await page.setInputFiles("#bundle-file", { name, mimeType: "application/octet-stream", buffer });
  await page.waitForSelector("#bundle-status .problem");
  const found = await text(page, "#bundle-status .problem");
  assert.ok(await page.locator("#run").isDisabled());
  return found;
}

test("a corrupt, cut or foreign file is refused with code, place and mend", async () => {
  const { page, done } = await open();
  const bytes = readFileSync(join(bundles, "scorecard.sclb"));
  const flipped = Buffer.from(bytes);
  flipped[flipped.length >> 1] ^= 1;
  for (const [name, buffer] of [["flipped.sclb", flipped], ["cut.sclb", bytes.subarray(0, 700)], ["table.sclb", readFileSync(applicants)], ["empty.sclb", Buffer.alloc(0)]]) {
    const said = await refused(page, name, buffer);
    assert.match(said, /SCL-\d{4}/, name);
    assert.match(said, /What to do.*Where.*Code/s, name);
  }
  // A good one afterwards is taken.
  await page.setInputFiles("#bundle-file", join(bundles, "scorecard.sclb"));
  await page.waitForSelector("#bundle-status .summary");
  await done();
});

test("a bundle of another publisher is refused, until that publisher's key is given", async () => {
  const { page, done } = await open();
  const name = join(scratch, `other-${process.pid}`);
  host("keygen", name);
  const file = join(scratch, "other.sclb");
  host("build", join(root, EXAMPLE), "-o", file, "--key", `${name}.key`);
  const said = await refused(page, "other.sclb", readFileSync(file));
  assert.match(said, /SCL-\d{4}/);
  await page.fill("#key", readFileSync(`${name}.pub`, "utf8").trim());
  await page.waitForSelector("#bundle-status .summary");
  assert.match(await text(page, "#bundle-status .badge"), /signature checked/);
  await page.fill("#key", "ab".repeat(32));
  await page.waitForSelector("#bundle-status .problem");
  await page.locator('input[value="any"]').check();
  await page.waitForSelector("#bundle-status .summary");
  assert.match(await text(page, "#bundle-status .badge"), /any publisher/);
  // It goes to the applicant's view, too.
  await page.locator("#bundle-status button").click();
  await page.waitForSelector("#sample");
  await done();
});

test("tables that do not fit say so", async () => {
  const { page, done } = await open();
  const give = (text, name = "t.csv") => page.setInputFiles("#table-file", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await give("a,b\n1,2\n");
  await page.waitForFunction(() => document.querySelector("main").textContent.includes("No column of this file"));
  assert.ok(await page.locator("#run").isDisabled());
  await give("credit_amount,duration_in_month\n");
  await page.waitForFunction(() => document.querySelector("#table-status").textContent.includes("no rows"));
  // Semicolons, Windows line ends, a quoted line break, a short row.
  await give('id;credit_amount;duration_in_month\r\n"a\r\nb";1000;12\r\nc;2000;24\r\nd;3000\r\n');
  await ready(page);
  await page.click("#run");
  await page.waitForSelector("#download");
  assert.equal(await text(page, "#scored"), "2");
  assert.match(await text(page, "#problems tbody"), /fewer cells/);
  await done();
});

/** Drops a file, as a file manager does. */
const dropOn = (page, place, name, bytes) => page.evaluate(({ place, name, bytes }) => {
  const at = document.querySelector(place).closest(".drop");
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
  const tell = (kind) => at.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  // Unless they are taken, the browser opens the file in the page's place.
  const taken = [!tell("dragenter"), !tell("dragover")];
  const marked = at.classList.contains("over");
  taken.push(!tell("drop"));
  return { taken, marked, after: at.classList.contains("over") };
}, { place, name, bytes: [...bytes] });

test("a bundle and a table can be dropped; another language keeps them, their outcome column and the results", async () => {
  const { page, done } = await open();
  const dropped = { taken: [true, true, true], marked: true, after: false };
  assert.deepEqual(await dropOn(page, "#bundle-file", "xgboost.sclb", readFileSync(join(bundles, "xgboost.sclb"))), dropped);
  await page.waitForFunction(() => document.querySelector("#bundle-status .summary")?.textContent.includes("xgboost"));
  assert.deepEqual(await dropOn(page, "#table-file", "mine.csv", readFileSync(applicants)), dropped);
  await ready(page);
  await page.selectOption("#label-column", "creditability");
  await page.selectOption("#bad-value", "good");
  await page.click("#run");
  await page.waitForSelector("#auc");
  const [auc, digest] = [await text(page, "#auc"), await text(page, "#bundle-status code")];
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelectorAll(".chart svg").length === 3);
  assert.match(await text(page, "#table-status"), /mine\.csv/);
  assert.equal(await text(page, "#bundle-status code"), digest);
  assert.equal(await page.inputValue("#label-column"), "creditability");
  assert.equal(await page.inputValue("#bad-value"), "good");
  assert.equal(await text(page, "#auc"), auc);
  // And it goes on from there.
  await page.click("#run");
  await page.waitForFunction(() => document.querySelector("#batch-said") && !document.querySelector("#run").disabled);
  assert.equal(await text(page, "#auc"), auc);
  await done();
});

test("a batch goes on in another language, and ends without a word when its view is left", async () => {
  const { page, done } = await open();
  await page.setInputFiles("#table-file", bigTable().file);
  await ready(page);
  await page.click("#run");
  await page.waitForFunction(() => /\d/.test(document.querySelector("#progress").textContent));
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelector("#batch-said"), null, { timeout: 60_000 });
  await ready(page);
  await page.click("#run");
  await page.waitForFunction(() => /\d/.test(document.querySelector("#progress").textContent));
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#log tr");
  await done();
});
