/** Scores a file of any size, piece by piece, in a Worker. Only the figures and the finished results are kept. */
import type { Batch, Field, Scorer } from "@scorelet/core";
import type { Input } from "../engine/protocol";
import { direction, outputs } from "../engine/scores";
import { type CellProblem, cellReader } from "./cells";
import { type Refusal, recordOf, scoreRecords } from "./records";
import { Counter, discrimination, type Discrimination, type Histogram, Numbers } from "./stats";
import { type Dialect, pieces } from "./table";

/** What to score. */
export interface BatchJob {
  handle: number;
  file: Blob;
  dialect: Dialect;
  /** Columns of the header. */
  width: number;
  /** For each field the column that has it, or −1. */
  columns: readonly number[];
  label: { column: number; bad: string } | null;
}

/** How far a batch has come. */
export interface BatchProgress {
  read: number;
  size: number;
  rows: number;
  seconds: number;
}

/** A row that could not be scored. */
export interface BadRow {
  row: number;
  field: string;
  problem: CellProblem;
  text: string;
}

/** Figures of one band. */
export interface BandFigures {
  rows: number;
  /** Sum of the probabilities of default, and of how many rows: a score may be there without one. */
  pd: number;
  pds: number;
  bad: number;
}

/** What came of a batch. */
export interface BatchReport {
  rows: number;
  scored: number;
  /** Rows that were read well, but for which the model has no score. */
  unscored: number;
  skipped: number;
  problems: BadRow[];
  seconds: number;
  cancelled: boolean;
  mean: number;
  bands: BandFigures[];
  histogram: Histogram;
  labelled: { bad: number; good: number } | null;
  discrimination: Discrimination | null;
  /** The score at which good and bad are furthest apart. */
  ksScore: number | null;
  /** The results as CSV. */
  results: Blob;
}

/** Ties of a batch to the outside. */
export interface BatchHooks {
  progress(progress: BatchProgress): void;
  cancelled(): boolean;
}

const BLOCK = 2048;
const PROBLEMS = 20;
const PART = 1 << 20;
const PROGRESS_MS = 100;

/** Lets messages in, so that a cancel is heard. */
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The finished results: parts of a Blob, which the browser may keep on disk. */
class Results {
  readonly #parts: Blob[] = [];
  #text: string[] = [];
  #length = 0;

  line(text: string): void {
    this.#text.push(text);
    this.#length += text.length;
    if (this.#length >= PART) this.#flush();
  }

  #flush(): void {
    this.#parts.push(new Blob(this.#text));
    this.#text = [];
    this.#length = 0;
  }

  finish(): Blob {
    this.#flush();
    return new Blob(this.#parts, { type: "text/csv" });
  }
}

/** One run over a file. */
class Run {
  readonly results = new Results();
  readonly counter = new Counter();
  readonly good = new Numbers();
  readonly bad = new Numbers();
  readonly problems: BadRow[] = [];
  readonly bands: BandFigures[];
  scored = 0;
  unscored = 0;
  skipped = 0;
  rows = 0;
  sum = 0;

  readonly #scorer: Scorer;
  readonly #job: BatchJob;
  readonly #fields: readonly Field[];
  readonly #readers: ReturnType<typeof cellReader>[];
  readonly #names: string[];
  readonly #sign: number;
  readonly #values: Float64Array;
  /** Of full blocks. */
  readonly #batch: Batch;
  /** The block as records, where the bundle reads event lists. */
  readonly #records: Input[] | null;
  /** Rows of the block: its number, or the negative of it for a row that is left out. */
  #waiting: number[] = [];
  #labels: (0 | 1)[] = [];
  #filled = 0;

