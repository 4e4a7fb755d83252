// The lender's view, against a real edge worker: the device's part in the tab, a sealed receipt, the final decision, and what left.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "../chromium.mjs";
import { accessible, bundles, host, root, scratch, screenshots, serve, serveLender, stored, text, visit } from "./harness.mjs";

let browser, server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serveLender()]);
});
after(async () => {
  await browser?.close();
  const ended = server && new Promise((done) => server.process.once("exit", done));
  server?.stop();
  await ended;
  server?.remove();
});

const open = (options) => visit(browser, server.url, { path: "#/lender", posts: true, ...options });
const decided = (page) => page.waitForSelector("#left");

/** What the one card says of the applicants, row by row. */
const scores = readFileSync(join(root, "host/examples/german-credit/scorecard/expected_all.csv"), "utf8").trim().split("\n").slice(1).map((line) => Number(line.split(",")[4]));

test("choose an applicant, seal, send: the score is that of the whole card, for each of them", async () => {
  const { page, done } = await open();
  await page.waitForSelector("#send:not([disabled])");
  assert.match(await text(page, "#leaves"), /application/);
  const names = await page.locator('input[name="applicant"]').evaluateAll((all) => all.map((one) => one.value));
  assert.ok(names.length >= 4);
  for (const name of names) {
    await page.check(`input[value="${name}"]`, { force: true });
    await page.waitForSelector("#send:not([disabled])");
    await page.click("#send");
    const expected = String(scores[Number(name.slice(2)) - 1]);
    await page.waitForFunction((score) => document.querySelector(".score-figure")?.textContent === score, expected);
  }
  assert.match(await text(page, "#assurance"), /committed/);
  assert.match(await text(page, "#decision-digest"), /^[0-9a-f]{64}$/);
  await done();
});

test("nothing leaves in clear: no answer is in any request, and the bytes shown are those that were sent", async () => {
  const { page, profile, done } = await open();
  await stored(page);
  const sent = [];
  profile.on("request", (request) => sent.push({ url: request.url(), body: request.postData() ?? "", headers: JSON.stringify(request.headers()) }));
  await page.waitForSelector("#send:not([disabled])");
  // Values that stand nowhere else.
  await page.locator('[name="credit_amount"]').fill("73519");
  await page.locator('[name="duration_in_month"]').fill("107");
  await page.waitForSelector("#send:not([disabled])");
  await page.click("#send");
  await decided(page);
  const posts = sent.filter((one) => one.body !== "");
  assert.equal(posts.length, 1);
  const body = JSON.parse(posts[0].body);
  assert.deepEqual(Object.keys(body).sort(), ["applicant", "language", "receipt"]);
  const receipt = Buffer.from(body.receipt, "base64url");
  assert.equal(await page.locator("#receipt-hex").textContent(), receipt.toString("hex"));
  assert.equal(await page.locator("#request-body").textContent(), posts[0].body);
  assert.equal(receipt.subarray(0, 4).toString("latin1"), "SCLR");
  assert.ok(receipt.length <= 1024);
  const number = Buffer.alloc(8);
  for (const { url, body, headers } of sent) {
    for (const raw of ["73519", "radio", "savings", "real%20estate", "credit_amount", "employment"]) {
      assert.ok(![url, body, headers].some((one) => one.includes(raw)), `${raw} left: ${url}`);
    }
  }
  for (const value of [73519, 107]) {
    number.writeDoubleLE(value);
    assert.equal(receipt.indexOf(number), -1);
  }
  // The same application as an upload would have it stands beside, and did not leave.
  assert.match(await text(page, "#upload"), /73519/);
  // The privacy view counts it.
  await page.click('a[href="#/privacy"]');
  await page.waitForSelector("#bytes-sent");
  assert.equal(await text(page, "#bytes-sent"), String(posts[0].body.length));
  await done();
});

