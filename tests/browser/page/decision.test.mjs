// Decisions: outcome, terms, rules, sources, fallback and trace on the page are the host's; the notice names the host's reasons; the graph
// is that of the bundle, with its cut.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scorer } from "@scorelet/core";
import { parse, write as table } from "./csv.mjs";
import { accessible, bundles, host, root, scratch, text, visit } from "./harness.mjs";
import { browser, server } from "./running.mjs";

const BUNDLE = join(bundles, "decision.sclb");
const applicants = parse(readFileSync(join(root, "host/examples/three-sources/data/applicants.csv"), "utf8"));

/** Decisions of the host for rows of the example, changed by `change`. */
function decisions(rows, language = "en") {
  const [data, out] = ["csv", "ndjson"].map((ending) => join(scratch, `decision-${process.pid}.${ending}`));
  writeFileSync(data, table(rows));
  host("score", BUNDLE, data, "--reasons", "--lang", language, "--format", "ndjson", "--output", out);
  return readFileSync(out, "utf8").trim().split("\n").map((line) => JSON.parse(line));
}

async function openApplicant(options) {
  const visited = await visit(browser, server.url, options);
  await visited.page.locator(".choice:has(input[value=decision])").click();
  await visited.page.waitForSelector("#field-loans-label");
  return visited;
}

async function fill(page, row) {
  await page.locator("#field-loans-label ~ .events .choice:has(input[value=json])").click();
  for (const control of await page.locator(".field .control > :is(input, select)").all()) {
    const value = row[await control.getAttribute("name")] ?? "";
    if ((await control.evaluate((e) => e.tagName)) === "SELECT") await control.selectOption({ value });
    else await control.fill(value);
  }
  await page.locator("#field-loans").fill(row.loans);
}

const data = (page, selector, ...names) =>
  page.locator(selector).evaluateAll((all, names) => all.map((one) => names.map((name) => one.dataset[name])), names);

/** What the page shows of a policy, in the shape of a decision. */
async function shown(page, card) {
  return {
    outcome: await page.locator(`${card} .outcome`).getAttribute("data-outcome"),
    terms: await page.locator(`${card} [data-term]`).evaluateAll((all) => all.map((one) => [one.dataset.term, Number(one.querySelector("dd").dataset.value)])),
    rules: await data(page, `${card} [data-rule]`, "rule", "state"),
    passed: await data(page, `${card} .passed`, "model", "cause"),
  };
}
const told = (decision) => ({
  outcome: decision.outcome,
  terms: decision.terms.filter((one) => one.value !== null).map((one) => [one.name, one.value]),
  rules: decision.rules.map((one) => [one.id, one.state]),
  passed: decision.fallback.flatMap((one) => one.passed.map(({ model, cause }) => [model, cause])),
});

/** Applicants of all kinds: by the example's own data, and two with a list of the lender's. */
const listed = { ...applicants[7], on_blacklist: "true" };
const staff = { ...applicants[1], staff: "true", amount: "900" };
const sanctioned = { ...applicants[8], on_sanctions_list: "true" };
const chosen = [...applicants.slice(0, 6), listed, staff, sanctioned];

test("outcome, terms, rules, missing sources and fallback of an applicant are the host's", async () => {
  const { page, done } = await openApplicant();
  const expected = decisions(chosen);
  assert.ok(new Set(expected.map((one) => one.outcome)).size === 3, "every outcome is among them");
  for (const [i, row] of chosen.entries()) {
    await fill(page, row);
    const decision = expected[i];
    await page.waitForFunction((digest) => document.querySelector("#result-digest")?.textContent === digest, decision.digest);
    assert.deepEqual(await shown(page, ".decision"), told(decision), `applicant ${i}`);
    const missing = decision.sources.filter((one) => !one.present);
    assert.deepEqual(await data(page, ".decision [data-source]", "source"), missing.map((one) => [one.name]));
    for (const one of missing) assert.ok((await text(page, `.decision [data-source=${one.name}]`)).includes(one.effect));
    for (const one of decision.rules) assert.ok((await text(page, `.decision [data-rule=${one.id}]`)).includes(one.text));
    for (const one of decision.scores.slice(1)) {
      assert.equal(await text(page, `.score-card [data-score=${one.name}] dd`), one.score === null ? "–" : String(one.score));
    }
    if (i === 0) await page.waitForFunction(() => document.querySelector("#live-score")?.textContent?.endsWith(". Declined"));
    assert.equal(await page.locator("#notice").count(), decision.outcome === "approve" ? 0 : 1);
  }
  await done();
});