  constructor(scorer: Scorer, job: BatchJob) {
    this.#scorer = scorer;
    this.#job = job;
    this.#fields = scorer.fields;
    this.#readers = scorer.fields.map(cellReader);
    const [first] = scorer.info.scores;
    this.#names = scorer.info.scores.flatMap((score) => outputs(scorer.info, score));
    this.#sign = first ? direction(first) : 1;
    this.bands = (first?.bands ?? []).map(() => ({ rows: 0, pd: 0, pds: 0, bad: 0 }));
    this.#values = new Float64Array(scorer.fields.length * BLOCK);
    this.#records = scorer.fields.some((field) => field.type === "event_list") ? [] : null;
    this.#batch = scorer.batch(BLOCK, { outputs: this.#names });
    const shown = this.#shown().map((name) => name.replace(/\.score$/, "").replace(".", "_"));
    this.results.line(`${["row", ...shown].join(",")}\n`);
  }

  /** Outputs of the download: all but the margin, as the host's own CSV has them. */
  #shown(): string[] {
    return this.#names.filter((name) => !name.endsWith(".margin"));
  }

  /** Takes a row in; `null`, or why it is left out. */
  #read(cells: readonly string[], broken: boolean): BadRow | null {
    const problem = (field: string, problem: CellProblem, text = ""): BadRow => ({ row: this.rows, field, problem, text });
    if (broken) return problem("", "quotes");
    if (cells.length !== this.#job.width) return problem("", "columnMissing");
    for (let f = 0; f < this.#readers.length; f++) {
      const text = this.#text(cells, f);
      const value = this.#readers[f]?.(text) ?? Number.NaN;
      if (typeof value === "string") return problem(this.#fields[f]?.name ?? "", value, text);
      this.#values[f * BLOCK + this.#filled] = value;
    }
    this.#records?.push(recordOf(this.#fields, (f) => this.#values[f * BLOCK + this.#filled] ?? Number.NaN, (f) => this.#text(cells, f)));
    return null;
  }

  /** The cell of a field. */
  #text(cells: readonly string[], field: number): string {
    const column = this.#job.columns[field] ?? -1;
    return column < 0 ? "" : (cells[column] ?? "");
  }

