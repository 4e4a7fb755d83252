// Looking for planted values in bytes, in every form that a value may be written down in.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The forms of a value that are looked for.
 *
 * A number: its shortest text, its digits with the point elsewhere or nowhere, f64 in both byte orders. A text:
 * UTF-8, UTF-16, hexadecimal, and base64 at each of its three alignments, in both alphabets.
 */
export function forms(value) {
  const found = [];
  const add = (how, bytes) => found.push({ how, bytes: Buffer.from(bytes) });
  if (typeof value === 'number') {
    const text = String(value);
    const digits = text.replace(/\D/g, '').replace(/^0+/, '');
    if (digits.length < 9) throw new Error(`${text} would be found by chance`);
    add('text', text);
    add('exponential', value.toExponential().replace(/e.*/, ''));
    add('digits', digits);
    for (const [how, write] of [['f64le', 'writeDoubleLE'], ['f64be', 'writeDoubleBE']]) {
      const bytes = Buffer.alloc(8);
      bytes[write](value);
      add(how, bytes);
      for (const [name, other] of encodings(bytes)) add(`${how} as ${name}`, other);
    }
    return found;
  }
  const utf8 = Buffer.from(value, 'utf8');
  add('UTF-8', utf8);
  add('UTF-16', Buffer.from(value, 'utf16le'));
  for (const [name, bytes] of encodings(utf8)) add(name, bytes);
  return found;
}

function encodings(bytes) {
  const found = [['hex', bytes.toString('hex')], ['HEX', bytes.toString('hex').toUpperCase()]];
  // In base64 the same bytes look different at each place modulo 3; the characters at both ends depend on the neighbours.
  for (const before of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const skip = before === 0 ? 0 : before + 1;
    const whole = Math.floor((padded.length * 8) / 6);
    for (const alphabet of ['base64', 'base64url']) {
      const text = padded.toString(alphabet).slice(skip, whole);
      if (text.length >= 8) found.push([`${alphabet} at ${before}`, text]);
    }
  }
  return found;
}

/** What is planted, by name; `find` names each one that some bytes hold, and how. */
export class Canaries {
  #planted = [];

  plant(name, value) {
    for (const { how, bytes } of forms(value)) this.#planted.push({ name: `${name} (${how})`, bytes });
    return value;
  }

  get names() {
    return [...new Set(this.#planted.map(({ name }) => name.replace(/ \(.*/, '')))];
  }

  find(bytes) {
    const hay = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    return this.#planted.filter((one) => hay.includes(one.bytes)).map(({ name }) => name);
  }

  /** The same over every file below a folder. */
  findInFiles(folder) {
    const found = [];
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath ?? entry.path, entry.name);
      found.push(...this.find(path), ...this.find(readFileSync(path)).map((name) => `${path}: ${name}`));
    }
    return found;
  }
}
