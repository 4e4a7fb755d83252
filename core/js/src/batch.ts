import { own } from './error.js';
import { type Engine, EngineBatch, type Instance, call } from './engine.js';

/** Rows that are scored again and again without a copy: fill `values`, `run`, read the figures. */
export class Batch {
  /** Rows of the batch. */
  readonly rows: number;
  /** Fields of the bundle: columns of `values`. */
  readonly fields: number;
  /** Names of the outputs: columns of what `run` gives. */
  readonly outputs: readonly string[];
  readonly #where: Instance;
  readonly #engine: () => Engine;
  readonly #batch: EngineBatch;
  readonly #address: number;
  #values: Float64Array;
  #out = new Float64Array(0);
  #outAddress = 0;
  #disposed = false;

  /** @internal Use `Scorer.batch`. */
  constructor(
    where: Instance,
    engine: () => Engine,
    fields: number,
    rows: number,
    outputs: readonly string[],
    ids: Uint32Array,
  ) {
    if (!Number.isInteger(rows) || rows < 1) throw own('argument', 'a batch has at least one row');
    this.rows = rows;
    this.fields = fields;
    this.outputs = outputs;
    this.#where = where;
    this.#engine = engine;
    this.#batch = call(where, () => new EngineBatch(engine(), Math.min(rows, 0xffff_ffff), ids));
    this.#address = this.#batch.values();
    this.#values = new Float64Array(where.memory.buffer, this.#address, fields * rows);
  }

  /**
   * The field values, a view of the engine's memory: field `f` of row `r` stands at `f * rows + r`. NaN is missing, a
   * category is its index in `field.values`, a date its days since 1970-01-01. Take it from here each time: when the
   * engine's memory grows, an older view is detached (its length is 0).
   *
   * @throws {ScoreletError} the batch or its scorer is disposed, or the engine has stopped.
   */
  get values(): Float64Array {
    this.#alive();
    if (this.#values.length === 0) {
      this.#values = new Float64Array(this.#where.memory.buffer, this.#address, this.fields * this.rows);
    }
    return this.#values;
  }

  /**
   * Scores all rows and gives a view of the figures: output `o` of row `r` stands at `o * rows + r`, NaN where absent.
   * It is overwritten by the next run. Nothing is allocated.
   *
   * @throws {ScoreletError} the first value that its field refuses.
   */
  run(): Float64Array {
    const at = this.#run();
    if (at === 0) this.refused(0);
    if (at !== this.#outAddress || this.#out.length === 0) {
      this.#out = new Float64Array(this.#where.memory.buffer, at, this.outputs.length * this.rows);
      this.#outAddress = at;
    }
    return this.#out;
  }

  /** The engine, if the areas are still the batch's own. */
  #alive(): Engine {
    if (this.#disposed) throw own('disposed', 'the batch is disposed');
    return this.#engine();
  }

  #run(): number {
    const engine = this.#alive();
    try {
      return this.#batch.run(engine, this.rows);
    } catch (thrown) {
      return call(this.#where, () => { throw thrown; });
    }
  }

  /** @internal Throws why the last run failed; `first` is the number of the batch's first row. */
  refused(first: number): never {
    return call(this.#where, () => { throw this.#batch.error(first); });
  }

  /** @internal A run whose refusal counts rows from `first`. */
  runFrom(first: number): Float64Array {
    if (first === 0) return this.run();
    const at = this.#run();
    if (at === 0) this.refused(first);
    return new Float64Array(this.#where.memory.buffer, at, this.outputs.length * this.rows);
  }

  /** Gives the memory back; the views must not be used any more. */
  dispose(): void {
    if (!this.#disposed && this.#where.alive) this.#batch.free();
    this.#disposed = true;
  }
}

export interface Batch {
  /** As `dispose`, for `using`. */
  [Symbol.dispose](): void;
}
if (Symbol.dispose) Batch.prototype[Symbol.dispose] = Batch.prototype.dispose;
