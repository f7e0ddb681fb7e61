// What nodes hold, for people.
import { html } from './html.js';
import { formatBytes } from './format.js';
import { t } from './i18n.js';
import { Words } from './text.js';
import { visibleLines } from './visible_text.js';

export function dataText(data) {
  return data?.text ?? '';
}

// In full if it is short, else to be unfolded.
export function NodeData({ data }) {
  if (!data || Number(data.size_bytes ?? 0) === 0) return null;
  const size = formatBytes(Number(data.size_bytes));
  const text = dataText(data);
  if (!text) return html`<span>${t('data.binary', { size })}</span>`;
  if (text.length <= 80)
    return html`<${Words} text=${text} className="long-words" />`;
  return html`<details><summary>${t('data.long', { size })}</summary>
    <pre class="raw" tabindex="0">${visibleLines(text)}${
        data.truncated ? ' …' : ''}</pre></details>`;
}

// Nodes that are no part of what is shown.
export function Foreign({ foreign }) {
  if (!foreign || Number(foreign.count ?? 0) === 0) return null;
  return html`<details class="foreign">
    <summary>${t('foreign.nodes', { n: foreign.count })}</summary>
    <ul>${(foreign.nodes ?? []).map((node) => html`<li class="code" key=${node}>
      <${Words} text=${node} className="long-words" /></li>`)}</ul></details>`;
}
