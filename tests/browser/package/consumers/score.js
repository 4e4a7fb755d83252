import { Scorer } from '@scorelet/core';

/** Opens the bundle, scores the record, gives the result digest. */
export async function score(base) {
  const about = await (await fetch(new URL('signed.json', base))).json();
  const scorer = await Scorer.open(new URL('signed.sclb', base), { publicKey: about.publicKey });
  const digest = scorer.score(about.record).digest;
  scorer.dispose();
  return digest;
}
