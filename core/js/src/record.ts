import { ScoreletError, own, words } from './error.js';
import { tagOf } from './load.js';
import type { Engine } from './engine/scorelet.js';

/** Kinds of values, as `core/src/abi/browser/frame.rs` reads them. */
const NOTHING = 0;
const FALSE = 1;
const TRUE = 2;
const NUMBER = 3;
const TEXT = 4;
const LIST = 5;
const OBJECT = 6;
const OTHERS = { bigint: 7, function: 8, symbol: 9 } as const;

/** Longer than any category, date or special code can be: what follows cannot make a difference. */
const LONGEST = 4097;

/** Lays a record out for the engine: kind and number of each field's value, and all texts in one. */
export class RecordReader {
  readonly kinds: Uint8Array;
  readonly numbers: Float64Array;
  texts = '';
  /** A record is being read: a getter of it may ask for another score. */
  busy = false;
  readonly #places: ReadonlyMap<string, number>;
  readonly #strings: string[];

  constructor(places: ReadonlyMap<string, number>) {
    this.#places = places;
    this.kinds = new Uint8Array(places.size);
    this.numbers = new Float64Array(places.size);
    this.#strings = new Array<string>(places.size).fill('');
  }

  /** A reader for the same fields. */
  another(): RecordReader {
    return new RecordReader(this.#places);
  }

  /**
   * Reads the own, enumerable members of a record, each once.
   *
   * @throws a refusal of the engine for what is no record or has a member that is no field; {ScoreletError} `SCL-0806`
   *   if a member cannot be read.
   */
  read(record: unknown, engine: Engine, row: number): void {
    this.busy = true;
    try {
      this.#read(record, engine, row);
    } finally {
      this.busy = false;
    }
  }

  #read(record: unknown, engine: Engine, row: number): void {
    const { kinds, numbers } = this;
    let keys: string[];
    let plain: boolean;
    try {
      plain = tagOf(record) === 'Object';
      keys = plain ? Object.keys(record as object) : [];
    } catch (thrown) {
      throw unreadable(row, undefined, thrown);
    }
    if (!plain) throw engine.shapeless();
    kinds.fill(NOTHING);
    let texts = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const place = this.#places.get(key);
      if (place === undefined) throw engine.unknown(key.slice(0, LONGEST), row);
      let value: unknown;
      try {
        value = (record as Record<string, unknown>)[key];
      } catch (thrown) {
        throw unreadable(row, key, thrown);
      }
      switch (typeof value) {
        case 'number':
          kinds[place] = NUMBER;
          numbers[place] = value;
          break;
        case 'string':
          kinds[place] = TEXT;
          this.#strings[place] = value;
          texts++;
          break;
        case 'boolean':
          kinds[place] = value ? TRUE : FALSE;
          break;
        case 'undefined':
          break;
        case 'object':
          kinds[place] = value === null ? NOTHING : Array.isArray(value) ? LIST : OBJECT;
          break;
        default:
          kinds[place] = OTHERS[typeof value as keyof typeof OTHERS];
      }
    }
    this.texts = texts > 0 ? this.#join() : '';
  }

  /** The texts in the fields' order; their lengths stand among the numbers. */
  #join(): string {
    let all = '';
    for (let place = 0; place < this.kinds.length; place++) {
      if (this.kinds[place] !== TEXT) continue;
      let text = this.#strings[place]!;
      if (text.length > LONGEST) text = text.slice(0, LONGEST);
      this.numbers[place] = text.length;
      all += text;
    }
    return all;
  }
}

function unreadable(row: number, field: string | undefined, cause: unknown): ScoreletError {
  if (cause instanceof ScoreletError) return cause;
  const place = field === undefined ? `row ${row}` : `row ${row}, field \`${field}\``;
  const error = own('unreadable', `the record could not be read: ${words(cause)}`, { cause, place });
  return Object.assign(error, { row, ...(field !== undefined && { field }) });
}
