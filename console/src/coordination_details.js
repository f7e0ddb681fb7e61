// One election, lock, queue or barrier.
import { html } from './html.js';
import { ContenderRows, Who, nameOf } from './contender_rows.js';
import { barrierCount } from './coordination_list.js';
import { Fields } from './fields.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { Foreign, NodeData } from './node_data.js';
import { PlainTable } from './plain_table.js';
import { readNumber, readTime } from './proto_json.js';
import { Ago, Time, Words } from './text.js';

function Line({ app, title, contenders, actions, none }) {
  return html`<section class="card wide" aria-label=${title}>
    <h2>${title}</h2>
    ${contenders.length === 0
      ? html`<p class="empty">${none ?? t('coordination.nobody')}</p>`
      : html`<${ContenderRows} app=${app} contenders=${contenders}
          label=${title} actions=${actions} />`}</section>`;
}

// How many of a long line are shown.
function First({ shown, all }) {
  return shown < readNumber(all) && html`<p class="empty">
    ${t('coordination.firstOf', { n: shown, all })}</p>`;
}

function Designation({ designation }) {
  if (!designation) return html`<p class="empty">${t('designation.none')}</p>`;
  return html`<${Fields} pairs=${[
    [t('designation.leaders'), (designation.leaders ?? []).join(' → ')],
    [t('field.handBack'), t('handBack.' + shortEnum(designation.hand_back,
                                                    'HAND_BACK_'))],
    [t('col.by'), designation.actor],
    [t('col.reason'), designation.reason],
    [t('col.at'), html`<${Time} at=${readTime(designation.update_time)} />`],
  ]} />`;
}

export function ElectionDetail({ app, answer, reload }) {
  const { election } = answer;
  const candidates = election.candidates ??
      [election.leader].filter(Boolean);
  const ask = (kind) => app.ask({
    kind, names: [election.name || election.path], onDone: reload,
    target: { ...election, suggested: candidates.map(nameOf) } });
  return html`<div class="cards">
    <section class="card" aria-label=${t('election.about')}>
      <${Fields} pairs=${[
        [t('election.leader'), election.leader ? html`<${Who} app=${app}
            contender=${election.leader} />` : t('coordination.nobody')],
        [t('coordination.kind'), t('election.kind.' +
            shortEnum(election.kind, 'ELECTION_KIND_'))],
        [t('election.candidates'), String(election.candidate_count ?? 0)],
        [t('coordination.path'), election.path],
      ]} /><${Foreign} foreign=${election.foreign} /></section>
    <section class="card" aria-label=${t('designation.title')}>
      <h2>${t('designation.title')}</h2>
      <${Designation} designation=${election.designation} />
      <p><button type="button" onClick=${() => ask('designate')}>
          ${t('action.designate')}</button>${' '}
        ${election.designation && html`<button type="button"
          onClick=${() => ask('clearDesignation')}>
          ${t('action.clearDesignation')}</button>`}</p></section>
    <${Line} app=${app} title=${t('election.line')} contenders=${candidates} />
    <${First} shown=${candidates.length} all=${election.candidate_count} />
  </div>`;
}

export function LockDetail({ app, answer, reload }) {
  const { lock } = answer;
  const { holders = [], waiters = [] } = lock;
  const release = (holder) => html`<button type="button"
      aria-label=${t('lock.releaseOf', { name: nameOf(holder) })}
      onClick=${() => app.ask({
        kind: 'releaseLock', names: [nameOf(holder)], holder, target: lock,
        onDone: reload })}>${t('action.releaseLock')}</button>`;
  return html`<div class="cards">
    <section class="card" aria-label=${t('lock.about')}>
      <${Fields} pairs=${[
        [t('coordination.kind'), t('lock.kind.' +
            shortEnum(lock.kind, 'LOCK_KIND_'))],
        [t('lock.leases'), readNumber(lock.max_leases) > 0 && lock.max_leases],
        [t('lock.holders'), String(lock.holder_count ?? 0)],
        [t('lock.waiters'), String(lock.waiter_count ?? 0)],
        [t('coordination.path'), lock.path],
      ]} /><${Foreign} foreign=${lock.foreign} /></section>
    <${Line} app=${app} title=${t('lock.holders')} contenders=${holders}
        actions=${release} />
    <${Line} app=${app} title=${t('lock.waiters')} contenders=${waiters} />
    <${First} shown=${holders.length + waiters.length}
        all=${readNumber(lock.holder_count) + readNumber(lock.waiter_count)} />
  </div>`;
}

function Items({ app, items }) {
  const heads = ['queue.item', 'queue.priority', 'col.age', 'queue.notBefore',
                 'queue.takenBy', 'contender.says'].map((key) => t(key));
  const now = app.clock.now();
  return html`<${PlainTable} label=${t('queue.items')} heads=${heads}
      numbers=${[1, 2]}>
    ${items.map((item) => html`<tr key=${item.node}>
      <td class="code"><${Words} text=${item.node} className="long-words" /></td>
      <td class="number">${item.priority ?? ''}</td>
      <td class="number"><${Ago} at=${readTime(item.create_time)} now=${now} />
      </td>
      <td>${item.not_before && html`<${Time} at=${readTime(item.not_before)} />`}
      </td>
      <td><${Who} app=${app} contender=${item.taken_by} /></td>
      <td><${NodeData} data=${item.data} /></td></tr>`)}<//>`;
}

export function QueueDetail({ app, answer }) {
  const { queue } = answer;
  const { items = [] } = queue;
  return html`<div class="cards">
    <section class="card" aria-label=${t('queue.about')}>
      <${Fields} pairs=${[
        [t('queue.length'), String(queue.length ?? 0)],
        [t('queue.taken'), String(queue.taken_count ?? 0)],
        [t('queue.oldest'), queue.oldest_create_time && html`<${Ago}
            at=${readTime(queue.oldest_create_time)} now=${app.clock.now()} />`],
        [t('coordination.path'), queue.path],
      ]} /><${Foreign} foreign=${queue.foreign} /></section>
    <section class="card wide" aria-label=${t('queue.items')}>
      ${items.length === 0 ? html`<p class="empty">${t('queue.empty')}</p>`
                           : html`<${Items} app=${app} items=${items} />`}
      <${First} shown=${items.length} all=${queue.length} /></section></div>`;
}

export function BarrierDetail({ app, answer, reload }) {
  const { barrier } = answer;
  const { entered = [] } = barrier;
  return html`<div class="cards">
    <section class="card" aria-label=${t('barrier.about')}>
      <${Fields} pairs=${[
        [t('col.state'), barrier.open ? t('barrier.open') : t('barrier.closed')],
        [t('coordination.kind'), t('barrier.kind.' +
            shortEnum(barrier.kind, 'BARRIER_KIND_'))],
        [t('barrier.entered'), barrierCount(barrier)],
        [t('hold.created'), barrier.create_time && html`<${Time}
            at=${readTime(barrier.create_time)} />`],
        [t('coordination.path'), barrier.path],
      ]} />
      ${!barrier.open && html`<p><button type="button" onClick=${() => app.ask({
          kind: 'openBarrier', names: [barrier.name || barrier.path],
          target: barrier, onDone: reload })}>${t('action.openBarrier')}
        </button></p>`}</section>
    <${Line} app=${app} title=${t('barrier.inside')} contenders=${entered} />
    <${First} shown=${entered.length} all=${barrier.entered_count} /></div>`;
}
