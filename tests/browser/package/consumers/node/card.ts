import type { Scorer, ScoreletError } from '@scorelet/core';
import type * as card from './bundle.js';

/** What `scorelet types` wrote for a bundle, against the package. */
export function use(scorer: Scorer, record: card.Record, records: card.Record[]): card.Decision {
  const all: unknown[] = scorer.scoreAll(records);
  const score: card.ScoreName = 'credit';
  const { contributions } = scorer.explain(record, { score });
  const outputs: card.Output[] = ['credit.score', 'credit.pd'];
  scorer.batch(all.length + contributions.length, { outputs }).dispose();
  const decision = scorer.score(record) as card.Decision;
  const [credit] = decision.scores;
  const name: 'credit' = credit.name;
  const reasons: card.ReasonCode[] = (credit.reasons ?? []).map(({ code }) => code);
  console.log(name, credit.band, reasons);
  return decision;
}

/** A form fills in one field after another. */
export function fill(scorer: Scorer): Partial<card.Record> {
  const record: Partial<card.Record> = {};
  for (const { name } of scorer.fields) record[name as card.FieldName] = undefined as never;
  return record;
}

export type Refusal = ScoreletError;
// @ts-expect-error No field of the bundle.
export const wrong: card.FieldName = 'nothing of the kind';
