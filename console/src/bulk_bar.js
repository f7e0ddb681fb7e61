// What can be done with the members that are selected.
import { html } from './html.js';
import { t } from './i18n.js';

const KINDS = ['drain', 'offline', 'online', 'restart'];

export function BulkBar({ app, names, onClear }) {
  if (names.length === 0) return null;
  return html`<div class="bulk-bar" role="group" aria-label=${t('bulk.label')}>
    <span>${t('bulk.selected', { n: names.length })}</span>
    ${KINDS.map((kind) => html`<button type="button" key=${kind}
        onClick=${() => app.ask({ kind, names })}>${t('action.' + kind)}
        </button>`)}
    <button type="button" class="plain" onClick=${onClear}>
      ${t('bulk.clear')}</button>
  </div>`;
}
