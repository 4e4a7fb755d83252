// Event lists on the page: the Taiwan example, six months of card statements that stay in the tab.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scorer } from "@scorelet/core";
import { parse } from "./csv.mjs";
import { bundles, host, root, scratch, stored, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const DATA = join(root, "host/examples/taiwan-default/data");
const lines = readFileSync(join(DATA, "sample.ndjson"), "utf8").trim().split("\n");
/** The trainer's answers. */
const trainer = parse(readFileSync(join(DATA, "expected.csv"), "utf8"));
const MEMBERS = ["date", "delay", "bill", "paid"];
const csv = (list) => [MEMBERS, ...list.map((event) => MEMBERS.map((name) => event[name]))].map((row) => row.join(",")).join("\n");

/** The host's decisions of some clients, by their place in the sample. */
function decisions(places) {
  const [records, out] = [join(scratch, "clients.ndjson"), join(scratch, "clients-decided.ndjson")];
  writeFileSync(records, places.map((place) => lines[place]).join("\n"));
  host("score", join(bundles, "taiwan.sclb"), records, "--reasons", "--format", "ndjson", "--output", out);
  return readFileSync(out, "utf8").trim().split("\n").map((line) => JSON.parse(line));
}

async function open(options) {
  const visited = await visit(browser, server.url, options);
  await visited.page.locator(".choice:has(input[value=taiwan])").click();
  await visited.page.waitForSelector("#field-statements-label");
  return visited;
}
const as = (page, mode) => page.locator(`#field-statements-label ~ .events .choice:has(input[value=${mode}])`).click();
const cell = (page, row, column) => page.locator(".events-table tbody tr").nth(row).locator("td input").nth(column);
const decided = (page, digest) => page.waitForFunction((digest) => document.querySelector("#result-digest")?.textContent === digest, digest);
const error = (page) => text(page, "#field-statements-error");

async function fields(page, record) {
  await page.locator('[name="as_of"]').fill(record.as_of);
  await page.locator('[name="limit"]').fill(String(record.limit));
  await page.locator('[name="education"]').selectOption(record.education);
}

/** The ways that a person has to put statements in. */
const WAYS = {
  async cells(page, list) {
    for (const [row, event] of list.entries()) {
      if (row > 0) await page.locator(".events .small").click();
      for (const [column, name] of MEMBERS.entries()) await cell(page, row, column).fill(String(event[name]));
    }
  },
  async csv(page, list) {
    await as(page, "csv");
    await page.locator("#field-statements").fill(csv(list));
  },
  async json(page, list) {
    await as(page, "json");
    await page.locator("#field-statements").fill(JSON.stringify(list));
  },
  // As a spreadsheet copies it: tabs, no header, into the first cell.
  async paste(page, list) {
    const rows = csv(list).split("\n").slice(1).join("\n").replaceAll(",", "\t");
    await cell(page, 0, 0).evaluate((element, rows) => {
      const data = new DataTransfer();
      data.setData("text/plain", rows);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, rows);
  },
};

for (const [index, [way, put]] of Object.entries(WAYS).entries()) {
  test(`statements put in as ${way}: the host's decision to the last bit, and the trainer's probability`, async () => {
    const place = [2, 3, 9, 17][index];
    const record = JSON.parse(lines[place]);
    const [expected] = decisions([place]);
    const { page, done } = await open();
    await fields(page, record);
    await put(page, record.statements);
    await decided(page, expected.digest);
    const [standard, credit] = expected.scores;
    assert.equal(await text(page, ".score-figure"), String(standard.score));
    assert.equal(await text(page, '[data-score="credit"] dd'), String(credit.score));
    const reasons = await page.locator(".reasons li").allTextContents();
    assert.deepEqual(reasons, standard.reasons.map((one) => `${one.code}${one.text}`));
    // Not only the host's: what scikit-learn's stack of LightGBM, PyTorch and the card says.
    const answer = trainer[place];
    assert.equal(await text(page, ".facts dd"), `${(100 / (1 + Math.exp(-Number(answer.stack)))).toFixed(1)}%`);
    assert.equal(String(credit.score), String(Number(answer.points)));
    await done();
  });
}

test("the four ways are one list: what one wrote, the others show; rows come and go", async () => {
  const record = JSON.parse(lines[2]);
  const [whole] = decisions([2]);
  const { page, done } = await open();
  await fields(page, record);
  await WAYS.csv(page, record.statements);
  await decided(page, whole.digest);
  await as(page, "table");
  assert.equal(await page.locator(".events-table tbody tr").count(), 6);
  assert.equal(await cell(page, 5, 2).inputValue(), String(record.statements[5].bill));
  await as(page, "json");
  assert.deepEqual(JSON.parse(await page.inputValue("#field-statements")), record.statements);
  await as(page, "table");
  await page.locator(".events-table tbody tr").first().locator("button").click();
  assert.equal(await text(page, ".events-head [role=status]"), "5 events");
  await page.waitForFunction((digest) => /^[0-9a-f]{64}$/.test(document.querySelector("#result-digest").textContent) && document.querySelector("#result-digest").textContent !== digest, whole.digest);
  // The focus stays among the rows.
  assert.ok(await page.evaluate(() => document.activeElement.closest(".events-table") !== null));
  // Put back at the end: the order of events does not matter.
  await page.locator(".events .small").click();
  for (const [column, name] of MEMBERS.entries()) await page.keyboard.press("Shift+Tab").then(() => cell(page, 5, column).fill(String(record.statements[0][name])));
  await decided(page, whole.digest);
  await done();
});

test("what is wrong is said with its row and column, and stops the score", async () => {
  const record = JSON.parse(lines[2]);
  const { page, done } = await open();
  await fields(page, record);
  await WAYS.csv(page, record.statements);
  await as(page, "table");
  for (const [column, typed, said] of [[1, "99", /^Row 3, Months late: Too large.*−2 to 36$/], [1, "1.5", /^Row 3, Months late: Enter a whole number/], [2, "much", /^Row 3, Bill: Enter a number/], [3, "", /^Row 3, Paid: Enter a value/]]) {
    const before = await cell(page, 2, column).inputValue();
    await cell(page, 2, column).fill(typed);
    await cell(page, 2, column).blur();
    await page.waitForFunction(() => document.querySelector("#field-statements-error").textContent !== "");
    assert.match(await error(page), said);
    assert.equal(await cell(page, 2, column).getAttribute("aria-invalid"), "true");
    assert.equal(await text(page, ".score-figure"), "–");
    await cell(page, 2, column).fill(before);
    await page.waitForFunction(() => document.querySelector("#field-statements-error").textContent === "");
  }
  await page.waitForFunction(() => /^\d+$/.test(document.querySelector(".score-figure").textContent));
  // An event after the reference date is the engine's to refuse.
  await cell(page, 5, 0).fill("2005-10-15");
  await page.waitForFunction(() => document.querySelector("#field-statements-error").textContent !== "");
  assert.match(await error(page), /^Row 6, Date:.*after the reference time/);
  assert.equal(await cell(page, 5, 0).getAttribute("aria-invalid"), "true");
  assert.equal(await text(page, ".score-figure"), "–");
  // Columns that there are not.
  await as(page, "csv");
  await page.locator("#field-statements").fill("date,delay,colour\n2005-09-15,0,red");
  await page.locator("#field-statements").blur();
  await page.waitForFunction(() => document.querySelector("#field-statements-error").textContent.includes("no list of events"));
  // Such a text is kept, also where the view is built anew.
  await page.click("#language");
  await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelector("#field-statements"));
  assert.match(await page.inputValue("#field-statements"), /colour/);
  await done();
});

test("what would leave is the device bundle's own answer, and the statements are not in it", async () => {
  const record = JSON.parse(lines[2]);
  const scorer = await Scorer.open(readFileSync(join(bundles, "taiwan.device.sclb")), { publicKey: null });
  const local = scorer.localCreditData(record);
  scorer.dispose();
  const { page, done } = await open();
  await fields(page, record);
  await WAYS.csv(page, record.statements);
  await page.waitForSelector("#leaves-size");
  assert.match(await text(page, "#leaves-size"), new RegExp(`^${local.bytes.length} bytes would leave.* ${JSON.stringify(record).length} bytes`));
  const shown = await page.locator("#leaves tbody tr").evaluateAll((rows) => rows.map((row) => row.querySelector("td.number").textContent.replace("−", "-").replaceAll(",", "")));
  assert.equal(shown.length, local.values.length);
  for (const [index, { name, value }] of local.values.entries()) assert.ok(Math.abs(Number(shown[index]) - value) <= 5e-7, `${name}: ${shown[index]} is not ${value}`);
  assert.match(await text(page, "#stays"), /Monthly statements: 6 events/);
  await done();
});

test("what-if changes the latest statement; trying it gives what it says", async () => {
  const { page, done } = await open();
  for (let sample = 0; sample < 3; sample++) await page.click("#sample");
  const scorer = await Scorer.open(readFileSync(join(bundles, "taiwan.sclb")), { publicKey: null });
  // Each stands among the self-checks once for each figure that is checked.
  const different = [...new Set(scorer.samples.map((sample) => JSON.stringify(sample)))];
  await decided(page, scorer.score(JSON.parse(different[2])).digest);
  scorer.dispose();
  await page.waitForSelector(".changes:not([inert]) li");
  const latest = page.locator(".changes li", { hasText: "Monthly statements, 2005-09-15: Months late" });
  assert.equal(await latest.count(), 1);
  const before = Number(await text(page, ".score-figure"));
  const gain = Number(await latest.locator(".change-gain strong").textContent());
  const to = (await latest.locator(".change-what span").textContent()).split("→")[1].trim();
  assert.ok(gain > 0);
  await latest.locator("button").click();
  await page.waitForFunction((score) => document.querySelector(".score-figure").textContent === score, String(before + gain));
  assert.equal(await cell(page, 5, 1).inputValue(), to);
  await page.locator(".undo button").click();
  await page.waitForFunction((score) => document.querySelector(".score-figure").textContent === score, String(before));
  await done();
});

test("no record leaves: from the first key on there is no request that carries anything of it", async () => {
  const { page, profile, done } = await visit(browser, server.url);
  await stored(page);
  const seen = [];
  profile.on("request", (request) => seen.push(`${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ""}`));
  await page.locator(".choice:has(input[value=taiwan])").click();
  await page.waitForSelector("#field-statements-label");
  const record = JSON.parse(lines[2]);
  // Values that stand nowhere else.
  record.limit = 734519;
  record.statements[5].bill = 81273.25;
  await fields(page, record);
  await WAYS.csv(page, record.statements);
  await page.waitForSelector("#leaves-size");
  await page.waitForSelector(".changes li");
  await page.waitForFunction(() => document.querySelector("#time-fast")?.textContent?.match(/\d/));
  for (const one of seen) {
    assert.match(one, /^GET /);
    for (const raw of ["734519", "81273", "2005-09", "graduate", "university", "statements"]) assert.ok(!one.includes(raw), `${raw} left: ${one}`);
  }
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#bytes-sent");
  assert.equal(await text(page, "#bytes-sent"), "0");
  assert.match(await text(page, "#held"), /Monthly statements6 events/);
  await done();
});

test("a table with statements in its cells: the trainer's AUC and KS, and the host's figures row by row", async () => {
  const trained = JSON.parse(readFileSync(join(root, "host/examples/taiwan-default/models/metrics.json"), "utf8")).stack.sample;
  const { page, done } = await visit(browser, server.url, { path: "#/developer", acceptDownloads: true });
  await page.waitForSelector("#bundle-status .summary");
  await page.getByRole("button", { name: "Card statements" }).click();
  await page.waitForFunction(() => document.querySelector("#bundle-status .summary")?.textContent.includes("taiwan"));
  await page.click("#example-table");
  await page.waitForSelector("#run:not([disabled])");
  await page.click("#run");
  await page.waitForSelector("#auc");
  assert.equal(await text(page, "#scored"), String(lines.length));
  assert.equal(await text(page, "#auc"), trained.auc.toFixed(4));
  assert.equal(await text(page, "#ks"), trained.ks.toFixed(4));
  const [download] = await Promise.all([page.waitForEvent("download"), page.click("#download")]);
  const [file, out] = [join(scratch, "clients-in-tab.csv"), join(scratch, "clients-of-host.csv")];
  await download.saveAs(file);
  host("score", join(bundles, "taiwan.sclb"), join(bundles, "taiwan_clients.csv"), "--format", "csv", "--output", out);
  const [mine, theirs] = [file, out].map((one) => parse(readFileSync(one, "utf8")));
  assert.equal(mine.length, lines.length);
  for (const [i, row] of mine.entries()) {
    for (const name of ["standard", "standard_pd", "credit", "credit_pd"]) assert.equal(Number(row[name]), Number(theirs[i][name]), `${name} of row ${i + 1}`);
    assert.equal(row.standard_band, theirs[i].standard_band);
  }
  await done();
});

test("rows with other cells than lists, and rows that the engine refuses, are left out and said", async () => {
  const { page, done } = await visit(browser, server.url, { path: "#/developer" });
  await page.waitForSelector("#bundle-status .summary");
  await page.getByRole("button", { name: "Card statements" }).click();
  await page.waitForFunction(() => document.querySelector("#bundle-status .summary")?.textContent.includes("taiwan"));
  const [head, ...rows] = readFileSync(join(bundles, "taiwan_clients.csv"), "utf8").trim().split("\n").slice(0, 7);
  rows[1] = '"2005-09-15","50000","university","six months",0';
  rows[3] = rows[3].replace("2005-09-15", "2005-01-15");
  rows[4] = '"2005-09-15","50000","university","[{""date"":""2005-09-15"",""delay"":77,""bill"":1,""paid"":1}]",0';
  const file = join(scratch, "clients-wrong.csv");
  writeFileSync(file, [head, ...rows].join("\n"));
  await page.setInputFiles("#table-file", file);
  await page.waitForSelector("#run:not([disabled])");
  await page.click("#run");
  await page.waitForSelector("#problems");
  assert.equal(await text(page, "#scored"), "3");
  const problems = await page.locator("#problems tbody tr").allTextContents();
  assert.match(problems[0], /^2.*six months.*no list of events/);
  assert.match(problems[1], /^4.*after the reference time/);
  assert.match(problems[2], /^5statements\[0\]\.delay.*out_of_range/);
  await done();
});
