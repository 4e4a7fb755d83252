// The package as its users meet it: the tarball installed, built with their tools, and one record scored.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { consumer, consumers, install, installed, launch, root, serve, signed, signedBundle, target, visit } from './harness.mjs';

/** The command-line tool, as the test run has built it. */
const scorelet = join(target, 'debug/scorelet');

let browser;
before(async () => {
  install();
  browser = await launch();
});
after(() => browser?.close());

async function scores(folders, types) {
  const server = await serve(folders, types);
  try {
    assert.equal(await visit(browser, server.url), signed.digest);
  } finally {
    await server.stop();
  }
}

test('what is in the tarball', () => {
  const about = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const entry of Object.values(about.exports)) {
    const conditions = typeof entry === 'string' ? { default: entry } : entry;
    if (typeof entry !== 'string') assert.equal(Object.keys(entry)[0], 'types');
    for (const file of Object.values(conditions)) assert.ok(existsSync(join(installed, file)), file);
  }
  assert.deepEqual(Object.keys(about.dependencies ?? {}), []);
  const files = readdirSync(installed, { recursive: true });
  for (const file of ['README.md', 'LICENSE-APACHE', 'LICENSE-MIT']) assert.ok(files.includes(file), file);
  assert.equal(files.filter((file) => file.endsWith('.wasm')).length, 1);
});

test('Node', () => {
  const folder = consumer('node');
  assert.equal(execFileSync(process.execPath, ['main.js'], { cwd: folder, encoding: 'utf8' }).trim(), signed.digest);
});

test('types in a strict project, by each module resolution', () => {
  const folder = consumer('node');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  for (const [module, moduleResolution] of [['esnext', 'bundler'], ['nodenext', 'nodenext']]) {
    const options = { module, moduleResolution, strict: true, noEmit: true, target: 'es2022', types: [],
      exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
      lib: ['es2022', 'dom', 'esnext.disposable'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }));
    execFileSync(process.execPath, [tsc, '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  }
});

test('types of a bundle, as `scorelet types` writes them', () => {
  const folder = consumer('node');
  execFileSync(scorelet, ['types', signedBundle, '-o', join(folder, 'bundle.d.ts')]);
  const options = { module: 'nodenext', moduleResolution: 'nodenext', strict: true, noEmit: true, target: 'es2022', types: [],
    exactOptionalPropertyTypes: true, skipLibCheck: false, lib: ['es2022', 'dom', 'esnext.disposable'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['card.ts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
});

test('`scorelet certify` over the very file in the tarball', () => {
  const said = execFileSync(scorelet, ['certify', signedBundle, '--wasm', join(installed, 'dist/scorelet_bg.wasm')], { encoding: 'utf8' });
  assert.match(said, /certified: all agree, bit by bit/);
});

test('a plain <script type="module">', () => scores([consumer('plain'), consumers]));

test('a server that does not know wasm', () => scores([consumer('plain'), consumers], { '.wasm': 'text/plain' }));

test('a module Worker', () => scores([consumer('worker'), consumers]));

test('Vite', async () => {
  const folder = consumer('vite');
  await vite({ root: folder, logLevel: 'error', configFile: false, build: { outDir: 'dist', emptyOutDir: true } });
  await scores([join(folder, 'dist')]);
});

function bundled(options) {
  return new Promise((resolve, reject) => webpack({ mode: 'production', performance: false, ...options }, (error, stats) => {
    if (error) return reject(error);
    if (stats.hasErrors() || stats.hasWarnings()) return reject(new Error(stats.toString()));
    return resolve();
  }));
}

test('webpack', async () => {
  const folder = consumer('webpack');
  await bundled({ context: folder, entry: './main.js', output: { path: join(folder, 'dist') } });
  await scores([join(folder, 'dist'), folder, join(folder, 'public')]);
});

test('esbuild', async () => {
  const folder = consumer('esbuild');
  await esbuild({
    entryPoints: [join(folder, 'main.js')], bundle: true, minify: true, format: 'esm', loader: { '.wasm': 'file' },
    outdir: join(folder, 'dist'), logLevel: 'warning', absWorkingDir: folder,
  });
  await scores([join(folder, 'dist'), folder, join(folder, 'public')]);
});

test('server-side rendering: imported, rendered and used on the server, then in the browser', async () => {
  const folder = consumer('ssr');
  const server = { path: join(folder, 'server'), filename: 'page.mjs', library: { type: 'module' }, module: true };
  await bundled({ context: folder, target: 'node20', entry: './page.js', output: server, experiments: { outputModule: true } });
  const page = await import(pathToFileURL(join(folder, 'server/page.mjs')));
  assert.match(page.render(), /^<title>.+<\/title>$/);
  assert.equal(await page.api(readFileSync(signedBundle), signed), signed.digest);
  await bundled({ context: folder, entry: './client.js', output: { path: join(folder, 'dist'), filename: 'main.js' } });
  await scores([join(folder, 'dist'), folder, join(folder, 'public')]);
});

test('workerd', async () => {
  const folder = consumer('workerd');
  await esbuild({
    entryPoints: [join(folder, 'main.js')], bundle: true, format: 'esm', conditions: ['workerd'], external: ['*.wasm'],
    outfile: join(folder, 'dist/main.js'), logLevel: 'warning', absWorkingDir: folder,
  });
  cpSync(join(installed, 'dist/scorelet_bg.wasm'), join(folder, 'dist/scorelet_bg.wasm'));
  const tool = createRequire(import.meta.url).resolve('workerd/bin/workerd');
  const worker = spawn(tool, ['serve', '--control-fd=3', 'config.capnp'], {
    cwd: folder, stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const port = await new Promise((resolve, reject) => {
      worker.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
      worker.stdio[3].on('data', (data) => {
        for (const line of String(data).split('\n').filter(Boolean)) {
          const event = JSON.parse(line);
          if (event.event === 'listen') resolve(event.port);
        }
      });
    });
    const body = JSON.stringify({ about: signed, bundle: readFileSync(signedBundle).toString('base64') });
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    assert.equal(await response.text(), signed.digest);
  } finally {
    worker.kill();
  }
});
