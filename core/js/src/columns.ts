import type { Batch } from './batch.js';
import { ScoreletError, own, unreadable } from './error.js';
import { tagOf } from './load.js';
import type { Column, Field, Value } from './types.js';

/** Cells that are scored at once: large enough for the engine's blocks, small enough for its memory. */
const CELLS = 1 << 18;
/** Rows that are scored at once at most. */
const ROWS = 8192;
/** Texts that are remembered at most, over all fields. */
const REMEMBERED = 100_000;

/** Rows that are scored at once. */
export function pieceOf(rows: number, fields: number): number {
  return Math.max(1, Math.min(rows, ROWS, Math.floor(CELLS / Math.max(1, fields))));
}

/** Column values of texts, each asked of the engine once. */
export class TextValues {
  readonly #known = new Map<string, number>();
  readonly #ask: (field: number, text: string, row: number) => number;

  constructor(ask: (field: number, text: string, row: number) => number) {
    this.#ask = ask;
  }

  /** The column value of a text in a field. */
  of(field: number, text: string, row: number): number {
    const key = `${field}:${text}`;
    let value = this.#known.get(key);
    if (value === undefined) {
      value = this.#ask(field, text, row);
      if (this.#known.size >= REMEMBERED) this.#known.clear();
      this.#known.set(key, value);
    }
    return value;
  }
}

/** The columns in the fields' order, checked: each is of a field, all are of one length. */
export function ordered(
  given: { readonly [field: string]: Column },
  fields: readonly Field[],
  unknown: (name: string) => never,
): { rows: number; columns: (Column | undefined)[] } {
  if (typeof given !== 'object' || given === null) throw own('argument', 'columns must be an object: column by field');
  const columns: (Column | undefined)[] = new Array<Column | undefined>(fields.length).fill(undefined);
  const places = new Map(fields.map(({ name }, place) => [name, place]));
  let rows: number | undefined;
  for (const name of read(() => Object.keys(given))) {
    const place = places.get(name);
    if (place === undefined) return unknown(name);
    const column = read(() => {
      const found = given[name];
      return isColumn(found) ? found : undefined;
    }, name);
    if (column === undefined) {
      throw own('argument', `the column \`${name}\` must be a Float64Array, Float32Array, Int32Array or an array`);
    }
    if (rows !== undefined && column.length !== rows) {
      throw new ScoreletError({
        code: 'SCL-0208',
        message: `rows of the column \`${name}\`: expected ${rows}, found ${column.length}`,
        place: `field \`${name}\``,
        mend: 'give columns of equal length',
        field: name,
      });
    }
    rows = column.length;
    columns[place] = column;
  }
  return { rows: rows ?? 0, columns };
}

function isColumn(given: unknown): given is Column {
  return Array.isArray(given) || (ArrayBuffer.isView(given) && /^(Float64|Float32|Int32)Array$/.test(tagOf(given)));
}

/** What the caller's getters and proxies give; what they throw is no failure of the engine. */
function read<T>(work: () => T, field?: string, row?: number): T {
  try {
    return work();
  } catch (thrown) {
    throw unreadable(row, field, thrown);
  }
}

/** Scores all rows, a piece after another. */
export function scorePieces(
  batch: Batch,
  rest: (rows: number) => Batch,
  columns: readonly (Column | undefined)[],
  rows: number,
  fields: readonly Field[],
  texts: TextValues,
): Float64Array[] {
  const out = batch.outputs.map(() => new Float64Array(rows));
  for (let from = 0; from < rows; from += batch.rows) {
    const left = rows - from;
    const piece = left < batch.rows ? rest(left) : batch;
    try {
      columns.forEach((column, field) => fill(piece, field, fields[field]!, column, from, texts));
      const found = piece.runFrom(from);
      out.forEach((target, k) => target.set(found.subarray(k * piece.rows, (k + 1) * piece.rows), from));
    } finally {
      if (piece !== batch) piece.dispose();
    }
  }
  return out;
}

function fill(
  piece: Batch,
  place: number,
  field: Field,
  column: Column | undefined,
  from: number,
  texts: TextValues,
): void {
  const { rows } = piece;
  const at = place * rows;
  if (column === undefined) {
    piece.values.fill(Number.NaN, at, at + rows);
  } else if (ArrayBuffer.isView(column)) {
    piece.values.set((column as Float64Array).subarray(from, from + rows), at);
  } else {
    for (let row = 0; row < rows; row++) {
      // Asking for a text's value may make the engine's memory grow: the view is taken anew.
      const given = read(() => (column as readonly Value[])[from + row], field.name, from + row);
      const value = cell(given, place, field, from + row, texts);
      piece.values[at + row] = value;
    }
  }
}

function cell(value: unknown, place: number, field: Field, row: number, texts: TextValues): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return texts.of(place, value, row);
    case 'boolean':
      if (field.type !== 'boolean') throw noBoolean(field, row);
      return value ? 1 : 0;
    default:
      if (value === null || value === undefined) return Number.NaN;
      throw own('argument', `a column has a ${typeof value} in row ${row}`, { place: `row ${row}` });
  }
}

/** The types in the engine's words. */
const WORDS = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  category: 'a text',
  date: 'a date as YYYY-MM-DD',
  event_list: 'a list of events',
  hash: 'a text',
} as const;

/** As the engine refuses it in a record: there is no call of its own for a single value. */
function noBoolean({ name, type }: Field, row: number): ScoreletError {
  const expected = WORDS[type];
  return new ScoreletError({
    code: 'SCL-0205',
    message: `field \`${name}\` must be ${expected}, not true or false`,
    place: `row ${row}, field \`${name}\``,
    mend: `give ${expected}, or null if it is not known`,
    row,
    field: name,
  });
}
