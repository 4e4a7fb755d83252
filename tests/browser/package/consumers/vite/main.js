import { score } from './score.js';

window.result = await score(location.href);
