import { render } from './page.js';
import { score } from './score.js';

document.title = render().replace(/<[^>]*>/g, '');
window.result = await score(location.href);
