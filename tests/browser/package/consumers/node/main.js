import { readFile } from 'node:fs/promises';
import { Scorer } from '@scorelet/core';

const about = JSON.parse(await readFile(new URL('./public/signed.json', import.meta.url), 'utf8'));
const bundle = await readFile(new URL('./public/signed.sclb', import.meta.url));
const scorer = await Scorer.open(bundle, { publicKey: about.publicKey });
console.log(scorer.score(about.record).digest);
