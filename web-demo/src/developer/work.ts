import type { App } from "../app";
import { Engine } from "../engine/client";
import type { BatchProgress, BatchReport } from "./batch";
import type { Chosen } from "./bundle";
import type { Peek } from "./table";

/** Which publisher's bundles are taken. */
export type Publisher = "demo" | "other" | "any";

/** What the developer's view works on. It outlives the view when that is built anew in another language. */
export class Work {
  readonly engine: Engine;
  bundle: Chosen | null = null;
  /** The bundle's address or bytes; "" before one was chosen. */
  source: ArrayBuffer | string = "";
  publisher: Publisher = "demo";
  /** What stands in the field for another publisher's key. */
  key = "";
  table: { file: File; peek: Peek } | null = null;
  /** Column and value of the outcome, by name. */
  label = { column: "", bad: "" };
  /** The last results, and the bundle that they are of. */
  report: { bundle: Chosen; report: BatchReport } | null = null;
  failure: unknown = null;
  running: AbortController | null = null;
  progress: BatchProgress | null = null;
  /** What the view that is shown does when a batch begins, goes on or ends. */
  onProgress: () => void = () => undefined;
  onChange: () => void = () => undefined;

  constructor(app: App) {
    this.engine = new Engine((seen) => app.requests.fromWorker(seen));
  }

  /** Scores the table with the bundle; `columns` has for each field its column. */
  async score(columns: readonly number[], label: { column: number; bad: string } | null): Promise<void> {
    const { bundle, table } = this;
    if (!bundle || !table || this.running) return;
    this.report = null;
    this.failure = null;
    this.progress = null;
    this.running = new AbortController();
    this.onChange();
    const { delimiter, newline, header } = table.peek;
    const job = { handle: bundle.handle, file: table.file, dialect: { delimiter, newline }, width: header.length, columns, label };
    const progress = (now: BatchProgress): void => {
      this.progress = now;
      this.onProgress();
    };
    try {
      const report = await this.engine.call("batch", job, { signal: this.running.signal, progress });
      this.report = { bundle, report };
    } catch (error) {
      this.failure = error;
    }
    this.running = null;
    this.onChange();
  }

  /** Ends the Worker and what runs in it. */
  dispose(): void {
    this.onChange = () => undefined;
    this.onProgress = () => undefined;
    this.running?.abort();
    this.engine.dispose();
  }
}
