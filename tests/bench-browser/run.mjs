// node run.mjs PACKAGE_DIST MODELS_FOLDER [--rounds N]: Scorelet and ONNX Runtime Web in turns, as one JSON object.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const [dist, models, , rounds = '5'] = process.argv.slice(2);
const here = new URL('.', import.meta.url).pathname;
const FOLDERS = { scorelet: dist, ort: join(here, 'node_modules/onnxruntime-web/dist') };
const FILES = {
  'model.sclb': join(models, 'xgboost-500x6.sclb'), 'publisher.pub': join(models, 'publisher.pub'), 'model.onnx': join(models, 'xgboost-500x6.onnx'),
  'rows.f32': join(models, 'rows.f32'), 'margins.f32': join(models, 'margins.f32'),
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };

function place(url) {
  const path = normalize(decodeURIComponent(new URL(url, 'http://x').pathname)).slice(1);
  const [first, ...rest] = path.split('/');
  if (FILES[path]) return FILES[path];
  return FOLDERS[first] ? join(FOLDERS[first], ...rest) : join(here, path);
}

const server = createServer(async (request, response) => {
  const file = place(request.url);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': 'no-store' });
  createReadStream(file).pipe(response);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const address = `http://127.0.0.1:${server.address().port}/page.html`;

const browser = await chromium.launch({
  executablePath: process.env.SCORELET_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

/** A page in a context of its own: nothing is cached, nothing compiled. */
async function page(work) {
  const context = await browser.newContext();
  const opened = await context.newPage();
  await opened.goto(address);
  await opened.waitForFunction(() => window.ready);
  const found = await work(opened);
  await context.close();
  return found;
}

const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
const cold = { scorelet: [], ort: [] };
const ours = [];
const theirs = [];
for (let round = 0; round < Number(rounds); round++) {
  process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  for (const whose of ['scorelet', 'ort']) cold[whose].push(await page((p) => p.evaluate((w) => window.cold(w), whose)));
  ours.push(await page((p) => p.evaluate(() => window.ours())));
  theirs.push(await page((p) => p.evaluate(() => window.theirs())));
}
const least = (list, key) => Math.min(...list.map((one) => one[key]));
const most = (list, key) => Math.max(...list.map((one) => one[key]));
const gzip = async (file) => gzipSync(await readFile(file), { level: 9 }).length;
console.log(JSON.stringify({
  chromium: browser.version(),
  scorelet: {
    cold_ms: median(cold.scorelet), single_us: least(ours, 'single'), object_us: least(ours, 'object'),
    reasons_us: least(ours, 'reasons'), batch_rows_per_s: most(ours, 'batch'), error: most(ours, 'error'),
    wasm_gzip: await gzip(join(dist, 'scorelet_bg.wasm')),
  },
  onnxruntime_web: {
    cold_ms: median(cold.ort), single_us: least(theirs, 'single'), batch_rows_per_s: most(theirs, 'batch'),
    error: most(theirs, 'error'), wasm_gzip: await gzip(join(FOLDERS.ort, 'ort-wasm-simd-threaded.wasm')),
  },
}, null, 1));
await browser.close();
server.close();
