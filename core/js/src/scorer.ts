import { Batch } from './batch.js';
import { TextValues, ordered, pieceOf, scorePieces } from './columns.js';
import { type Description, fields, figures, info, outputs } from './description.js';
import { ScoreletError, isOwn, optionalText, own, unreadable, words } from './error.js';
import { Engine, type Instance, call, instance } from './engine.js';
import { keyBytes } from './key.js';
import { RecordReader } from './record.js';
import { type Challenge, base64url, localOf, readChallenge } from './seal.js';
import { type BundleSource, openFrom } from './source.js';
import type {
  BundleInfo, Column, Decision, Explanation, Field, LocalCreditData, Record_, Sealed,
} from './types.js';

/** How a bundle is opened. */
export interface OpenOptions {
  /**
   * Ed25519 public key of the only publisher whose bundles are accepted: 32 bytes or 64 hexadecimal digits. `null`
   * accepts any publisher, for development; a signature that does not fit is refused always.
   */
  publicKey: Uint8Array | string | null;
  /** The bundle that this one follows: another name, or an older version, is refused (`SCL-0121`, `SCL-0122`). */
  previous?: { name?: string; version: string };
  /** BCP 47 tag of the language of labels and texts. Default: the bundle's first language. */
  language?: string;
  /** The only digest that is accepted. A bundle with it that was kept before is opened without the network. */
  digest?: string;
}

/** How a record is scored. */
export interface ScoreOptions {
  /** Whether to rank reasons (default `true`). */
  reasons?: boolean;
  /** Whether to tell what each decision tree and table hit (default `false`). It is no part of the result digest. */
  trace?: boolean;
  /** BCP 47 tag of the language of reason texts. Default: the one that the bundle was opened with. */
  language?: string;
}

/** Options as they were given. */
interface Chosen {
  readonly reasons?: unknown;
  readonly trace?: unknown;
  readonly language?: unknown;
}

/** The engine's side of an open bundle. */
interface Handle {
  readonly digest: string;
  readonly engine: Engine;
  readonly description: Description;
  free(): void;
}

/**
 * An open bundle. It holds memory of the engine: `dispose` it, or declare it with `using`.
 *
 * ```ts
 * const scorer = await Scorer.open('/models/card.sclb', { publicKey });
 * const decision = scorer.score({ income: 3200, housing: 'own' });
 * ```
 */
export class Scorer {
  /** What the bundle says about itself. */
  readonly info: BundleInfo;
  /** Fields of the record, in the bundle's order. */
  readonly fields: readonly Field[];
  /** Records that came with the bundle, for a form to start with; may be empty. */
  readonly samples: readonly Record_[];
  /** Language of labels and texts. */
  readonly language: string;
  readonly #where: Instance;
  readonly #handle: Handle;
  readonly #outputs: Map<string, number>;
  readonly #texts: TextValues;
  readonly #reader: RecordReader;
  #spoken = '';
  #disposed = false;

  private constructor(where: Instance, handle: Handle, language?: string) {
    const { description } = handle;
    this.#where = where;
    this.#handle = handle;
    this.language = language ?? description.languages[0] ?? '';
    this.info = info(description);
    this.fields = fields(description, this.language);
    this.samples = description.samples ?? [];
    this.#outputs = outputs(description);
    const places = (names: readonly string[]) => new Map(names.map((name, place) => [name, place]));
    const lists = this.fields.flatMap(({ name, events }) => events === null
      ? []
      : [[name, places([events.date, ...events.members.map((member) => member.name)])] as const]);
    this.#reader = new RecordReader(places(this.fields.map(({ name }) => name)), new Map(lists));
    this.#texts = new TextValues((field, text, row) => this.#call((engine) => engine.value(field, text, row)));
  }

  /**
   * Opens a bundle; loads the engine if that has not been done. The signature is verified, in the engine, before
   * anything else of the bundle is looked at. What was fetched and verified is kept in Cache Storage, where there is one,
   * and opened from there (verified again) when the network fails.
   *
   * @param bundle the bytes, an address, or a response.
   * @throws {ScoreletError} a bundle that is damaged, of another publisher, older than the previous one; or no network.
   */
  static async open(bundle: BundleSource, options: OpenOptions): Promise<Scorer> {
    const key = keyBytes(options?.publicKey);
    const language = optionalText(options.language, 'language');
    const digest = optionalText(options.digest, 'digest')?.toLowerCase();
    const { previous } = options;
    if (previous !== undefined && typeof previous?.version !== 'string') {
      throw own('argument', 'options.previous must have a version');
    }
    const name = optionalText(previous?.name, 'previous.name');
    const version = previous?.version;
    const pending = bundle instanceof Promise ? bundle : undefined;
    // Seen to by `openFrom`; without this, a failure while the engine loads would go unhandled.
    pending?.catch(() => undefined);
    const where = await instance();
    const handle = await openFrom(bundle, digest, (bytes): Handle => call(where, () => {
      const engine = Engine.open(bytes, key, name, version);
      const description = JSON.parse(engine.describe()) as Description;
      return { digest: description.digest, engine, description, free: () => engine.free() };
    }));
    try {
      return new Scorer(where, handle, language);
    } catch (error) {
      handle.free();
      throw error;
    }
  }

