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
const EVENTS = 10;
const EVENT = 11;

/** One more than the events that a list may have: what follows cannot make a difference. */
const MOST_EVENTS = 100_001;

/** Longer than any category, date or special code can be: what follows cannot make a difference. */
const LONGEST = 4097;

/** Half of a letter of UTF-16, and one without its other half. */
const SURROGATE = /[\ud800-\udfff]/;
const LONE = /\p{Surrogate}/gu;

/** The places of the members of an event-list field's events, by the field's name. */
export type Lists = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Events as they are laid out: kinds, numbers and texts after those of their field. */
interface Laid {
  kinds: number[];
  numbers: number[];
  texts: string;
}

/** Lays a record out for the engine: kind and number of each field's value, and all texts in one. */
export class RecordReader {
  kinds: Uint8Array;
  numbers: Float64Array;
  texts = '';
  /** A record is being read: a getter of it may ask for another score. */
  busy = false;
  readonly #places: ReadonlyMap<string, number>;
  readonly #lists: Lists;
  readonly #strings: string[];

  constructor(places: ReadonlyMap<string, number>, lists: Lists) {
    this.#places = places;
    this.#lists = lists;
    this.kinds = new Uint8Array(places.size);
    this.numbers = new Float64Array(places.size);
    this.#strings = new Array<string>(places.size).fill('');
  }

  /** A reader for the same fields. */
  another(): RecordReader {
    return new RecordReader(this.#places, this.#lists);
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
    // A record with events has made them longer.
    if (this.kinds.length !== this.#places.size) {
      this.kinds = new Uint8Array(this.#places.size);
      this.numbers = new Float64Array(this.#places.size);
    }
    const { kinds, numbers } = this;
    let laid: Map<number, Laid> | undefined;
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
      const members = list && this.#lists.get(key);
      if (members) {
        const events = layEvents(value as unknown[], members, key, row);
        kinds[place] = EVENTS;
        numbers[place] = events.count;
        laid = (laid ?? new Map<number, Laid>()).set(place, events);
        continue;
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
    if (laid !== undefined) this.#lengthen(laid);
    else this.texts = texts > 0 ? this.#join() : '';
  }

  /** Puts events after their fields. */
  #lengthen(laid: Map<number, Laid>): void {
    const kinds: number[] = [];
    const numbers: number[] = [];
    let all = '';
    for (let place = 0; place < this.kinds.length; place++) {
      const kind = this.kinds[place]!;
      kinds.push(kind);
      if (kind === TEXT) {
        const text = whole(this.#strings[place]!);
        numbers.push(text.length);
        all += text;
      } else {
        numbers.push(this.numbers[place]!);
      }
      const events = laid.get(place);
      if (kind !== EVENTS || events === undefined) continue;
      for (const one of events.kinds) kinds.push(one);
      for (const one of events.numbers) numbers.push(one);
      all += events.texts;
    }
    this.kinds = Uint8Array.from(kinds);
    this.numbers = Float64Array.from(numbers);
    this.texts = all;
  }

  /** The texts in the fields' order; their lengths stand among the numbers. */
  #join(): string {
    let all = '';
    for (let place = 0; place < this.kinds.length; place++) {
      if (this.kinds[place] !== TEXT) continue;
      const text = whole(this.#strings[place]!);
      this.numbers[place] = text.length;
      all += text;
    }
    return all;
  }
}

/** A text that can stand beside others. */
function whole(given: string): string {
  const text = given.length > LONGEST ? given.slice(0, LONGEST) : given;
  // Half a pair at the end of a text would become one letter with the other half at the beginning of the next.
  return SURROGATE.test(text) ? text.replace(LONE, '\ufffd') : text;
}

/** Reads the own, enumerable members of each event of a list, each once. */
function layEvents(
  list: readonly unknown[],
  members: ReadonlyMap<string, number>,
  name: string,
  row: number,
): Laid & { count: number } {
  const kinds: number[] = [];
  const numbers: number[] = [];
  const texts: string[] = [];
  const add = (value: unknown, array: boolean) => {
    let kind: number = NOTHING;
    let number = 0;
    switch (typeof value) {
      case 'number':
        kind = NUMBER;
        number = value;
        break;
      case 'string': {
        const text = whole(value);
        kind = TEXT;
        number = text.length;
        texts.push(text);
        break;
      }
      case 'boolean':
        kind = value ? TRUE : FALSE;
        break;
      case 'undefined':
        break;
      case 'object':
        if (value !== null) kind = array ? LIST : OBJECT;
        break;
      default:
        kind = OTHERS[typeof value as keyof typeof OTHERS];
    }
    kinds.push(kind);
    numbers.push(number);
  };
  const values = new Array<unknown>(members.size);
  const arrays = new Array<boolean>(members.size);
  let count = 0;
  try {
    count = Math.min(list.length, MOST_EVENTS);
    for (let index = 0; index < count; index++) {
      const event = list[index];
      if (tagOf(event) !== 'Object') {
        add(event, Array.isArray(event));
        continue;
      }
      values.fill(undefined);
      arrays.fill(false);
      let stranger: string | undefined;
      for (const key of Object.keys(event as object)) {
        const place = members.get(key);
        if (place === undefined) {
          stranger ??= whole(key);
          continue;
        }
        const value = (event as Record<string, unknown>)[key];
        values[place] = value;
        arrays[place] = typeof value === 'object' && Array.isArray(value);
      }
      kinds.push(EVENT);
      numbers.push(stranger === undefined ? 0 : stranger.length + 1);
      if (stranger !== undefined) texts.push(stranger);
      for (let place = 0; place < values.length; place++) add(values[place], arrays[place]!);
    }
  } catch (thrown) {
    throw unreadable(row, name, thrown);
  }
  return { kinds, numbers, texts: texts.join(''), count };
}
