import type { Batch } from './batch.js';
import { ScoreletError, own } from './error.js';
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
  unknown: (name: string) => unknown,
): { rows: number; columns: (Column | undefined)[] } {
  if (typeof given !== 'object' || given === null) throw own('argument', 'columns must be an object: column by field');
  const columns: (Column | undefined)[] = new Array<Column | undefined>(fields.length).fill(undefined);
  const places = new Map(fields.map(({ name }, place) => [name, place]));
  let rows: number | undefined;
  for (const name of Object.keys(given)) {
    const place = places.get(name);
    if (place === undefined) throw unknown(name);
    const column = given[name];
    if (!isColumn(column)) {
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
  return Array.isArray(given) || /^(Float64|Float32|Int32)Array$/.test(tagOf(given));
}

/** Scores all rows, a piece after another. */
export function scorePieces(
  batch: Batch,
  rest: (rows: number) => Batch,
  columns: readonly (Column | undefined)[],
  rows: number,
  texts: TextValues,
): Float64Array[] {
  const out = batch.outputs.map(() => new Float64Array(rows));
  for (let from = 0; from < rows; from += batch.rows) {
    const left = rows - from;
    const piece = left < batch.rows ? rest(left) : batch;
    try {
      columns.forEach((column, field) => fill(piece, field, column, from, texts));
      const found = piece.runFrom(from);
      out.forEach((target, k) => target.set(found.subarray(k * piece.rows, (k + 1) * piece.rows), from));
    } finally {
      if (piece !== batch) piece.dispose();
    }
  }
  return out;
}

function fill(piece: Batch, field: number, column: Column | undefined, from: number, texts: TextValues): void {
  const { rows } = piece;
  const at = field * rows;
  if (column === undefined) {
    piece.values.fill(Number.NaN, at, at + rows);
  } else if (ArrayBuffer.isView(column)) {
    piece.values.set((column as Float64Array).subarray(from, from + rows), at);
  } else {
    for (let row = 0; row < rows; row++) {
      // Asking for a text's value may make the engine's memory grow: the view is taken anew.
      const value = cell((column as readonly Value[])[from + row], field, from + row, texts);
      piece.values[at + row] = value;
    }
  }
}

function cell(value: unknown, field: number, row: number, texts: TextValues): number {
  switch (typeof value) {
    case 'number':
      return value;
    case 'string':
      return texts.of(field, value, row);
    case 'boolean':
      return value ? 1 : 0;
    default:
      if (value === null || value === undefined) return Number.NaN;
      throw own('argument', `a column has a ${typeof value} in row ${row}`, { place: `row ${row}` });
  }
}
