import type { Field, Scorer } from "@scorelet/core";
import { encode } from "./columns";
import type { Change, Input, Value, WhatIf } from "./protocol";
import { direction, outputs } from "./scores";

/** Values a number is tried at, over its range. */
const STEPS = 48;
/** Times that the neighbourhood of the best value is searched for a smaller change. */
const REFINEMENTS = 3;
/** Cells that one call gives or asks for: far below what the engine takes (SCL-0402), 8 MB at most. */
const CALL_CELLS = 1 << 20;

interface Candidate {
  field: number;
  value: Value;
  /** The value as its column has it. */
  code: number;
}

/** The bounds within which a number is changed: the bundle's, else those of its sample applicants. */
function bounds(field: Field, samples: readonly Input[]): [number, number] | null {
  const seen = samples.map((record) => record[field.name]).filter((value) => typeof value === "number");
  const low = field.min ?? (seen.length > 0 ? Math.min(...seen) : null);
  const high = field.max ?? (seen.length > 0 ? Math.max(...seen) : null);
  if (low === null || high === null) return null;
  // Bounds of a whole number may be fractions; beyond 2^53 none is in range.
  const whole = field.type === "integer";
  const from = whole ? Math.max(Math.ceil(low), -(2 ** 53)) : low;
  const to = whole ? Math.min(Math.floor(high), 2 ** 53) : high;
  return from >= to ? null : [from, to];
}

/** Numbers from `low` to `high`: all whole ones if they are few, else evenly and by ratio, since amounts are skewed. */
function grid(field: Field, low: number, high: number, steps: number): number[] {
  if (high < low) return [];
  const whole = field.type === "integer";
  if (whole && high - low <= 2 * steps) return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const values = new Set<number>([low, high]);
  for (let i = 1; i < steps; i++) {
    const even = low + ((high - low) * i) / steps;
    values.add(whole ? Math.round(even) : Number(even.toPrecision(4)));
    if (low > 0) {
      const ratio = low * (high / low) ** (i / steps);
      values.add(whole ? Math.round(ratio) : Number(ratio.toPrecision(4)));
    }
  }
  return [...values].filter((value) => value >= low && value <= high).sort((a, b) => a - b);
}

function candidates(field: Field, index: number, now: Value | undefined, samples: readonly Input[]): Candidate[] {
  const make = (values: readonly Value[]): Candidate[] =>
    values.map((value) => ({ field: index, value, code: encode(field, value) })).filter(({ value }) => value !== now);
  // Their indices are known: looking each one up would take the square of their number.
  if (field.type === "category") {
    return field.values.map((value, code) => ({ field: index, value, code })).filter(({ value }) => value !== now);
  }
  if (field.type === "boolean") return make([true, false]);
  if (field.type !== "number" && field.type !== "integer") return [];
  const range = bounds(field, samples);
  return range ? make(grid(field, range[0], range[1], STEPS)) : [];
}

/** How far a change goes; of equally good ones the smallest is shown. */
function distance(now: Value | undefined, to: Value): number {
  return typeof now === "number" && typeof to === "number" ? Math.abs(to - now) : 1;
}

/** Scores `tries`, each the record with one field changed, as one batch. */
function evaluate(scorer: Scorer, base: Float64Array, tries: readonly Candidate[], names: readonly string[]) {
  const rows = tries.length;
  const batch = scorer.batch(rows, { outputs: names });
  const { values } = batch;
  scorer.fields.forEach((_, field) => values.fill(base[field] ?? Number.NaN, field * rows, (field + 1) * rows));
  tries.forEach((one, row) => {
    if (one.field >= 0) values[one.field * rows + row] = one.code;
  });
  // A copy, since the memory is given back.
  const found = batch.run().slice();
  batch.dispose();
  return found;
}

/** Of each field that may change, the one change that raises the score most. */
export function whatIf(scorer: Scorer, record: Input, samples: readonly Input[]): WhatIf {
  const start = performance.now();
  const score = scorer.info.scores[0];
  // Columns have no events: without them every try would be another applicant.
  const events = scorer.fields.some((field) => field.type === "event_list");
  if (!score || events) return { changes: [], tried: 0, milliseconds: 0 };
  const sign = direction(score);
  const names = outputs(scorer.info, score);
  const bandAt = names.indexOf(`${score.name}.band`);
  const base = Float64Array.from(scorer.fields, (field) => encode(field, record[field.name]));
  const before = evaluate(scorer, base, [{ field: -1, value: null, code: Number.NaN }], names)[0] ?? Number.NaN;

  let tried = 0;
  const best = new Map<number, Change & { at: Value }>();
  const most = Math.max(1, Math.floor(CALL_CELLS / Math.max(scorer.fields.length, names.length)));
  const look = (all: readonly Candidate[]): void => {
    for (let from = 0; from < all.length; from += most) piece(all.slice(from, from + most));
  };
  const piece = (tries: readonly Candidate[]): void => {
    tried += tries.length;
    const found = evaluate(scorer, base, tries, names);
    tries.forEach((one, row) => {
      const field = scorer.fields[one.field];
      const reached = found[row] ?? Number.NaN;
      const gain = (reached - before) * sign;
      if (!field || !(gain > 0)) return;
      const known = best.get(one.field);
      const now = record[field.name];
      const better = !known || gain > known.gain;
      const smaller = known?.gain === gain && distance(now, one.value) < distance(now, known.at);
      if (!better && !smaller) return;
      const band = bandAt >= 0 ? (found[bandAt * tries.length + row] ?? Number.NaN) : Number.NaN;
      best.set(one.field, {
        field: field.name,
        to: one.value,
        at: one.value,
        score: reached,
        gain,
        band: Number.isNaN(band) ? null : band,
      });
    });
  };

  const free = scorer.fields.map((field, index) => ({ field, index })).filter(({ field }) => !field.immutable);
  look(free.flatMap(({ field, index }) => candidates(field, index, record[field.name], samples)));
  // A number's best value lies on a grid; a smaller change may do as well.
  for (let round = 0; round < REFINEMENTS; round++) {
    const finer = free.flatMap(({ field, index }) => {
      const now = record[field.name];
      const to = best.get(index)?.at;
      if (typeof now !== "number" || typeof to !== "number") return [];
      const step = Math.abs(to - now) / STEPS ** round / 4;
      const towards = now < to ? to - step : to + step;
      const [low, high] = towards < to ? [towards, to] : [to, towards];
      const whole = field.type === "integer";
      const inside = grid(field, whole ? Math.ceil(low) : low, whole ? Math.floor(high) : high, STEPS);
      return inside.filter((value) => value !== now).map((value) => ({ field: index, value, code: value }));
    });
    look(finer);
  }
  const changes = [...best.values()].sort((a, b) => b.gain - a.gain).map(({ at: _, ...change }) => change);
  return { changes, tried, milliseconds: performance.now() - start };
}
