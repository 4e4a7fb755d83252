// Parts of the page that count and read, by themselves: cells, dates, statistics, what-if; and the server's end.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Scorer } from "@scorelet/core";
import { build } from "esbuild";
import { bundles, root, serve } from "./harness.mjs";

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

test("the server ends when whoever started it is gone", async () => {
  const { process: server } = await serve();
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.stdin.end();
  assert.equal(await ended, 0);
});
