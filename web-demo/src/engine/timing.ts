import type { Scorer } from "@scorelet/core";
import { encode } from "./columns";
import type { Input, Timing } from "./protocol";
import { outputs } from "./scores";

const ROUNDS = 15;
/** A round is long enough for a clock that may only tick every 0.1 ms. */
const ROUND_MS = 4;
const MOST_RUNS = 4096;

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** Median time of one run in microseconds, and how many runs a round had. */
function measure(run: () => void): { micros: number; runs: number } {
  // Also the warm-up: how many runs fill a round.
  let runs = 1;
  for (let spent = 0; spent < ROUND_MS && runs < MOST_RUNS; ) {
    runs *= 2;
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    spent = performance.now() - start;
  }
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    for (let i = 0; i < runs; i++) run();
    return (performance.now() - start) / runs;
  });
  return { micros: median(rounds) * 1000, runs };
}

/** Measures one scoring of `record`: the figures alone, and the whole decision with reasons and digest. */
export function time(scorer: Scorer, record: Input): Timing {
  const full = measure(() => void scorer.score(record));
  if (scorer.fields.some((field) => field.type === "event_list")) {
    // Columns have no events: what is fast there is a record without reasons.
    const plain = measure(() => void scorer.score(record, { reasons: false }));
    return { fast: plain.micros, full: full.micros, rounds: ROUNDS, runs: Math.max(plain.runs, full.runs) };
  }
  const first = scorer.info.scores[0];
  const batch = scorer.batch(1, { outputs: first ? outputs(scorer.info, first).slice(0, 1) : [] });
  scorer.fields.forEach((field, index) => {
    batch.values[index] = encode(field, record[field.name]);
  });
  const fast = measure(() => void batch.run());
  batch.dispose();
  return { fast: fast.micros, full: full.micros, rounds: ROUNDS, runs: Math.max(fast.runs, full.runs) };
}
