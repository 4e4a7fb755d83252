import { Scorer, ScoreletError } from '@scorelet/core';

/** What a server renders: nothing of the engine is touched. */
export function render() {
  return `<title>${Scorer.name} ${ScoreletError.name}</title>`;
}

/** What an API route of the same server does. */
export async function api(bytes, about) {
  const scorer = await Scorer.open(bytes, { publicKey: about.publicKey });
  return scorer.score(about.record).digest;
}
