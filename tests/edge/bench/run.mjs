// The edge worker and the empty worker under wrk, in turns, each on a bare workerd of its own on this machine.
//
//   node run.mjs EDGE EMPTY MODEL [--rounds N] [--seconds N] [--connections N] [--cases NAME,…]
//
// EDGE and EMPTY are workerd configurations, MODEL is the XGBoost file of 500 trees. Prints JSON: each round of each case, with
// the processor time that workerd took for a request in all of its threads.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { random } from '../applicants.mjs';
import { host, part, publisher, scratch } from '../bundles.mjs';
import { device } from '../device.mjs';
import { Edge, pool } from '../harness.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' }, seconds: { type: 'string', default: '3' }, connections: { type: 'string', default: '32' },
    cases: { type: 'string' },
  },
});
const [edgeConfig, emptyConfig, model] = positionals;
const [rounds, seconds, connections] = [values.rounds, values.seconds, values.connections].map(Number);
const FEATURES = 50;
const SCRIPT = fileURLToPath(new URL('./requests.lua', import.meta.url));
const run = promisify(execFile);

/** A bundle of the model: cut, so that its fifty fields cross, or whole. */
function bundle(name, cut) {
  const by = publisher('publisher');
  const source = join(scratch, `${name}-source`);
  mkdirSync(source, { recursive: true });
  cpSync(model, join(source, 'model.json'));
  const fields = Array.from({ length: FEATURES }, (_, i) => `f${i} = { type = "number"${cut ? ', stage = "device", leaves_device = true' : ''} }`);
  writeFileSync(join(source, 'bundle.toml'), `[bundle]\nname = "${name}"\nversion = "1.0.0"\n[fields]\n${fields.join('\n')}
[nodes.model]\nkind = "trees"\nfile = "model.json"\n[scores.standard]\nmodel = "model"\nreasons = { method = "tree_shap", max = 4 }\n`);
  host('build', source, '-o', join(scratch, `${name}.sclb`), '--key', by.file);
  const whole = part(join(scratch, `${name}.sclb`));
  if (!cut) return { whole, by };
  return { whole, device: part(join(scratch, `${name}.device.sclb`)), edge: part(join(scratch, `${name}.edge.sclb`)), by };
}

const next = random(11);
const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const record = () => Object.fromEntries(Array.from({ length: FEATURES }, (_, i) => [`f${i}`, Math.fround(normal())]).filter(() => next() > 0.1));

const cut = bundle('cut-500', true);
const uncut = bundle('whole-500', false);
const edge = await Edge.start({}, edgeConfig);
const empty = await Edge.start({}, emptyConfig, '/');
try {
  const settings = { challenge_seconds: 3600 };
  const split = await edge.tenant({ bundles: [cut], settings });
  const direct = await edge.tenant({ settings: { ...settings, publisher_keys: [uncut.by.hex] } });
  await direct.upload(uncut, ['whole']);
  await direct.activate(uncut.whole.digest);
  const phone = await device(cut);

  const file = (name, bodies) => {
    const path = join(scratch, `${name}.ndjson`);
    writeFileSync(path, bodies.join('\n'));
    return path;
  };
  /** As many receipts as one run may use up. */
  const receipts = async (count, reasons) => file('receipts', await pool(Array.from({ length: count }), 16, async () => {
    const { receipt } = await phone.seal(await split.challenge(), record());
    return JSON.stringify({ receipt, reasons });
  }));
  const records = (reasons) => file(`records-${reasons}`, Array.from({ length: 2000 }, () => JSON.stringify({ record: record(), store: false, reasons })));

  /** Processor time of a process in all of its threads, ns: the first figure of `/proc/PID/task/TID/schedstat`. */
  const processor = ({ pid }) => readdirSync(`/proc/${pid}/task`)
    .reduce((sum, thread) => sum + Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]), 0);
  const measure = async (worker, path, key, bodies, how, time = seconds) => {
    const url = worker.url + path;
    const wrk = ['-t1', `-c${connections}`, `-d${time}s`, '-s', SCRIPT, url, '--', key, bodies, '0', how];
    const before = processor(worker);
    const { stdout } = await run('wrk', wrk);
    const spent = processor(worker) - before;
    const figures = JSON.parse(stdout.trim().split('\n').at(-1));
    if (figures.refused > 0 || figures.broken > 0) throw new Error(`${url}: ${figures.refused} refused, ${figures.broken} broken\n${edge.log.slice(-2000)}`);
    return { ...figures, per_second: figures.requests / figures.seconds, processor_us: spent / 1000 / figures.requests };
  };
  const sample = await receipts(2000, true);
  const sampled = file('sample', readFileSync(sample, 'utf8').split('\n'));
  const [plain, explained] = [records(false), records(true)];
  /** Receipts for a run: as many as the empty worker writes rows in that time, and some. */
  const enough = async (time = seconds) => Math.ceil(time * 1.5 * Math.max(300, (await cases.empty_write(1)).per_second));
  const cases = {
    empty_write: (time) => measure(empty, '/write', 'none', sampled, 'again', time),
    receipt: async (time) => measure(edge, '/v1/decisions', split.sk, await receipts(await enough(time), false), 'once', time),
    receipt_reasons: async (time) => measure(edge, '/v1/decisions', split.sk, await receipts(await enough(time), true), 'once', time),
    empty: (time) => measure(empty, '/', 'none', plain, 'again', time),
    empty_read: (time) => measure(empty, '/read', 'none', plain, 'again', time),
    record: (time) => measure(edge, '/v1/decisions', direct.sk, plain, 'again', time),
    record_reasons: (time) => measure(edge, '/v1/decisions', direct.sk, explained, 'again', time),
  };
  // Warm-up: code is compiled, caches are filled.
  const asked = values.cases?.split(',') ?? Object.keys(cases);
  for (const name of asked) await cases[name](1);
  if (asked.includes('record')) await cases.record(3);
  const results = { rounds, seconds, connections, receipt_bytes: JSON.parse(readFileSync(sampled, 'utf8').split('\n')[0]).receipt.length };
  for (const name of asked) results[name] = [];
  for (const group of [['empty_write', 'receipt', 'receipt_reasons'], ['empty', 'empty_read', 'record', 'record_reasons']]) {
    for (let round = 0; round < rounds; round++) {
      for (const name of group.filter((name) => asked.includes(name))) results[name].push(await cases[name]());
    }
  }
  console.log(JSON.stringify(results));
} finally {
  await edge.remove();
  await empty.remove();
}
