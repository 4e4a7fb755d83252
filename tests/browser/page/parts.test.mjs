// Parts of the page that count and read, by themselves: cells, dates, statistics, what-if; and the server's end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scorer } from "@scorelet/core";
import { build } from "esbuild";
import { bundles, root, scratch, serve } from "./harness.mjs";

/** A module of the page, as the page's own build reads it. */
async function load(path) {
  const built = await build({ entryPoints: [join(root, "web-demo/src", path)], bundle: true, write: false, format: "esm", logLevel: "warning" });
  return import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
}

const policies = { missing: "own_bin", unseen: "own_bin", special: "own_bin", out_of_range: "refuse" };
const field = (type, more = {}) => ({ name: "x", type, min: null, max: null, values: [], specials: [], policies, ...more });

test("cells are read as the engine reads tables", async () => {
  const { cellReader } = await load("developer/cells.ts");
  const whole = cellReader(field("integer"));
  assert.equal(whole("9007199254740992"), 2 ** 53);
  assert.equal(whole("9007199254740994"), "outOfRange");
  assert.equal(whole("-1e300"), "outOfRange");
  assert.equal(whole("1.5"), "notWhole");
  const number = cellReader(field("number"));
  assert.equal(number(" \t7\r\n"), 7);
  for (const space of ["\u00a0", "\u3000", "\ufeff", "\v"]) assert.equal(number(`${space}7`), "notNumber");
  assert.ok(Number.isNaN(number(" ")));
});

test("days of dates from the year 0000 to 9999", async () => {
  const { days } = await load("engine/columns.ts");
  const known = { "1970-01-01": 0, "0000-01-01": -719528, "0000-02-29": -719469, "0099-12-31": -683004, "0100-01-01": -683003, "2000-02-29": 11016, "9999-12-31": 2932896 };
  for (const [text, expected] of Object.entries(known)) assert.equal(days(text), expected, text);
  for (const text of ["1900-02-29", "2023-02-30", "2023-13-01", "2023-00-10", "2023-01-00", "23-01-01", ""]) assert.ok(Number.isNaN(days(text)), text);
});

test("AUC and KS leave out what is no number, and come to an end", async () => {
  const { discrimination, Numbers } = await load("developer/stats.ts");
  const [good, bad] = [new Numbers(), new Numbers()];
  for (const value of [Number.NaN, 1, 2, Number.NaN]) good.push(value);
  for (const value of [2, Number.NaN, 3]) bad.push(value);
  const found = discrimination(good, bad);
  assert.equal(found.auc, 3.5 / 4);
  assert.equal(found.ks, 0.5);
  const none = new Numbers();
  none.push(Number.NaN);
  assert.equal(discrimination(good, none), null);
});

test("what-if: whole numbers within fractional bounds, any number of categories, nothing that cannot change", async () => {
  const { whatIf } = await load("engine/what-if.ts");
  const scorer = await Scorer.open(readFileSync(join(bundles, "scorecard.sclb")), { publicKey: null });
  const record = scorer.samples[0];
  const plain = whatIf(scorer, record, scorer.samples);
  const fixed = scorer.fields.filter((one) => one.immutable).map((one) => one.name);
  assert.ok(fixed.length > 0 && plain.changes.length > 0);
  assert.deepEqual(plain.changes.filter((change) => fixed.includes(change.field)), []);
  // The same, if these were allowed to change, tries more.
  const open = (change) => Object.create(scorer, {
    fields: { value: scorer.fields.map(change) },
    info: { value: scorer.info },
    batch: { value: (rows, options) => {
      assert.ok(rows * scorer.fields.length <= 1 << 20, `${rows} rows in one call`);
      return scorer.batch(rows, options);
    } },
  });
  const free = whatIf(open((one) => ({ ...one, immutable: false })), record, scorer.samples);
  assert.ok(free.tried > plain.tried);
  const fractional = whatIf(open((one) => (one.type === "integer" ? { ...one, min: (one.min ?? 0) + 0.5, max: (one.max ?? 99) + 0.25 } : one)), record, scorer.samples);
  for (const change of fractional.changes) if (typeof change.to === "number") assert.ok(Number.isInteger(change.to) || scorer.fields.find((one) => one.name === change.field).type === "number");
  const many = (one) => (one.type === "category" ? { ...one, values: [...one.values, ...Array.from({ length: 20_000 }, (_, i) => `never seen ${i}`)] } : one);
  const wide = whatIf(open(many), record, scorer.samples);
  assert.ok(wide.tried > 100_000, String(wide.tried));
  assert.equal(wide.changes[0].gain, plain.changes[0].gain);
  scorer.dispose();
});

