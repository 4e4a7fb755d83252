import { Scorer, init } from '/node_modules/@scorelet/core/dist/index.js';

await init();
const about = await (await fetch('/public/signed.json')).json();
const scorer = await Scorer.open('/public/signed.sclb', { publicKey: about.publicKey });
window.result = scorer.score(about.record).digest;
