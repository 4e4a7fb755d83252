// Runs in Chromium. Each function measures one thing and gives plain numbers; `run.mjs` calls them in turns.

const ROWS = 10_000;
const FEATURES = 50;

async function bytes(url) {
  return (await fetch(url)).arrayBuffer();
}

/** The clock of a page is coarse, so many rows are timed together: the least of the rounds, in microseconds a row. */
async function least(rounds, rows, work) {
  let found = Infinity;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    found = Math.min(found, (performance.now() - start) / rows * 1000);
  }
  return found;
}

async function data() {
  return { x: new Float32Array(await bytes('rows.f32')), margins: new Float32Array(await bytes('margins.f32')) };
}

async function openOurs() {
  // The bundle is on its way while the engine is.
  const bundle = fetch('model.sclb');
  const publicKey = fetch('publisher.pub').then((answer) => answer.text());
  const { Scorer } = await import('./scorelet/index.js');
  return Scorer.open(bundle, { publicKey: (await publicKey).trim().split(':').pop() });
}

async function openTheirs() {
  const ort = await import('./ort/ort.wasm.min.mjs');
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = new URL('./ort/', import.meta.url).href;
  const session = await ort.InferenceSession.create('model.onnx', { executionProviders: ['wasm'] });
  return { ort, session };
}

function largest(a, b) {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i])), 0);
}

/** From nothing to the first score: scripts, wasm, model, one row. The page has only been navigated to. */
window.cold = async (whose) => {
  const start = performance.now();
  if (whose === 'scorelet') {
    const scorer = await openOurs();
    scorer.batch(1, { outputs: ['standard.pd'] }).run();
  } else {
    const { ort, session } = await openTheirs();
    await session.run({ features: new ort.Tensor('float32', new Float32Array(FEATURES), [1, FEATURES]) });
  }
  return performance.now() - start;
};

/** Single rows and batches of both, after each other, with how far their margins are from XGBoost's. */
window.ours = async () => {
  const { x, margins } = await data();
  const scorer = await openOurs();
  const outputs = scorer.info.outputs.filter((name) => name.endsWith('.margin'));
  const one = scorer.batch(1, { outputs });
  const singles = Array.from({ length: 1000 }, (_, r) => Float64Array.from(x.subarray(r * FEATURES, (r + 1) * FEATURES)));
  const single = await least(40, singles.length, () => {
    for (const row of singles) {
      one.values.set(row);
      one.run();
    }
  });
  const names = scorer.fields.map((field) => field.name);
  const records = singles.map((row) =>
    Object.fromEntries(names.map((name, f) => [name, Number.isNaN(row[f]) ? null : row[f]])));
  const object = await least(20, records.length, () => records.forEach((record) => scorer.score(record, { reasons: false })));
  const reasons = await least(3, 100, () => records.slice(0, 100).forEach((record) => scorer.score(record)));
  const columns = Object.fromEntries(names.map((name, f) =>
    [name, Float64Array.from({ length: ROWS }, (_, r) => x[r * FEATURES + f])]));
  let found;
  const batch = await least(20, ROWS, () => { found = scorer.scoreColumns(columns, { outputs }); });
  return { single, object, reasons, batch: 1e6 / batch, error: largest(found.columns[outputs[0]], margins) };
};

window.theirs = async () => {
  const { x, margins } = await data();
  const { ort, session } = await openTheirs();
  const singles = Array.from({ length: 500 }, (_, r) => x.slice(r * FEATURES, (r + 1) * FEATURES));
  const single = await least(20, singles.length, async () => {
    for (const row of singles) await session.run({ features: new ort.Tensor('float32', row, [1, FEATURES]) });
  });
  let found;
  const batch = await least(5, ROWS, async () => {
    found = await session.run({ features: new ort.Tensor('float32', x, [ROWS, FEATURES]) });
  });
  return { single, batch: 1e6 / batch, error: largest(found.margin.data, margins) };
};

window.ready = true;
