import { unreadable } from './error.js';
import { tagOf } from './load.js';

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

/** Half of a letter of UTF-16, and one without its other half. */
const SURROGATE = /[\ud800-\udfff]/;
const LONE = /\p{Surrogate}/gu;

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
   * Reads the own, enumerable members of a record, each once. It runs the caller's getters: never inside a call of the
   * engine.
   *
   * @param refuse throws what the engine has to say about a member that is no field or, without a name, about what is no record.
   * @throws {ScoreletError} `SCL-0806` if a member cannot be read.
   */
  read(record: unknown, row: number, refuse: (unknown?: string) => never): void {
    this.busy = true;
    try {
      this.#read(record, row, refuse);
    } finally {
      this.busy = false;
    }
  }

  #read(record: unknown, row: number, refuse: (unknown?: string) => never): void {
    const { kinds, numbers } = this;
    let keys: string[];
    let plain: boolean;
    try {
      plain = tagOf(record) === 'Object';
      keys = plain ? Object.keys(record as object) : [];
    } catch (thrown) {
      throw unreadable(row, undefined, thrown);
    }
    if (!plain) refuse();
    kinds.fill(NOTHING);
    let texts = 0;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      const place = this.#places.get(key);
      if (place === undefined) return refuse(key.slice(0, LONGEST));
      let value: unknown;
      let list = false;
      try {
        value = (record as Record<string, unknown>)[key];
        list = typeof value === 'object' && Array.isArray(value);
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
          kinds[place] = value === null ? NOTHING : list ? LIST : OBJECT;
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
      // Half a pair at the end of a text would become one letter with the other half at the beginning of the next.
      if (SURROGATE.test(text)) text = text.replace(LONE, '\ufffd');
      this.numbers[place] = text.length;
      all += text;
    }
    return all;
  }
}
