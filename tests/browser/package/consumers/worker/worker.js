import { Scorer } from '/node_modules/@scorelet/core/dist/index.js';

const about = await (await fetch('/public/signed.json')).json();
const scorer = await Scorer.open('/public/signed.sclb', { publicKey: about.publicKey });
postMessage(scorer.score(about.record).digest);