test("lists of events: cells, JSON and CSV are the same list; what is not understood is kept", async () => {
  const { fromCsv, toCells, toCsv, toJson } = await load("events/list.ts");
  const { eventColumns, read } = await load("applicant/values.ts");
  const member = (name, type, more = {}) => ({ name, type, values: [], unit: "", min: null, max: null, specials: [], labels: {}, policies, ...more });
  const events = { date: "date", asOf: "as_of", after: "refuse", members: [member("text", "text", { policies: null }), member("amount", "number"), member("paid", "boolean")] };
  const columns = eventColumns(events);
  const list = [
    { date: "2026-01-31", text: 'a "quoted", cut\nname', amount: -1.5, paid: true },
    { date: "2026-02-28", amount: 1200 },
  ];
  const cells = toCells(columns, JSON.stringify(list));
  assert.deepEqual(cells, [["2026-01-31", 'a "quoted", cut\nname', "-1.5", "true"], ["2026-02-28", "", "1200", ""]]);
  assert.deepEqual(JSON.parse(toJson(columns, cells)), list);
  assert.deepEqual(fromCsv(columns, toCsv(columns, cells)), { cells, header: true });
  // What spreadsheets write: tabs or semicolons, a mark of the byte order, columns in another order or left out, empty lines.
  assert.deepEqual(fromCsv(columns, "\ufeffamount\tdate\r\n7\t2026-01-31\r\n\r\n").cells, [["2026-01-31", "", "7", ""]]);
  assert.deepEqual(fromCsv(columns, "2026-01-31;x;7;true"), { cells: [["2026-01-31", "x", "7", "true"]], header: false });
  for (const foreign of ["date,colour\n2026-01-31,red", "2026-01-31,x,7,true,more"]) assert.equal(fromCsv(columns, foreign), null);
  // No list of such events has no table.
  for (const other of ["{}", "[1]", '[{"date":"2026-01-31","colour":1}]', '[{"text":{}}]', "date"]) assert.equal(toCells(columns, other), null);
  assert.equal(toJson(columns, [["", " ", "", ""]]), "");
  assert.deepEqual(JSON.parse(toJson(columns, [["soon", "x", "1 200", "maybe"], ["", "", "much", ""]])), [{ date: "soon", text: "x", amount: 1200, paid: "maybe" }, { amount: "much" }]);
  // The first thing that is wrong is said with its place.
  const reading = (value) => read({ type: "event_list", specials: [], min: null, max: null, policies, events }, JSON.stringify(value));
  assert.equal(reading(list).problem, null);
  assert.deepEqual(reading([list[0], { amount: 1 }]).at, { event: 1, member: "date" });
  assert.deepEqual(reading([{ date: "2026-01-31", amount: "much" }]).at, { event: 0, member: "amount" });
});

