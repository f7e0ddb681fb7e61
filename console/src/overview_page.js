// The cluster at a glance.
import { classes, html } from './html.js';
import { EnsembleCard } from './ensemble_card.js';
import { EventRows } from './event_rows.js';
import { Fields } from './fields.js';
import { formatDuration } from './format.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { STATUSES, shortEnum } from './member_status.js';
import { OperationRows } from './operation_rows.js';
import { readNumber, readTime } from './proto_json.js';
import { TaskBar } from './task_bar.js';
import { TaskList } from './task_list.js';
import { LongWords, Time, Words } from './text.js';

const TASKS_SHOWN = 8;
const EVENTS_SHOWN = 12;

function Counts({ app }) {
  const { members } = app.state;
  const counts = members.counts();
  return html`<ul class="tiles">${STATUSES.map((status) => html`
    <li key=${status} class=${classes('tile', `status-${status}`,
        counts[status] === 0 && 'zero')}><a href=${app.router.link('members', '', { status })}>
      <span class="tile-count">${members.synced ? counts[status] : '–'}</span>
      <span class="tile-word"><${Icon} name=${status} />
        ${t('status.' + status)}</span></a></li>`)}</ul>`;
}

function Guard({ app, guard }) {
  return html`<section class="card alarm" aria-labelledby="guard-title">
    <h2 id="guard-title"><span class="inline-icon"><${Icon} name="guard" /></span>
      ${t('guard.title')}</h2>
    <p>${t('guard.text', { n: readNumber(guard.departures),
        all: readNumber(guard.members), sessions: readNumber(guard.sessions) })}
      ${' '}${t('guard.' + shortEnum(guard.cause, 'MASS_LOSS_CAUSE_'))}</p>
    <${Fields} pairs=${[
      [t('guard.since'), html`<${Time} at=${readTime(guard.since)} />`],
      [t('guard.ends'), html`<${Time} at=${readTime(guard.ends_at)} />`]]} />
    <button type="button" onClick=${() => app.ask({ kind: 'guard', names: [] })}>
      ${t('action.guard')}</button></section>`;
}

// What is not as it should be, each in a sentence.
function problemsOf(summary) {
  const problems = [];
  const count = (key, field) => {
    const n = readNumber(summary[field]);
    if (n > 0) problems.push(t(key, { n }));
  };
  count('problem.overdue', 'overdue');
  count('problem.brokenOrders', 'broken_orders');
  count('problem.opaque', 'opaque');
  count('problem.stalled', 'stalled_tasks');
  if (summary.budgets_problem) problems.push(summary.budgets_problem);
  if (summary.policy_problem) problems.push(summary.policy_problem);
  return problems;
}

function Health({ app }) {
  const { state } = app;
  const answer = state.summary;
  const asOf = state.asOf();
  const problems = answer ? problemsOf(answer.summary ?? {}) : [];
  return html`<section class="card" aria-labelledby="health-title">
    <h2 id="health-title">${t('overview.health')}</h2>
    <${Fields} pairs=${[
      [t('overview.view'), t('fresh.' + state.freshness())],
      [t('overview.asOf'), asOf && html`<${Time} at=${asOf} /> (${t('agoTime',
          { time: formatDuration(app.clock.now() - asOf) })})`],
      [t('overview.why'), state.view?.disconnect_reason],
      ['ZooKeeper', answer?.zookeeper_state],
      [t('overview.servers'), answer?.zookeeper_servers],
      [t('overview.path'), answer?.summary?.members_path],
      [t('overview.version'), answer?.server_version],
      [t('overview.held'), String(readNumber(answer?.summary?.held))],
    ]} />
    ${problems.length > 0 && html`<ul class="problems">${problems.map((text) =>
        html`<li key=${text}><${LongWords} text=${text} /></li>`)}</ul>`}
    ${state.problem && html`<p class="error"><${LongWords}
        text=${state.problem} /></p>`}
  </section>`;
}

function Monitors({ app }) {
  const { monitors } = app.state;
  return html`<section class="card" aria-labelledby="monitors-title">
    <h2 id="monitors-title">${t('overview.monitors')}</h2>
    ${monitors ? html`<${MonitorRows} monitors=${monitors} />`
      : html`<p class="empty">${t(app.state.unknown() || 'loading')}</p>`}
  </section>`;
}

function MonitorRows({ monitors }) {
  const leader = monitors.some((monitor) => monitor.leader);
  return html`<ul class="monitors">${monitors.map((monitor) => html`
    <li key=${monitor.id}>
      <${Words} text=${`${monitor.host} · pid ${monitor.pid} · ${
          monitor.version}`} />
      ${monitor.leader && html` <span class="badge">${t('monitor.leader')}</span>`}
      ${monitor.self && html` <span class="badge">${t('monitor.self')}</span>`}
    </li>`)}</ul>
    ${!leader && html`<p class="error">${t('monitor.noLeader')}</p>`}`;
}

let tasks = null;

function Tasks({ app }) {
  if (tasks?.store !== app.state.members) tasks = new TaskList(app.state.members);
  const rows = tasks.find({});
  return html`<section class="card" aria-labelledby="flight-title">
    <h2 id="flight-title"><a href=${app.router.link('progress')}>
      ${t('overview.tasks', { n: rows.length })}</a></h2>
    <ul class="task-lines">${rows.slice(0, TASKS_SHOWN).map(
        ({ key, member, task }) => html`<li key=${key}>
      <a href=${app.router.link('members', member.name)}>
        <${Words} text=${member.name} /></a>
      <${Words} text=${task.name || task.id} />
      <${TaskBar} task=${task} label=${t('task.progressOf',
          { member: member.name })} /></li>`)}</ul>
    ${rows.length === 0 && html`<p class="empty">${
        t(app.state.unknown() || 'progress.none')}</p>`}
  </section>`;
}

export function OverviewPage({ app }) {
  const { state, router } = app;
  const guard = state.view?.guard ?? state.summary?.summary?.guard;
  const active = state.operations.active();
  return html`<div class="page"><h1>${t('overview.title')}</h1>
    <${Counts} app=${app} />
    <div class="cards">
      ${guard && html`<${Guard} app=${app} guard=${guard} />`}
      <${Health} app=${app} />
      <${Monitors} app=${app} />
      <${Tasks} app=${app} />
      <${EnsembleCard} app=${app} />
      <section class=${classes('card', active.length > 0 && 'wide')}
          aria-labelledby="active-title">
        <h2 id="active-title"><a href=${router.link('operations')}>
          ${t('overview.operations', { n: active.length })}</a></h2>
        ${active.length === 0
          ? html`<p class="empty">${t(state.operationsKnown
                ? 'operations.none' : state.unknown() || 'loading')}</p>`
          : html`<${OperationRows} app=${app} operations=${active} />`}
      </section>
      <section class="card wide" aria-labelledby="lately-title">
        <h2 id="lately-title"><a href=${router.link('events')}>
          ${t('overview.lately')}</a></h2>
        <${EventRows} app=${app} label=${t('overview.lately')}
            events=${state.events.events.slice(0, EVENTS_SHOWN)} />
      </section>
    </div></div>`;
}
