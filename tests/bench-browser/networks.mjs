// node networks.mjs CORE_WASM FOLDER: the core by its raw ABI and ONNX Runtime Web, in V8, on the networks that
// tests/peers/bench/networks.py has written, as one JSON object: microseconds of a row, the least of many times, and the largest
// difference from what the other engine found in FOLDER/NAME.expected.f32.
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';

const [wasm, folder] = process.argv.slice(2);
const SHAPES = { dense: [1, 50], gru: [90, 1, 8] };
// In turns, each long enough for V8 to have optimised it by the second.
const ROUNDS = 4;
const ROUND_MS = 700;
/** Rows that are timed together: what the clock can tell, and little enough that nothing comes between. */
const TOGETHER = { dense: 50, gru: 5 };

const floats = async (name) => new Float32Array((await readFile(`${folder}/${name}`)).buffer.slice(0));

async function opened(name) {
  const { instance } = await WebAssembly.instantiate(await readFile(wasm), {});
  const core = instance.exports;
  const give = (bytes) => {
    const at = core.scl_alloc(bytes.length);
    new Uint8Array(core.memory.buffer, at, bytes.length).set(bytes);
    return at;
  };
  const bundle = await readFile(`${folder}/${name}.sclb`);
  const handle = core.scl_open(give(bundle), bundle.length, 0);
  const answer = () => Buffer.from(core.memory.buffer, core.scl_result_ptr(), core.scl_result_len()).toString();
  if (handle === 0) throw new Error(answer());
  core.scl_describe(handle);
  const description = JSON.parse(answer());
  return { core, give, handle, description };
}

async function ours(name, rows) {
  const { core, give, handle, description } = await opened(name);
  const fields = description.fields.length;
  const result = description.nodes.at(-1).first_column;
  core.scl_select(handle, give(new Uint8Array(Uint32Array.of(result).buffer)), 1);
  const area = core.scl_columns_in(handle, 1);
  // Prepared as the other engine's tensors are; the memory is looked at anew only where it has grown.
  const prepared = rows.map((row) => Float64Array.from(row));
  let values = new Float64Array(core.memory.buffer, area, fields);
  let memory = new Float64Array(core.memory.buffer);
  const found = new Float32Array(rows.length);
  const score = (from, to) => {
    for (let r = from; r < to; r++) {
      if (values.byteLength === 0) values = new Float64Array(core.memory.buffer, area, fields);
      values.set(prepared[r]);
      const out = core.scl_score_columns(handle, 1);
      if (memory.byteLength === 0) memory = new Float64Array(core.memory.buffer);
      found[r] = memory[out / 8];
    }
  };
  return { found, score };
}

async function theirs(name, rows) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(await readFile(`${folder}/${name}.onnx`), { executionProviders: ['wasm'] });
  const tensors = rows.map((row) => new ort.Tensor('float32', row, SHAPES[name]));
  const found = new Float32Array(rows.length);
  const score = async (from, to) => {
    for (let r = from; r < to; r++) found[r] = (await session.run({ x: tensors[r] })).y.data[0];
  };
  return { found, score };
}

const result = {};
for (const name of Object.keys(SHAPES)) {
  const all = await floats(`${name}.f32`);
  const expected = await floats(`${name}.expected.f32`);
  const size = SHAPES[name].reduce((a, b) => a * b);
  const rows = Array.from({ length: all.length / size }, (_, r) => all.slice(r * size, (r + 1) * size));
  const engines = { v8: await ours(name, rows), onnxruntime_web: await theirs(name, rows) };
  const together = TOGETHER[name];
  const figures = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [engine, { score }] of Object.entries(engines)) {
      const begun = performance.now();
      while (performance.now() - begun < ROUND_MS) {
        for (let from = 0; from < rows.length; from += together) {
          const start = performance.now();
          await score(from, from + together);
          figures[engine] = Math.min(figures[engine] ?? Infinity, (performance.now() - start) / together * 1000);
        }
      }
    }
  }
  figures.error = engines.v8.found.reduce((worst, y, r) => Math.max(worst, Math.abs(y - expected[r])), 0);
  result[name] = figures;
}
console.log(JSON.stringify(result));