test("what-if over events: what it says is what the engine says of that record, and within what is allowed", async () => {
  const { whatIf } = await load("engine/what-if.ts");
  const scorer = await Scorer.open(readFileSync(join(bundles, "taiwan.sclb")), { publicKey: null });
  const standard = (record) => scorer.score(record, { reasons: false }).scores[0];
  let within = 0;
  for (const record of scorer.samples.slice(0, 6)) {
    const before = standard(record).score;
    const found = whatIf(scorer, record, scorer.samples);
    for (const { field, to, score, gain, band, within: event } of found.changes) {
      const after = standard({ ...record, [field]: to });
      assert.equal(after.score, score);
      assert.equal(after.score - before, gain);
      assert.equal(scorer.info.scores[0].bands[band].name, after.band);
      if (!event) continue;
      within++;
      // One member of the latest event, nothing else.
      const changed = to.flatMap((one, i) => Object.keys(one).filter((name) => one[name] !== record[field][i][name]).map((name) => [i, name]));
      assert.deepEqual(changed, [[record[field].length - 1, event.member]]);
      assert.equal(event.date, record[field].at(-1).date);
    }
    assert.deepEqual(found.changes.map((one) => one.gain), found.changes.map((one) => one.gain).toSorted((a, b) => b - a));
  }
  assert.ok(within > 0);
  // Without any event there is none to change; a list that cannot change is left alone.
  const [record] = scorer.samples;
  const fixed = Object.create(scorer, { scoreAll: { value: (...given) => scorer.scoreAll(...given) }, fields: { value: scorer.fields.map((one) => ({ ...one, immutable: one.type === "event_list" })) } });
  assert.deepEqual(whatIf(fixed, record, scorer.samples).changes.filter((one) => one.field === "statements"), []);
  scorer.dispose();
});

test("months of a history: sums by calendar month, gaps as 0, nothing of a mistyped year", async () => {
  const { past } = await load("forecast/months.ts");
  const of = (...list) => past({ list }, "list", "date", "paid");
  assert.deepEqual(of({ date: "2025-12-31", paid: 2 }, { date: "2026-02-01", paid: 1 }, { date: "2026-02-28", paid: 0.5 }), [2, 0, 1.5].map((value, i) => ({ month: 12 * 2025 + 11 + i, value })));
  assert.deepEqual(of(), []);
  assert.deepEqual(of({ date: "0225-12-31", paid: 2 }, { date: "2026-02-01", paid: 1 }), []);
});