  /**
   * Scores one record.
   *
   * @param record a plain object: value by field. A field that is left out, `null` or `undefined` is missing.
   * @throws {ScoreletError} a member that is no field, a value of another type, one that its field refuses; with `field`.
   */
  score(record: Record_, options?: ScoreOptions): Decision {
    return this.#score(record, options, 0);
  }

  /** Scores records; a record that is refused is an error in its place, with its `row`. */
  scoreAll(records: readonly Record_[], options?: ScoreOptions): (Decision | ScoreletError)[] {
    if (!Array.isArray(records)) throw own('argument', 'records must be an array');
    const language = optionalText(options?.language, 'language');
    const chosen = { reasons: options?.reasons ?? true, trace: options?.trace ?? false, language };
    const answers: (Decision | ScoreletError)[] = [];
    // Not `map`, which leaves out what a sparse array has not: that is no record, and refused in its place.
    for (let row = 0; row < records.length; row++) {
      answers.push(this.#inPlace(records, chosen, row));
    }
    return answers;
  }

  #inPlace(records: readonly Record_[], options: Chosen, row: number): Decision | ScoreletError {
    try {
      let record: Record_ | undefined;
      try {
        record = records[row];
      } catch (thrown) {
        throw unreadable(row, undefined, thrown);
      }
      return this.#score(record, options, row);
    } catch (error) {
      if (!isOwn(error) || /^SCL-080[1-4]/.test(error.code)) throw error;
      // What is no record at all has no row for the engine.
      return error.row === undefined ? Object.assign(error, { row }) : error;
    }
  }

