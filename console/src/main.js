// Where the page begins.
import { Root } from './app.js';
import { html, render } from './html.js';
import { applyTheme } from './theme.js';

applyTheme();
render(html`<${Root} />`, document.getElementById('root'));
