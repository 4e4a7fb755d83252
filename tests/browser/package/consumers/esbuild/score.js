import { Scorer, init } from '@scorelet/core/slim';
import wasm from '@scorelet/core/scorelet.wasm';

/** Opens the bundle, scores the record, gives the result digest. */
export async function score(base) {
  await init(new URL(wasm, base));
  const about = await (await fetch(new URL('signed.json', base))).json();
  const scorer = await Scorer.open(new URL('signed.sclb', base), { publicKey: about.publicKey });
  return scorer.score(about.record).digest;
}
