// The bundle of `cargo run --release -- BUNDLE` in V8: `node wasm.mjs CORE.wasm BUNDLE`. One applicant a call; the least of many rounds.
import { readFileSync } from "node:fs";

const [, , wasm, bundle] = process.argv;
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), {});
const engine = instance.exports;
const bytes = readFileSync(bundle);
const give = (data) => {
  const at = engine.scl_alloc(data.length);
  new Uint8Array(engine.memory.buffer, at, data.length).set(data);
  return at;
};
const handle = engine.scl_open(give(bytes), bytes.length, 0);
if (handle === 0) throw new Error("the bundle does not open");
const [numbers, outputs, applicants] = [16, 100, 64];
const ids = new Uint32Array(outputs).map((_, i) => numbers + 1 + i);
if (engine.scl_select(handle, give(new Uint8Array(ids.buffer)), outputs) !== 0) throw new Error("no columns");
const input = engine.scl_columns_in(handle, 1);
const rows = Array.from({ length: applicants }, (_, i) => {
  const row = Array.from({ length: numbers }, (_, f) => ((i * 31 + f * 17) % 97) + 0.25);
  return [...row, i % 4];
});
let view = new Float64Array(engine.memory.buffer, input, numbers + 1);
let [least, sum] = [Infinity, 0];
for (let round = 0; round < 4000; round++) {
  const start = performance.now();
  for (const row of rows) {
    if (view.length === 0) view = new Float64Array(engine.memory.buffer, input, numbers + 1);
    for (let f = 0; f < row.length; f++) view[f] = row[f];
    sum += engine.scl_score_columns(handle, 1);
  }
  least = Math.min(least, ((performance.now() - start) * 1000) / applicants);
}
if (sum === 0) throw new Error("no result");
console.log(`100 expressions, one applicant, wasm in V8: ${least.toFixed(2)} µs`);
