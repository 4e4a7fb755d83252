import type { BundleInfo, Challenge, Decision, Explanation, Field, LocalCreditData, Sealed } from "@scorelet/core";
import type { CellProblem } from "../developer/cells";
import type { Peek } from "../developer/table";
import type { BatchJob, BatchProgress, BatchReport } from "../developer/batch";

/** An event of an event list. */
export type EventValue = Readonly<Record<string, string | number | boolean | null>>;
/** A value of a record as it goes to the engine; `null` is missing. */
export type Value = string | number | boolean | readonly EventValue[] | null;
/** One applicant's input. */
export type Input = Record<string, Value>;

/** A bundle that a Worker holds open. */
export interface Opened {
  /** The Worker's name for it. */
  handle: number;
  info: BundleInfo;
  fields: readonly Field[];
  samples: readonly Input[];
}

/** A decision with what it is made of. */
export interface Assessment {
  decision: Decision;
  /** `null` where the score gives no reasons. */
  explanation: Explanation | null;
}

/** One field changed, and what comes of it. */
export interface Change {
  field: string;
  to: Value;
  /** Where the change is in one member of the latest event of a list: that member, its values, and the event's date. */
  within?: { member: string; from: Value; to: Value; date: string };
  score: number;
  gain: number;
  /** Index of the band that this comes to. */
  band: number | null;
}

/** What-if: the best change of each field that raises the score, best first. */
export interface WhatIf {
  changes: Change[];
  /** How many variants were scored, in how many milliseconds. */
  tried: number;
  milliseconds: number;
}

/** Time of one scoring, medians in microseconds. */
export interface Timing {
  fast: number;
  full: number;
  rounds: number;
  runs: number;
}

/** A cell that its field refuses. */
export interface Unread {
  field: string;
  text: string;
  problem: CellProblem;
}

/** What a Worker can be asked: arguments and answer. */
export interface Calls {
  /** `digest`: the only one that is accepted; a bundle that was verified before is then opened without a request. */
  open: [{ source: ArrayBuffer | string; publicKey: string | null; language: string; digest?: string }, Opened];
  close: [{ handle: number }, null];
  assess: [{ handle: number; record: Input; language: string }, Assessment];
  /** A decision with what each tree and table hit. */
  decide: [{ handle: number; record: Input; language: string }, Decision];
  /** The same of a table's row: a cell a field. */
  decideRow: [{ handle: number; cells: readonly string[]; language: string }, Decision | Unread];
  whatIf: [{ handle: number; record: Input }, WhatIf];
  time: [{ handle: number; record: Input }, Timing];
  /** What would leave the device. */
  local: [{ handle: number; record: Input; language: string }, LocalCreditData];
  /** The same, sealed for the edge that gave the challenge. */
  seal: [{ handle: number; record: Input; language: string; challenge: Challenge; consent: string }, Sealed];
  peek: [{ file: Blob }, Peek];
  batch: [BatchJob, BatchReport];
}

/** An error of the engine, or of this page, as it crosses from a Worker. */
export interface Failure {
  code: string;
  message: string;
  path: string;
  mend: string;
  field?: string;
}

/** What the page sends to a Worker. */
export type ToWorker =
  | { [K in keyof Calls]: { id: number; kind: K; args: Calls[K][0] } }[keyof Calls]
  | { id: number; kind: "cancel" };

/** What a Worker sends to the page. `requests` are those that the Worker's own PerformanceObserver saw. */
export type FromWorker =
  | { id: number; ok: unknown }
  | { id: number; error: Failure }
  | { id: number; progress: BatchProgress }
  | { requests: SeenRequest[] };

/** A request, as the browser's own timing reports it. */
export interface SeenRequest {
  url: string;
  time: number;
  /** Bytes over the network; 0 when the service worker or a cache answered. */
  transferred: number;
  size: number;
}
