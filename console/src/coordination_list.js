// The elections, locks, queues or barriers of a folder.
import { html } from './html.js';
import { Who } from './contender_rows.js';
import { formatNumber } from './format.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { ParamInput } from './param_input.js';
import { PlainTable } from './plain_table.js';
import { Polled } from './polled.js';
import { readNumber, readTime } from './proto_json.js';
import { Ago, Words } from './text.js';

const PAGE_SIZE = 1000;

const number = (value) => formatNumber(readNumber(value));

// Kind -> the words above the columns after the name, which columns are numbers,
// and the cells.
const KINDS = {
  elections: {
    heads: ['election.leader', 'col.since', 'election.candidates'],
    numbers: [2, 3],
    cells: (app, election, now) => html`
      <td>${election.leader ? html`<${Who} app=${app}
          contender=${election.leader} />` : t('coordination.nobody')}</td>
      <td class="number"><${Ago} at=${readTime(election.leader?.create_time)}
          now=${now} /></td>
      <td class="number">${number(election.candidate_count)}</td>`,
  },
  locks: {
    heads: ['coordination.kind', 'lock.holder', 'col.since', 'lock.holders',
            'lock.waiters'],
    numbers: [3, 4, 5],
    cells: (app, lock, now) => {
      const holder = lock.holders?.[0];
      return html`
        <td>${t('lock.kind.' + shortEnum(lock.kind, 'LOCK_KIND_'))}</td>
        <td>${holder ? html`<${Who} app=${app} contender=${holder} />`
                     : t('coordination.nobody')}</td>
        <td class="number"><${Ago} at=${readTime(holder?.create_time)}
            now=${now} /></td>
        <td class="number">${number(lock.holder_count)}</td>
        <td class="number">${number(lock.waiter_count)}</td>`;
    },
  },
  queues: {
    heads: ['queue.length', 'queue.taken', 'queue.oldest'],
    numbers: [1, 2, 3],
    cells: (app, queue, now) => html`
      <td class="number">${number(queue.length)}</td>
      <td class="number">${number(queue.taken_count)}</td>
      <td class="number"><${Ago} at=${readTime(queue.oldest_create_time)}
          now=${now} /></td>`,
  },
  barriers: {
    heads: ['coordination.kind', 'col.state', 'barrier.entered'],
    numbers: [3],
    cells: (app, barrier) => html`
      <td>${t('barrier.kind.' + shortEnum(barrier.kind, 'BARRIER_KIND_'))}</td>
      <td>${barrier.open ? t('barrier.open') : t('barrier.closed')}</td>
      <td class="number">${barrierCount(barrier)}</td>`,
  },
};

// "2 / 5", or "2" where only the participants know how many have to come.
export function barrierCount({ entered_count: entered, needed }) {
  return readNumber(needed) > 0 ? `${number(entered)} / ${number(needed)}`
                                : number(entered);
}

// Its address: by name, or by path where it lies elsewhere.
export function linkTo(app, kind, { name, path }) {
  return app.router.link('coordination', kind, name ? { name } : { path });
}

function Rows({ app, kind, items }) {
  const { heads, numbers, cells } = KINDS[kind];
  const now = app.clock.now();
  return html`<${PlainTable} label=${t('coordination.' + kind)}
      heads=${['col.name', ...heads].map((key) => t(key))} numbers=${numbers}>
    ${items.map((item) => html`<tr key=${item.path}>
      <td><a href=${linkTo(app, kind, item)}><${Words}
          text=${item.name || item.path} className="long-words" /></a></td>
      ${cells(app, item, now)}</tr>`)}<//>`;
}

export function CoordinationList({ app, kind }) {
  const { folder = '' } = app.router.route.params;
  const load = () => app.api.get(kind, { folder, page_size: PAGE_SIZE });
  return html`
    <div class="toolbar"><${ParamInput} app=${app} name="folder"
        label=${t('coordination.folder')}
        placeholder=${t('coordination.ownFolder')} /></div>
    <section class="card wide" aria-label=${t('coordination.' + kind)}>
      <${Polled} key=${kind + folder} load=${load} show=${(answer) => {
        const items = answer[kind] ?? [];
        return html`${items.length === 0
            ? html`<p class="empty">${t('coordination.none')}</p>`
            : html`<${Rows} app=${app} kind=${kind} items=${items} />`}
          ${answer.next_page_token && html`<p class="empty">
            ${t('coordination.first', { n: items.length })}</p>`}`;
      }} /></section>`;
}
