// node v8.mjs CORE_WASM FOLDER: the table that the program has written to FOLDER, in V8 by the raw ABI: microseconds an applicant, the
// least of many rounds.
import { readFile } from 'node:fs/promises';

const [wasm, folder] = process.argv.slice(2);
const FIELDS = 8;
const { instance } = await WebAssembly.instantiate(await readFile(wasm), {});
const core = instance.exports;
const give = (bytes) => {
  const at = core.scl_alloc(bytes.length);
  new Uint8Array(core.memory.buffer, at, bytes.length).set(bytes);
  return at;
};
const bundle = await readFile(`${folder}/table.sclb`);
const begun = performance.now();
const handle = core.scl_open(give(bundle), bundle.length, 0);
const openMs = performance.now() - begun;
if (handle === 0) throw new Error(Buffer.from(core.memory.buffer, core.scl_result_ptr(), core.scl_result_len()).toString());
core.scl_select(handle, give(new Uint8Array(Uint32Array.of(FIELDS).buffer)), 1);
const area = core.scl_columns_in(handle, 1);
const all = new Float64Array((await readFile(`${folder}/applicants.f64`)).buffer.slice(0));
const rows = Array.from({ length: all.length / FIELDS }, (_, r) => all.slice(r * FIELDS, (r + 1) * FIELDS));
const values = new Float64Array(core.memory.buffer, area, FIELDS);
let least = Infinity;
for (let round = 0; round < 400; round++) {
  const start = performance.now();
  for (const row of rows) {
    values.set(row);
    core.scl_score_columns(handle, 1);
  }
  least = Math.min(least, ((performance.now() - start) / rows.length) * 1000);
}
console.log(JSON.stringify({ open_ms: openMs, microseconds: { scorelet_v8: least }, memory_bytes: core.memory.buffer.byteLength }, null, 2));