  #leaveOut(row: BadRow): void {
    this.skipped++;
    if (this.problems.length < PROBLEMS) this.problems.push(row);
  }

  row(cells: readonly string[], broken: boolean): void {
    this.rows++;
    const refused = this.#read(cells, broken);
    if (refused) {
      this.#leaveOut(refused);
      this.#waiting.push(-this.rows);
      return;
    }
    this.#waiting.push(this.rows);
    const { label } = this.#job;
    this.#labels.push(label && cells[label.column]?.trim() === label.bad ? 1 : 0);
    if (++this.#filled === BLOCK) this.flush();
  }

  /** Scores what waits. */
  flush(): void {
    const rows = this.#filled;
    if (this.#records) {
      const { found, refusals } = scoreRecords(this.#scorer, this.#records, this.#names);
      this.#take(found, rows, refusals);
      this.#records.length = 0;
    } else if (rows > 0) {
      // The last block is a shorter one, with its columns closer together.
      const batch = rows === BLOCK ? this.#batch : this.#scorer.batch(rows, { outputs: this.#names });
      const { values } = batch;
      for (let f = 0; f < this.#fields.length; f++) {
        values.set(this.#values.subarray(f * BLOCK, f * BLOCK + rows), f * rows);
      }
      this.#take(batch.run(), rows);
      if (batch !== this.#batch) batch.dispose();
    } else this.#take(new Float64Array(), 0);
    this.#filled = 0;
    this.#waiting = [];
    this.#labels = [];
  }

  dispose(): void {
    this.#batch.dispose();
  }

  #take(found: Float64Array, rows: number, refusals: ReadonlyMap<number, Refusal> = new Map()): void {
    const first = this.#scorer.info.scores[0];
    const at = (name: string) => this.#names.indexOf(`${first?.name}.${name}`) * rows;
    const [score, pd, band, margin] = [at("score"), at("pd"), at("band"), at("margin")];
    const shown = this.#shown();
    const offsets = shown.map((name) => this.#names.indexOf(name) * rows);
    const bandNames = shown.map((name) => {
      const of = this.#scorer.info.scores.find((one) => `${one.name}.band` === name);
      return of ? of.bands.map((one) => one.name) : null;
    });
    let row = 0;
    for (const number of this.#waiting) {
      const refusal = number < 0 ? undefined : refusals.get(row);
      if (refusal) {
        this.#leaveOut({ row: number, field: refusal.field, problem: "refused", text: refusal.said });
        row++;
      }
      if (number < 0 || refusal) {
        this.results.line(`${Math.abs(number)}${",".repeat(shown.length)}\n`);
        continue;
      }
      let line = String(number);
      for (let i = 0; i < offsets.length; i++) {
        const value = found[(offsets[i] ?? 0) + row] ?? Number.NaN;
        line += Number.isNaN(value) ? "," : `,${bandNames[i]?.[value] ?? value}`;
      }
      this.results.line(`${line}\n`);
      // A model may give a PD or a margin and no score of its own.
      const figure = score >= 0 ? score : pd >= 0 ? pd : margin;
      const value = found[figure + row] ?? Number.NaN;
      const label = this.#labels[row] ?? 0;
      if (Number.isNaN(value)) this.unscored++;
      else {
        this.scored++;
        this.sum += value;
        this.counter.add(value, label);
        const figures = band >= 0 ? this.bands[found[band + row] ?? -1] : undefined;
        if (figures) {
          figures.rows++;
          figures.bad += label;
          const chance = pd >= 0 ? (found[pd + row] ?? Number.NaN) : Number.NaN;
          if (!Number.isNaN(chance)) {
            figures.pd += chance;
            figures.pds++;
          }
        }
        if (this.#job.label) {
          const risk = margin >= 0 ? found[margin + row] : pd >= 0 ? found[pd + row] : -this.#sign * value;
          // A score may be there without its margin: such a row is of no use for ROC and KS.
          if (risk !== undefined && !Number.isNaN(risk)) (label ? this.bad : this.good).push(risk);
        }
      }
      row++;
    }
  }
}

/** Scores the file of `job`; ends early, with what was done so far, when `hooks.cancelled` says so. */
export async function batch(scorer: Scorer, job: BatchJob, hooks: BatchHooks): Promise<BatchReport> {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const run = new Run(scorer, job);
  let header = true;
  let cancelled = false;
  let told = Number.NEGATIVE_INFINITY;
  try {
    for await (const piece of pieces(job.file, job.dialect)) {
      piece.rows.forEach((cells, index) => {
        // A carriage return that the line end does not take along.
        if (job.dialect.newline === "\n" && cells.at(-1)?.endsWith("\r")) cells.push(cells.pop()?.slice(0, -1) ?? "");
        const blank = cells.length === 1 && cells[0] === "";
        if (blank) return;
        if (header) header = false;
        else run.row(cells, piece.broken.has(index));
      });
      if (performance.now() - told >= PROGRESS_MS) {
        told = performance.now();
        hooks.progress({ read: piece.read, size: job.file.size, rows: run.rows, seconds: seconds() });
        await pause();
      }
      cancelled = hooks.cancelled();
      if (cancelled) break;
    }
    run.flush();
  } finally {
    run.dispose();
  }
  const labelled = job.label ? { bad: run.bad.length, good: run.good.length } : null;
  const taken = seconds();
  return {
    rows: run.rows,
    scored: run.scored,
    unscored: run.unscored,
    skipped: run.skipped,
    problems: run.problems,
    seconds: taken,
    cancelled,
    mean: run.sum / run.scored,
    bands: run.bands,
    histogram: run.counter.histogram(),
    labelled,
    discrimination: labelled ? discrimination(run.good, run.bad) : null,
    ksScore: labelled ? run.counter.furthestApart() : null,
    results: run.results.finish(),
  };
}