test("card statements: each decision is the whole bundle's to the last bit, and no statement leaves", async () => {
  const data = join(root, "host/examples/taiwan-default/data/sample.ndjson");
  const out = join(scratch, "clients-whole.ndjson");
  host("score", join(bundles, "taiwan.sclb"), data, "--reasons", "--format", "ndjson", "--output", out);
  const [clients, whole] = [data, out].map((file) => readFileSync(file, "utf8").trim().split("\n").map((line) => JSON.parse(line)));
  const { page, profile, done } = await open();
  const sent = [];
  profile.on("request", (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ""}`));
  await page.waitForSelector("#send:not([disabled])");
  await page.check('input[name="product"][value="taiwan"]', { force: true });
  await page.waitForSelector('input[value="C-001"]');
  const names = await page.locator('input[name="applicant"]').evaluateAll((all) => all.map((one) => one.value));
  const seen = new Set();
  for (const name of names) {
    await page.check(`input[value="${name}"]`, { force: true });
    await page.waitForSelector("#send:not([disabled])");
    await page.click("#send");
    const expected = whole[Number(name.slice(2)) - 1];
    await page.waitForFunction((digest) => document.querySelector("#decision-digest")?.textContent === digest, expected.digest);
    assert.equal(await text(page, ".score-figure"), String(expected.scores[0].score));
    assert.equal(await text(page, '[data-score="credit"] dd'), String(expected.scores[1].score));
    seen.add(expected.scores[0].band);
  }
  assert.ok(names.length >= 4 && seen.size >= 3, [...seen].join());
  // What was sent: receipts. In them, and beside them, is no statement.
  const receipts = sent.filter((one) => one.includes('"receipt"'));
  assert.equal(receipts.length, names.length);
  for (const name of names) {
    for (const { bill, paid } of clients[Number(name.slice(2)) - 1].statements) {
      for (const amount of [bill, paid]) {
        if (Math.abs(amount) < 10_000) continue;
        assert.ok(!sent.some((one) => one.includes(String(amount))), `${amount} left`);
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleLE(amount);
        for (const one of receipts) assert.equal(Buffer.from(JSON.parse(one.slice(one.indexOf('{"applicant"'))).receipt, "base64url").indexOf(bytes), -1);
      }
    }
  }
  // The other product is where it was left.
  await page.check('input[name="product"][value="split"]', { force: true });
  await page.waitForSelector('input[value="A-001"]');
  await done();
});

test("two receipts of the same answers differ; each is a decision of its own", async () => {
  const { page, done } = await open();
  const seen = new Set();
  for (let round = 0; round < 3; round++) {
    await page.waitForSelector("#send:not([disabled])");
    const answered = page.waitForResponse((response) => response.url().endsWith("/lender/decisions"));
    await page.click("#send");
    assert.equal((await answered).status(), 201);
    await page.waitForSelector("#send:not([disabled])");
    seen.add(await page.locator("#receipt-hex").textContent());
  }
  assert.equal(seen.size, 3);
  await done();
});

test("a form that is not complete cannot be sent, and says why", async () => {
  const { page, done } = await open();
  await page.waitForSelector("#send:not([disabled])");
  await page.locator('[name="credit_amount"]').fill("");
  await page.waitForSelector("#send[disabled]");
  assert.match(await text(page, "#leaves"), /One field/);
  await page.locator('[name="credit_amount"]').fill("1000");
  await page.waitForSelector("#send:not([disabled])");
  await done();
});

for (const [colorScheme, width, locale] of [["light", 1280, "en-GB"], ["dark", 1280, "en-GB"], ["light", 360, "en-GB"], ["dark", 360, "zh-CN"], ["light", 1280, "zh-CN"]]) {
  test(`looks: ${colorScheme}, ${width} pixels, ${locale}`, async () => {
    const viewport = { width, height: width === 360 ? 740 : 900 };
    const { page, done } = await open({ colorScheme, viewport, locale, reducedMotion: "reduce" });
    await page.waitForSelector("#send:not([disabled])");
    await page.check('input[value="A-002"]', { force: true });
    await accessible(page, "before");
    await page.click("#send");
    await decided(page);
    await page.locator("details summary").click();
    await accessible(page, "after");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels wider than the screen`);
    await page.screenshot({ path: join(screenshots, `lender-${colorScheme}-${width}-${locale.slice(0, 2)}.png`), fullPage: true });
    await done();
  });
}

test("where no lender stands behind the page, the view is not offered", async () => {
  const plain = await serve();
  try {
    const { page, done } = await visit(browser, plain.url);
    await page.waitForSelector("#sample");
    assert.equal(await page.locator('a[href="#/lender"]').isVisible(), false);
    await page.goto(`${plain.url}#/lender`);
    await page.waitForFunction(() => document.querySelector("main")?.textContent?.includes("cargo xtask demo"));
    await done();
  } finally {
    plain.stop();
  }
});

test("the lender's server: its key is nowhere in the page, other routes and senseless bodies are refused", async () => {
  const { master, operator, tenants } = JSON.parse(readFileSync(join(server.folder, "edge-state/keys.json"), "utf8"));
  const ask = (path, body) => fetch(`${server.url}lender/${path}`, body === undefined ? {} : { method: "POST", body });
  const about = await (await ask("about")).text();
  const secrets = [master, operator, ...Object.values(tenants).map((one) => one.secret)];
  assert.equal(secrets.length, 4);
  for (const secret of secrets) assert.ok(secret.length > 20 && !about.includes(secret));
  assert.equal((await ask("challenge?applicant=nobody")).status, 404);
  assert.equal((await ask("keys")).status, 404);
  assert.equal((await ask(`bundles/${"0".repeat(64)}`)).status, 404);
  for (const body of ["", "[", "7", "null"]) assert.equal((await ask("decisions", body)).status, 400);
  assert.equal((await ask("decisions", JSON.stringify({ applicant: "nobody" }))).status, 404);
  assert.equal((await ask("decisions", "x".repeat(20_000))).status, 413);
  const refused = await ask("decisions", JSON.stringify({ applicant: "A-001", receipt: "AAAA", language: "en" }));
  assert.ok(refused.status >= 400 && refused.status < 500);
  assert.match((await refused.json()).code, /^SCL-\d{4}$/);
});

test("stopped, nothing stays behind; started again, everything is found where it was", async () => {
  const { worker } = JSON.parse(readFileSync(join(server.folder, "edge-state/running.json"), "utf8"));
  const before = readFileSync(join(server.folder, "edge-state/keys.json"), "utf8");
  const ended = new Promise((done) => server.process.once("exit", done));
  // As when whoever started it is gone.
  server.process.stdin.end();
  await ended;
  for (let tries = 0; existsSync(`/proc/${worker}/exe`) && tries < 50; tries++) await new Promise((done) => setTimeout(done, 100));
  assert.ok(!existsSync(`/proc/${worker}/exe`), "workerd is still running");
  Object.assign(server, await server.again());
  assert.equal(readFileSync(join(server.folder, "edge-state/keys.json"), "utf8"), before);
  const { page, done } = await open();
  await page.waitForSelector("#send:not([disabled])");
  await page.click("#send");
  await decided(page);
  await done();
});