/** Codes that a notice may name, by the rules of docs/adverse-action.md: a hard rule that declines decides alone. */
function principal({ outcome, rules, scores }) {
  const order = ["approve", "refer", "decline"];
  const fired = rules.filter((one) => one.state === "fired" && order.indexOf(one.outcome) >= order.indexOf(outcome));
  const deciding = fired.filter(({ kind }) => kind === "hard" || kind === "override");
  const caps = fired.filter(({ kind }) => kind === "cap");
  const reasons = deciding.length > 0 ? deciding.flatMap((one) => one.reasons) : [...caps.flatMap((one) => one.reasons), ...scores[0].reasons];
  return [...new Map(reasons.map(({ code, text }) => [code, text]))].slice(0, 4);
}

test("the notice of a declined and of a referred applicant has score, date, source, reasons and what to correct; in both languages", async () => {
  const { page, done } = await openApplicant();
  const rows = [applicants[0], applicants[1], listed];
  for (const language of ["en", "zh"]) {
    for (const [i, decision] of decisions(rows, language).entries()) {
      await fill(page, rows[i]);
      await page.waitForFunction((digest) => document.querySelector("#notice code")?.textContent === digest, decision.digest);
      const reasons = await page.locator("#notice-reasons li").evaluateAll((all) => all.map((one) => [one.dataset.code, one.lastElementChild.textContent]));
      assert.deepEqual(reasons, principal(decision));
      assert.ok(reasons.length > 0 && reasons.length <= 4);
      assert.equal(await page.locator("#notice-score").getAttribute("data-score"), String(decision.scores[0].score));
      assert.ok((await text(page, "#notice-score")).includes("three-sources 1.0.0"));
      const fields = await data(page, "#notice-fields dt", "field");
      const correct = fields.flat();
      if (rows[i] === listed) {
        assert.deepEqual(reasons.map(([code]) => code), ["H01"]);
        assert.ok(correct.includes("on_blacklist"));
      }
      if (reasons.some(([code]) => code === "R02")) assert.ok(correct.includes("term"));
      // A value that was computed from others is told by those.
      if (reasons.some(([code]) => code === "R01")) assert.ok(correct.includes("savings") && correct.includes("checking_account"));
      assert.ok(!correct.some((name) => decision.absent.some((one) => one.field === name)), "what was not given cannot be corrected");
    }
    if (language === "en") {
      await page.click("#language");
      await page.waitForFunction(() => document.documentElement.lang === "zh" && document.querySelector("#notice-reasons"));
    }
  }
  // On paper it stands alone.
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#notice-reasons").isVisible());
  for (const other of [".top", "footer", ".form-card", ".score-card", "#notice-print", ".proof"]) assert.ok(!(await page.locator(other).first().isVisible()), other);
  await page.emulateMedia({ media: "screen" });
  await done();
});

async function openDeveloper(options, file = "decision.sclb") {
  const visited = await visit(browser, server.url, { path: "#/developer", ...options });
  const { page } = visited;
  await page.waitForSelector("#bundle-status .summary");
  await page.setInputFiles("#bundle-file", join(bundles, file));
  const { name } = JSON.parse(host("inspect", "--json", join(bundles, file)));
  await page.waitForFunction((name) => document.querySelector("#bundle-status .summary")?.textContent.includes(name), name);
  await page.waitForSelector("#graph svg");
  return visited;
}

test("one applicant step by step: what the tree, the table, the rules and the fallback made of each row is the engine's trace", async () => {
  const { page, done } = await openDeveloper();
  await page.setInputFiles("#table-file", { name: "chosen.csv", mimeType: "text/csv", buffer: Buffer.from(table(chosen)) });
  await page.waitForFunction(() => document.querySelector("#trace-card")?.textContent.includes("chosen.csv"));
  const expected = decisions(chosen);
  const scorer = await Scorer.open(readFileSync(BUNDLE), { publicKey: null });
  const fields = new Map(scorer.fields.map((one) => [one.name, one]));
  const value = (name, cell) => ({ number: Number, integer: Number, boolean: (cell) => cell === "true", event_list: JSON.parse }[fields.get(name)?.type]?.(cell) ?? cell);
  for (const [i, row] of chosen.entries()) {
    await page.fill("#trace-of", String(i + 1));
    await page.waitForFunction((digest) => document.querySelector("#trace-digest")?.textContent === digest, expected[i].digest);
    assert.deepEqual(await shown(page, "#trace"), told(expected[i]), `row ${i + 1}`);
    const record = Object.fromEntries(Object.entries(row).filter(([name, cell]) => fields.has(name) && cell !== "").map(([name, cell]) => [name, value(name, cell)]));
    const { trace, fallback } = scorer.score(record, { trace: true });
    assert.deepEqual(await data(page, "#trace .hit", "node", "hit"), trace.map((one) => [one.node, String(one.hit)]));
    for (const one of trace.filter((one) => one.text)) assert.ok((await text(page, `#trace .hit[data-node=${one.node}]`)).includes(one.text));
    // The graph marks the same.
    await page.check("#graph-every");
    const marked = async (of) => (await page.locator(`#graph .box.${of}`).evaluateAll((all) => all.map((one) => one.dataset.name))).sort();
    const fired = expected[i].rules.filter((one) => one.state === "fired").map((one) => `rules.${one.id}`);
    const sources = (present) => expected[i].sources.filter((one) => one.present === present).map((one) => `sources.${one.name}`);
    const gave = fallback.flatMap((one) => one.used ?? []);
    assert.deepEqual(await marked("hit"), [...fired, ...sources(true), ...gave, ...trace.map((one) => one.node)].sort());
    assert.deepEqual(await marked("passed"), [...sources(false), ...fallback.flatMap((one) => one.passed.map(({ model }) => model))].sort());
    assert.deepEqual(await data(page, "#trace .used", "model"), fallback.filter((one) => one.used !== null).map((one) => [one.used]));
  }
  scorer.dispose();
  // A row that cannot be read says why.
  const broken = table([{ ...applicants[0], amount: "much" }]);
  await page.setInputFiles("#table-file", { name: "broken.csv", mimeType: "text/csv", buffer: Buffer.from(broken) });
  await page.waitForSelector("#trace-card .problem");
  assert.match(await text(page, "#trace-card .problem"), /amount.*no number.*much/s);
  await done();
});

