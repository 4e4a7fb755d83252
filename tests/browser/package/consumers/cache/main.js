import * as scorelet from '/node_modules/@scorelet/core/dist/index.js';

window.scorelet = scorelet;
window.ready = true;