  #score(record: unknown, options: Chosen | undefined, row: number): Decision {
    const reasons = Boolean(options?.reasons ?? true);
    const trace = Boolean(options?.trace ?? false);
    return this.#read(record, options?.language, row, (engine, { kinds, numbers, texts }) =>
      JSON.parse(engine.score(kinds, numbers, texts, reasons, trace, row)) as Decision);
  }

  /**
   * Which input moved an explained output, and by how much: a waterfall from the reference applicant to this one.
   *
   * @param options.score name of the score; default: the first that gives reasons.
   * @throws {ScoreletError} `SCL-0403` for a score that gives no reasons.
   */
  explain(record: Record_, options?: { score?: string; language?: string }): Explanation {
    const score = optionalText(options?.score, 'score') ?? this.info.scores.find(({ explained }) => explained !== null)?.name ?? '';
    return this.#read(record, options?.language, 0, (engine, { kinds, numbers, texts }) =>
      JSON.parse(engine.explain(kinds, numbers, texts, score)) as Explanation);
  }

  /**
   * What leaves the device of one record, to show the person. Needs a device bundle.
   *
   * @throws {ScoreletError} as `score`; `SCL-0211` for a bundle that is not of the device stage.
   */
  localCreditData(record: Record_, options?: { language?: string }): LocalCreditData {
    return localOf(this.#read(record, options?.language, 0, (engine, { kinds, numbers, texts }) =>
      engine.local(kinds, numbers, texts, 0)));
  }

  /**
   * Computes what leaves the device and seals it for the edge that gave the challenge: nobody in between can read it. No
   * two receipts are equal. Needs a device bundle.
   *
   * @param challenge what the edge answered to `GET /v1/challenge`.
   * @param options.consent the lender's reference of the applicant's consent.
   * @throws {ScoreletError} `SCL-0809` for a challenge of another device bundle, `SCL-0810` for one that has ended; and as
   * `localCreditData`.
   */
  async seal(
    challenge: Challenge,
    record: Record_,
    options?: { consent?: string; language?: string },
  ): Promise<Sealed> {
    this.#engine();
    const consent = optionalText(options?.consent, 'consent') ?? '';
    const { nonce, publicKey } = readChallenge(challenge, this.info.digest);
    const [local, sealed] = this.#read(record, options?.language, 0, (engine, { kinds, numbers, texts }) => [
      engine.local(kinds, numbers, texts, 0),
      engine.seal(kinds, numbers, texts, 0, publicKey, nonce, Date.now(), consent),
    ] as const);
    const bytes = sealed.slice(32);
    return { receipt: base64url(bytes), bytes, salt: base64url(sealed.subarray(0, 32)), local: localOf(local) };
  }

  /**
   * Scores columns: any number of rows, nothing but numbers out. No reasons, no digests.
   *
   * @param columns a column a field, all of one length; a field that is left out is missing in every row.
   * @param options.outputs names from `info.outputs` (default: every figure of every score).
   * @returns the number of rows and a column an output: NaN where absent; a band is its index.
   * @throws {ScoreletError} the first value that its field refuses, with `row` and `field`.
   */
  scoreColumns(
    columns: { readonly [field: string]: Column },
    options?: { outputs?: readonly string[] },
  ): { rows: number; columns: { [output: string]: Float64Array } } {
    this.#engine();
    const given = ordered(columns, this.fields, (name) => this.#refuse(name, 0));
    const names = this.#names(options?.outputs);
    const found = Object.create(null) as { [output: string]: Float64Array };
    if (given.rows === 0) {
      names.forEach((name) => this.#column(name));
      for (const name of names) found[name] = new Float64Array(0);
      return { rows: 0, columns: found };
    }
    const make = (rows: number) => this.batch(rows, { outputs: names });
    const batch = make(pieceOf(given.rows, this.fields.length));
    try {
      const out = scorePieces(batch, make, given.columns, given.rows, this.fields, this.#texts);
      names.forEach((name, k) => { found[name] = out[k]!; });
    } finally {
      batch.dispose();
    }
    return { rows: given.rows, columns: found };
  }

  /**
   * The fast path: rows in the engine's own memory, scored without a copy and without an allocation.
   *
   * @param rows rows of the batch, at least 1.
   * @param options.outputs names from `info.outputs` (default: every figure of every score).
   */
  batch(rows: number, options?: { outputs?: readonly string[] }): Batch {
    const names = this.#names(options?.outputs);
    const ids = Uint32Array.from(names, (name) => this.#column(name));
    return new Batch(this.#where, () => this.#engine(), this.fields.length, rows, names, ids);
  }

  /** Gives the engine's memory back. Every later call throws `SCL-0804`. */
  dispose(): void {
    if (!this.#disposed && this.#where.alive) this.#handle.engine.free();
    this.#disposed = true;
  }

  /** The outputs asked for: a list of one's own, so that it stays as it was looked at. */
  #names(outputs: unknown): string[] {
    if (outputs === undefined) return figures(this.#handle.description);
    if (!Array.isArray(outputs)) throw own('argument', 'options.outputs must be an array of names');
    return [...outputs] as string[];
  }

  #column(name: string): number {
    const column = this.#outputs.get(name);
    if (column !== undefined) return column;
    throw own('argument', `the bundle has no output \`${words(name)}\``, { mend: 'choose from `scorer.info.outputs`' });
  }

  #engine(): Engine {
    if (this.#disposed) throw own('disposed', 'the scorer is disposed');
    if (!this.#where.alive) throw own('stopped', 'the engine has stopped since this was opened');
    return this.#handle.engine;
  }

  #call<T>(work: (engine: Engine) => T): T {
    const engine = this.#engine();
    return call(this.#where, () => work(engine));
  }

  /** Throws what the engine says about a member that is no field or, without a name, about what is no record. */
  #refuse(unknown: string | undefined, row: number): never {
    return this.#call((engine) => { throw unknown === undefined ? engine.shapeless() : engine.unknown(unknown, row); });
  }

  #read<T>(
    record: unknown,
    language: unknown,
    row: number,
    work: (engine: Engine, reader: RecordReader) => T,
  ): T {
    this.#engine();
    const wanted = optionalText(language, 'language') ?? this.language;
    const reader = this.#reader.busy ? this.#reader.another() : this.#reader;
    reader.read(record, row, (unknown) => this.#refuse(unknown, row));
    // A getter of the record may have disposed of the scorer: asked for anew.
    return this.#call((engine) => {
      if (wanted !== this.#spoken) {
        engine.speak(wanted);
        this.#spoken = wanted;
      }
      return work(engine, reader);
    });
  }
}

export interface Scorer {
  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void;
}
if (Symbol.dispose) Scorer.prototype[Symbol.dispose] = Scorer.prototype.dispose;