test("the graph has every node once, under those that it reads, and over the cut goes what `scorelet inspect --cut` names", async () => {
  for (const file of ["decision.sclb", "taiwan.sclb", "xgboost.sclb", "scorecard.sclb"]) {
    const { page, done } = await openDeveloper({}, file);
    const { nodes, fields } = JSON.parse(host("inspect", "--json", join(bundles, file)));
    await page.check("#graph-every");
    const boxes = await page.locator("#graph .box").evaluateAll((all) => all.map((one) => {
      const [x, y] = one.getAttribute("transform").match(/[\d.]+/g).map(Number);
      return { name: one.dataset.name, x, y, device: one.classList.contains("device") };
    }));
    const place = new Map(boxes.map((one) => [one.name, one]));
    assert.deepEqual([...place.keys()].sort(), [...fields, ...nodes].map((one) => one.name).sort());
    const owner = fields.map((one) => one.name);
    for (const node of nodes) for (let i = 0; i < node.outputs; i++) owner.push(node.name);
    const crossing = new Set();
    const at = new Set();
    for (const { name, inputs, stage } of nodes) {
      const own = place.get(name);
      assert.equal(own.device, stage === "device", name);
      assert.ok(!at.has(`${own.x} ${own.y}`), `${name} lies on another`);
      at.add(`${own.x} ${own.y}`);
      for (const from of inputs.map((column) => owner[column])) {
        assert.ok(place.get(from).x < own.x, `${from} stands before ${name}`);
        if (place.get(from).device && !own.device) crossing.add(from);
      }
    }
    const said = await text(page, "#graph-cut");
    for (const name of crossing) assert.ok(said.includes(name), `${name} crosses: ${said}`);
    assert.equal(await page.locator("#graph path.crosses").count() > 0, crossing.size > 0);
    if (existsSync(join(bundles, file.replace(".sclb", ".device.sclb")))) {
      const values = [...host("inspect", "--cut", join(bundles, file)).matchAll(/^ {2}(\S+) {2,}(?:number|integer|boolean|category|date|flag)\b/gm)].map(([, name]) => name);
      const named = new Set(values.map((name) => (place.has(name) ? name : name.slice(0, name.lastIndexOf(".")))));
      assert.deepEqual([...crossing].sort(), [...named].sort());
    }
    if (crossing.size > 0) {
      const cut = Number(await page.locator("#graph .cut").getAttribute("y1"));
      for (const one of boxes) assert.ok(one.device ? one.y + 40 < cut : one.y > cut, `${one.name} is on its side of the cut`);
    }
    await done();
  }
});

test("the graph can be followed by keyboard: its table says what the picture shows", async () => {
  const { page, done } = await openDeveloper();
  await page.locator("#graph summary").press("Enter");
  assert.match(await text(page, '#graph-table tr:has(th:has-text("offer"))'), /decision_table.*Edge.*standard\.band/s);
  const button = page.locator("#graph-table button", { hasText: /^offer$/ });
  await button.focus();
  await page.keyboard.press("Enter");
  assert.equal(await button.getAttribute("aria-pressed"), "true");
  const lines = await page.locator("#graph path.on").count();
  assert.ok(lines >= 4, `${lines} lines are brought out`);
  assert.ok(await page.locator('#graph .box[data-name="standard.band"].on').count());
  await accessible(page, "a chosen node");
  await page.keyboard.press("Enter");
  assert.equal(await page.locator("#graph path.on").count(), 0);
  await done();
});
