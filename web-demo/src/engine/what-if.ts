import type { Scorer } from "@scorelet/core";
import { encode } from "./columns";
import type { Change, Input, Value, WhatIf } from "./protocol";
import { direction, outputs } from "./scores";
import { type Candidate, candidates, changed, finer, type Slot, slots } from "./slots";

/** Values a number is tried at over its range, and how often the neighbourhood of the best is searched for a smaller change. */
const BY_COLUMNS = { steps: 48, refinements: 3 };
/** The same where each try is a whole record, since columns have no events. */
const BY_RECORDS = { steps: 20, refinements: 2 };
/** Cells that one call gives or asks for: far below what the engine takes (SCL-0402), 8 MB at most. */
const CALL_CELLS = 1 << 20;

/** The figures of tries: the score's, and the index of its band (NaN if it has none). */
interface Figures {
  scores: Float64Array;
  bands: Float64Array;
}

/** Scores `tries`, each the record with one field changed, as one batch; `null` stands for the record itself. */
function byColumns(scorer: Scorer, record: Input): { run(tries: readonly (Candidate | null)[]): Figures; most: number } {
  const [score] = scorer.info.scores;
  const names = score ? outputs(scorer.info, score) : [];
  const bandAt = names.indexOf(`${score?.name}.band`);
  const base = Float64Array.from(scorer.fields, (field) => encode(field, record[field.name]));
  return {
    most: Math.max(1, Math.floor(CALL_CELLS / Math.max(scorer.fields.length, names.length))),
    run(tries) {
      const rows = tries.length;
      const batch = scorer.batch(rows, { outputs: names });
      const { values } = batch;
      scorer.fields.forEach((_, field) => values.fill(base[field] ?? Number.NaN, field * rows, (field + 1) * rows));
      tries.forEach((one, row) => {
        if (one) values[one.slot.field * rows + row] = one.code;
      });
      // A copy, since the memory is given back.
      const found = batch.run().slice();
      batch.dispose();
      const column = (at: number) => (at < 0 ? new Float64Array(rows).fill(Number.NaN) : found.subarray(at * rows, (at + 1) * rows));
      return { scores: column(0), bands: column(bandAt) };
    },
  };
}

/** The same, record by record. */
function byRecords(scorer: Scorer, record: Input): ReturnType<typeof byColumns> {
  const bands = scorer.info.scores[0]?.bands ?? [];
  return {
    most: CALL_CELLS,
    run(tries) {
      const figures = { scores: new Float64Array(tries.length).fill(Number.NaN), bands: new Float64Array(tries.length).fill(Number.NaN) };
      const records = tries.map((one) => {
        const field = one && scorer.fields[one.slot.field];
        return field ? { ...record, [field.name]: changed(field, record, one) } : record;
      });
      scorer.scoreAll(records, { reasons: false }).forEach((decision, row) => {
        // What the model refuses is no way to a better score.
        const found = "scores" in decision ? decision.scores[0] : undefined;
        if (!found || found.score === null) return;
        figures.scores[row] = found.score;
        const band = bands.findIndex((one) => one.name === found.band);
        if (band >= 0) figures.bands[row] = band;
      });
      return figures;
    },
  };
}

/** How far a change goes; of equally good ones the smallest is shown. */
function distance(now: Value | undefined, to: Value): number {
  return typeof now === "number" && typeof to === "number" ? Math.abs(to - now) : 1;
}

/** Of each field that may change, and of the latest event of each list, the one change that raises the score most. */
export function whatIf(scorer: Scorer, record: Input, samples: readonly Input[]): WhatIf {
  const start = performance.now();
  const [score] = scorer.info.scores;
  if (!score) return { changes: [], tried: 0, milliseconds: 0 };
  const { fields } = scorer;
  const listed = fields.some((field) => field.type === "event_list");
  const { run, most } = listed ? byRecords(scorer, record) : byColumns(scorer, record);
  const { steps, refinements } = listed ? BY_RECORDS : BY_COLUMNS;
  const sign = direction(score);
  const before = run([null]).scores[0] ?? Number.NaN;

  let tried = 0;
  const best = new Map<Slot, { candidate: Candidate; score: number; gain: number; band: number }>();
  const look = (all: readonly Candidate[]): void => {
    for (let from = 0; from < all.length; from += most) piece(all.slice(from, from + most));
  };
  const piece = (tries: readonly Candidate[]): void => {
    tried += tries.length;
    const { scores, bands } = run(tries);
    tries.forEach((candidate, row) => {
      const { slot, value } = candidate;
      const reached = scores[row] ?? Number.NaN;
      const gain = (reached - before) * sign;
      if (!(gain > 0)) return;
      const known = best.get(slot);
      const better = !known || gain > known.gain;
      const smaller = known?.gain === gain && distance(slot.now, value) < distance(slot.now, known.candidate.value);
      if (better || smaller) best.set(slot, { candidate, score: reached, gain, band: bands[row] ?? Number.NaN });
    });
  };

  const free = slots(fields, record, samples);
  look(free.flatMap((slot) => candidates(fields, slot, steps)));
  // A number's best value lies on a grid; a smaller change may do as well.
  for (let round = 0; round < refinements; round++) {
    look(free.flatMap((slot) => finer(slot, best.get(slot)?.candidate.value ?? null, 4 * steps ** round, steps)));
  }
  const changes = [...best.entries()].flatMap(([slot, { candidate, score, gain, band }]): Change[] => {
    const field = fields[slot.field];
    if (!field) return [];
    const { event } = slot;
    const within = event && { member: event.member, from: slot.now ?? null, to: candidate.value, date: event.date };
    return [{ field: field.name, to: changed(field, record, candidate), ...(within ? { within } : {}), score, gain, band: Number.isNaN(band) ? null : band }];
  });
  return { changes: changes.sort((a, b) => b.gain - a.gain), tried, milliseconds: performance.now() - start };
}
