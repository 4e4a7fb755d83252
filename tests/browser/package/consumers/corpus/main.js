import * as scorelet from '/node_modules/@scorelet/core/dist/index.js';
import { run } from '/corpus.mjs';

window.result = await run(scorelet, async (name) => (await fetch(`/${name}`)).arrayBuffer());
