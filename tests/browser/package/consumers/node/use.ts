import { Scorer, ScoreletError, init, type Decision, type Field } from '@scorelet/core';
import * as slim from '@scorelet/core/slim';

/** The types, as a strict project sees them. */
export async function use(bytes: Uint8Array<ArrayBuffer>): Promise<Decision> {
  await init();
  await slim.init(new URL('https://example.invalid/scorelet.wasm'));
  using scorer = await Scorer.open(bytes, { publicKey: null, previous: { version: '1.0.0' } });
  const fields: readonly Field[] = scorer.fields;
  const names = fields.map((field) => `${field.label} ${field.unit}`);
  const { columns } = scorer.scoreColumns({ income: new Float64Array(names.length) }, { outputs: ['standard.pd'] });
  using batch = scorer.batch(1);
  batch.values[0] = columns['standard.pd']?.[0] ?? Number.NaN;
  batch.run();
  try {
    return scorer.score({ income: 1, home: 'own', married: true, since: null });
  } catch (error) {
    if (error instanceof ScoreletError) console.error(error.code, error.path, error.mend, error.row, error.field);
    throw error;
  }
}

// @ts-expect-error A key must be thought about.
void Scorer.open('x', {});
// @ts-expect-error A record holds plain values.
export const wrong: slim.Record_ = { income: { nested: 1 } };
