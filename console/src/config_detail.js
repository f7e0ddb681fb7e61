// One entry of the configuration, and the versions of it that are kept.
import { html } from './html.js';
import { decodeText } from './base64.js';
import { Fields } from './fields.js';
import { formatBytes } from './format.js';
import { t } from './i18n.js';
import { PlainTable } from './plain_table.js';
import { Polled } from './polled.js';
import { readNumber, readTime } from './proto_json.js';
import { Time, Words } from './text.js';
import { visibleLines } from './visible_text.js';

const HEADS = ['config.version', 'config.changed', 'config.author', 'col.reason',
               'config.value', 'col.actions'];

const size = (entry) => formatBytes(readNumber(entry.value_bytes));

function Value({ entry }) {
  const text = decodeText(entry.value);
  if (text === null)
    return html`<p class="empty">${t('data.binary', { size: size(entry) })}</p>`;
  return html`<pre class="raw" tabindex="0"
      aria-label=${t('config.value')}>${visibleLines(text)}</pre>`;
}

function Old({ entry }) {
  if (entry.deleted)
    return html`<span class="badge warn">${t('config.deleted')}</span>`;
  return html`${readNumber(entry.restored_from) > 0 && html`<span class="badge">
      ${t('config.restored', { version: entry.restored_from })}</span> `}
    <details><summary>${size(entry)}</summary><${Value} entry=${entry} />
    </details>`;
}

function History({ entries, current, onRollback }) {
  return html`<${PlainTable} label=${t('config.history')}
      heads=${HEADS.map((key) => t(key))} numbers=${[0]}>
    ${entries.map((entry) => html`<tr key=${entry.version}>
      <td class="number">${entry.version}</td>
      <td class="nowrap"><${Time} at=${readTime(entry.update_time)} /></td>
      <td><${Words} text=${entry.author ?? ''} className="long-words" /></td>
      <td><${Words} text=${entry.comment ?? ''} className="long-words" /></td>
      <td><${Old} entry=${entry} /></td>
      <td class="nowrap">${!entry.deleted && entry.version !== current &&
        html`<button type="button" onClick=${() => onRollback(entry.version)}
            aria-label=${t('config.rollbackTo', { version: entry.version })}>
          ${t('action.rollbackConfig')}</button>`}</td></tr>`)}<//>`;
}

function Shown({ app, entries, reload }) {
  // The newest version says what there is, or that there is nothing any more.
  const entry = entries[0];
  const live = !entry.deleted;
  const ask = (kind, more = {}) => app.ask({
    kind, names: [entry.name], entry, onDone: reload, ...more });
  const text = live ? decodeText(entry.value) : '';
  return html`
    <div class="toolbar">
      ${text !== null && html`<button type="button" onClick=${() =>
          ask('putConfig', { text })}>${t('action.edit')}</button>`}
      ${live && html`<button type="button" onClick=${() =>
          ask('deleteConfig')}>${t('action.delete')}</button>`}</div>
    <div class="cards"><section class="card wide" aria-label=${t('config.about')}>
      ${!live && html`<p class="error">${t('config.gone')}</p>`}
      <${Fields} pairs=${[
        [t('config.version'), entry.version],
        [t('config.author'), entry.author],
        [t('config.changed'), html`<${Time}
            at=${readTime(entry.update_time)} />`],
        [t('col.reason'), entry.comment],
        [t('config.type'), live && entry.content_type],
        [t('config.size'), live && size(entry)],
      ]} />
      ${live && html`<${Value} entry=${entry} />`}</section>
    <section class="card wide" aria-label=${t('config.history')}>
      <h2>${t('config.history')}</h2>
      <${History} entries=${entries} current=${live ? entry.version : ''}
          onRollback=${(version) => ask('rollbackConfig', { version })} />
    </section></div>`;
}

export function ConfigDetail({ app, name }) {
  return html`<${Polled} key=${name} load=${() => app.api.configHistory(name)}
    show=${({ entries = [] }, reload) => entries.length > 0 && html`<${Shown}
        app=${app} entries=${entries} reload=${reload} />`} />`;
}
