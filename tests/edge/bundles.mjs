// The bundles of the tests, built by the command-line tool from tests/edge/bundle: two versions, so that one can be old.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
/** Where builds go. */
export const target = process.env.CARGO_TARGET_DIR ? join(root, process.env.CARGO_TARGET_DIR) : join(root, 'target');
/** Where this process's bundles are: test files that run at once don't share them. */
export const scratch = join(target, 'edge-tests', String(process.pid));
/** The command-line tool, as the test run has built it. */
export const tool = process.env.SCORELET_TOOL ?? join(target, 'debug/scorelet');
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Runs the command-line tool and gives what it says. */
export function host(...args) {
  return execFileSync(tool, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A publisher: the file of the secret key, and the public key in hex. */
export function publisher(name) {
  mkdirSync(scratch, { recursive: true });
  const file = join(scratch, name);
  if (!existsSync(`${file}.key`)) host('keygen', file);
  return { file: `${file}.key`, hex: readFileSync(`${file}.pub`, 'utf8').trim().split(':').at(-1) };
}

/**
 * A bundle built and signed: bytes of its `whole`, `device` and `edge` part, with their digests. `change` edits the text of its
 * source.
 */
export function build(name, { by = publisher('publisher'), change = (text) => text } = {}) {
  const source = join(scratch, `${name}-source`);
  cpSync(fileURLToPath(new URL('./bundle', import.meta.url)), source, { recursive: true });
  cpSync(join(root, 'tests/golden/lightgbm-4.7/binary/model.txt'), join(source, 'behaviour.txt'));
  const file = join(source, 'bundle.toml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  host('build', source, '-o', join(scratch, `${name}.sclb`), '--key', by.file);
  const of = (suffix) => part(join(scratch, `${name}${suffix}.sclb`));
  return { whole: of(''), device: of('.device'), edge: of('.edge'), by };
}

/** A bundle file: its path, bytes and digest. */
export function part(path) {
  return { path, bytes: readFileSync(path), digest: JSON.parse(host('inspect', path, '--json')).digest };
}

/** The bundle of most tests. */
export const first = () => build('first');
/** The version after it: another weight at the edge and one on the device, so that both parts differ. */
export const second = () => build('second', {
  change: (text) => text
    .replace('version = "1.0.0"', 'version = "1.1.0"')
    .replace('intercept = -3.3', 'intercept = -3.2')
    .replace('woe = 0.35', 'woe = 0.36'),
});

/** Decisions of the engine compiled into the tool, with reasons, for whole records. */
export function scoreAll(path, records) {
  mkdirSync(scratch, { recursive: true });
  const input = join(scratch, 'records.ndjson');
  const output = join(scratch, 'decisions.ndjson');
  writeFileSync(input, records.map((record) => JSON.stringify(record)).join('\n'));
  host('score', path, input, '--reasons', '--absent-columns', '--engine', 'native', '--format', 'ndjson', '--output', output);
  return readFileSync(output, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
}
