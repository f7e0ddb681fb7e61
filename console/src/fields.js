// Names and values in two columns; pairs without a value are left out.
import { html } from './html.js';
import { Words } from './text.js';

export function Fields({ pairs }) {
  const given = pairs.filter(([, value]) =>
      value !== '' && value !== null && value !== undefined && value !== false);
  return html`<dl class="fields">${given.map(([name, value]) => html`
    <div key=${name}><dt>${name}</dt>
      <dd>${typeof value === 'string' ? html`<${Words} text=${value}
          className="long-words" />` : value}</dd></div>`)}</dl>`;
}