test("axes have round numbers, and only between their ends", async () => {
  const built = await build({ entryPoints: [join(root, "web-demo/src/charts/plot.ts")], bundle: true, write: false, format: "esm", outdir: scratch, loader: { ".css": "empty" } });
  const { rounds } = await import(`data:text/javascript;base64,${Buffer.from(built.outputFiles[0].contents).toString("base64")}`);
  assert.deepEqual(rounds(6.56, 15.9, 5), [8, 10, 12, 14]);
  assert.deepEqual(rounds(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(rounds(-0.3, 0.3, 3), [-0.2, 0, 0.2]);
  assert.deepEqual(rounds(0, 0, 5).length, 1);
});

test("the server ends when whoever started it is gone", async () => {
  const { process: server } = await serve();
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.stdin.end();
  assert.equal(await ended, 0);
});

test("what says no more than that a policy or a score was not met is what the host takes for that", async () => {
  const { onlyBelowPolicy } = await load("decision/specific.ts");
  const host = readFileSync(join(root, "host/src/notice/reasons.rs"), "utf8");
  const list = (name) => [...host.match(new RegExp(`const ${name}: \\[&str; (\\d+)\\] = \\[([^\\]]*)\\]`))[2].matchAll(/"([^"]+)"/g)].map(([, word]) => word);
  const [words, subjects] = [list("EMPTY_WORDS"), list("EMPTY_SUBJECTS")];
  assert.ok(words.length > 40 && subjects.length > 5);
  for (const word of words) assert.equal(onlyBelowPolicy(`${word} score`), true, word);
  for (const word of words) assert.equal(onlyBelowPolicy(word), subjects.includes(word), word);
  for (const part of list("EMPTY_CHINESE")) assert.equal(onlyBelowPolicy(`评分${part}。`), true, part);
  for (const part of list("CHINESE_SUBJECTS")) assert.equal(onlyBelowPolicy(`${part}过低`), true, part);
  for (const text of ["Your credit score is below our minimum.", "未达到我行准入标准", "您的信用评分低于最低要求。"]) assert.equal(onlyBelowPolicy(text), true, text);
  for (const text of ["Length of credit experience", "Credit history too short for our policy", "信用经历较短", "收入相对负债较低", "Credit", ""]) assert.equal(onlyBelowPolicy(text), false, text);
});

test("reasons of a notice: rules that decided stand alone, one without a reason is told, four at most, none that says nothing", async () => {
  const { reasonsOf } = await load("decision/reasons.ts");
  const reason = (code) => ({ code, text: code });
  const rule = (id, kind, codes, state = "fired", outcome = "decline") => ({ id, kind, state, outcome, reasons: codes.map(reason) });
  const groups = [{ code: "Z", texts: { en: "Score too low", zh: "其他" } }];
  const of = (rules, codes) => reasonsOf({ outcome: "decline", rules, scores: [{ name: "a" }, { name: "b", reasons: codes.map(reason) }] }, groups);
  const codes = ({ principal }) => principal.map((one) => one.code);
  assert.deepEqual(codes(of([], ["A", "B"])), ["A", "B"]);
  assert.deepEqual(codes(of(undefined, ["A", "Z", "B", "C", "D", "E"])), ["A", "B", "C", "D"]);
  assert.deepEqual(codes(of([rule("c", "cap", ["K"]), rule("i", "indicator", ["I"]), rule("f", "floor", ["F"])], ["A", "K"])), ["K", "A"]);
  const hard = of([rule("c", "cap", ["K"]), rule("h", "hard", ["H"])], ["A"]);
  assert.deepEqual([codes(hard), hard.rules, hard.silent, hard.factors.length], [["H"], ["h"], null, 1]);
  assert.deepEqual(codes(of([rule("h", "hard", ["H"], "undecided")], ["A"])), ["A"]);
  assert.equal(of([rule("h", "hard", [])], ["A"]).silent, "h");
  // What refers, or approves, is no reason to decline.
  assert.deepEqual(codes(of([rule("h", "hard", ["H"], "fired", "refer"), rule("c", "cap", ["K"], "fired", "refer")], ["A"])), ["A"]);
  assert.equal(of([rule("o", "override", [], "fired", "approve")], ["A"]).silent, null);
  assert.deepEqual(codes(of([], ["Z"])), []);
});

test("a graph of thousands of nodes: layers that go forth, no two boxes on one place, the cut between, boxes of many", async () => {
  const { layout } = await load("developer/graph/layout.ts");
  const all = Array.from({ length: 40 }, (_, i) => ({ name: `field_${i}`, kind: null, stage: i % 4 === 0 ? "device" : "edge", reads: [] }));
  for (let i = 0; i < 3000; i++) {
    const device = i % 5 === 0;
    const known = all.flatMap((one, index) => (!device || one.stage === "device" ? [index] : []));
    const reads = [...new Set([known[(i * 7919) % known.length], known[(i * 104_729) % known.length]])];
    all.push({ name: `part${i % 11}.${i}`, kind: ["bins", "linear", "arith"][i % 3], stage: device ? "device" : "edge", reads });
  }
  for (const together of [true, false]) {
    const { boxes, links, cut, width, height } = layout(all, together);
    assert.equal(boxes.reduce((sum, box) => sum + box.members.length, 0), all.length);
    if (together) assert.ok(boxes.length < all.length / 2, `${boxes.length} boxes`);
    assert.equal(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size, boxes.length);
    for (const { from, to, crosses } of links) {
      assert.ok(from.layer < to.layer && from.x < to.x);
      assert.equal(crosses, from.stage === "device" && to.stage === "edge");
    }
    for (const { x, y, stage } of boxes) assert.ok(x >= 0 && x < width && y >= 0 && y < height && (stage === "device" ? y < cut : y > cut));
  }
});
