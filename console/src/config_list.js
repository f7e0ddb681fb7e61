// The entries of the configuration.
import { html } from './html.js';
import { formatBytes } from './format.js';
import { t } from './i18n.js';
import { ParamInput } from './param_input.js';
import { PlainTable } from './plain_table.js';
import { Polled } from './polled.js';
import { readNumber, readTime } from './proto_json.js';
import { Time, Words } from './text.js';

const PAGE_SIZE = 1000;
const HEADS = ['col.name', 'config.version', 'config.size', 'config.type',
               'config.author', 'config.changed', 'col.reason'];

function Rows({ app, entries }) {
  return html`<${PlainTable} label=${t('coordination.config')}
      heads=${HEADS.map((key) => t(key))} numbers=${[1, 2]}>
    ${entries.map((entry) => html`<tr key=${entry.name}>
      <td><a href=${app.router.link('coordination', 'config',
                                    { name: entry.name })}>
        <${Words} text=${entry.name} className="long-words" /></a></td>
      <td class="number">${entry.version}</td>
      <td class="number">${formatBytes(readNumber(entry.value_bytes))}</td>
      <td><${Words} text=${entry.content_type ?? ''} className="long-words" />
      </td>
      <td><${Words} text=${entry.author ?? ''} className="long-words" /></td>
      <td class="nowrap"><${Time} at=${readTime(entry.update_time)} /></td>
      <td><${Words} text=${entry.comment ?? ''} className="long-words" /></td>
    </tr>`)}<//>`;
}

export function ConfigList({ app }) {
  const { prefix = '' } = app.router.route.params;
  const load = () => app.api.get('config', { prefix, page_size: PAGE_SIZE });
  return html`
    <div class="toolbar">
      <${ParamInput} app=${app} name="prefix" label=${t('config.prefix')} />
      <button type="button" onClick=${() => app.ask({
          kind: 'putConfig', names: [],
          onDone: ({ entry }) => app.router.go('coordination', 'config',
                                               { name: entry.name }) })}>
        ${t('config.add')}</button></div>
    <section class="card wide" aria-label=${t('coordination.config')}>
      <${Polled} key=${prefix} load=${load} show=${({ entries = [],
                                                     ...answer }) => html`
        ${entries.length === 0
            ? html`<p class="empty">${t('config.none')}</p>`
            : html`<${Rows} app=${app} entries=${entries} />`}
        ${answer.next_page_token && html`<p class="empty">
          ${t('coordination.first', { n: entries.length })}</p>`}`} /></section>`;
}
