// One member: what it says beside what was ordered, what it works on, what
// happened to it.
import { Component, html } from './html.js';
import { EventRows } from './event_rows.js';
import { Fields } from './fields.js';
import { GaugePlot } from './gauge_plot.js';
import { t } from './i18n.js';
import { MemberDesired } from './member_desired.js';
import { MemberTasks } from './member_tasks.js';
import { StatusBadge } from './status_badge.js';
import { Ago, Time, Words } from './text.js';
import { visibleLines } from './visible_text.js';

function list(map) {
  return Object.entries(map).map(([key, value]) => `${key}=${value}`).join(', ');
}

function Observed({ member, now }) {
  const raw = member.raw;
  return html`<section class="card" aria-labelledby="observed-title">
    <h2 id="observed-title">${t('member.observed')}</h2>
    <${Fields} pairs=${[
      [t('member.present'), member.present ? t('yes') : t('no')],
      [t('member.reported'), member.reported &&
          t('reported.' + member.reported)],
      [t('member.reason'), member.stateReason],
      [t('member.opaque'), member.opaque && (member.opaqueReason || t('yes'))],
      [t('member.warning'), member.recordWarning],
      [t('col.service'), member.service],
      [t('col.version'), member.version],
      [t('member.labels'), list(member.labels)],
      [t('member.endpoints'), list(member.endpoints)],
      [t('member.started'), member.startedAt && html`<${Time}
          at=${member.startedAt} />`],
      [t('member.joined'), member.joinedAt && html`<${Time}
          at=${member.joinedAt} />`],
      [t('member.departed'), member.departedAt && html`<${Time}
          at=${member.departedAt} />`],
      [t('member.written'), member.writtenAt && html`<${Ago}
          at=${member.writtenAt} now=${now} /> ${t('ago')}`],
      [t('member.obeys'), member.appliedEpoch === null
          ? t('member.noControl') : String(member.appliedEpoch)],
      [t('member.incarnation'), member.incarnation],
      [t('member.process'), raw.writer?.pid ? String(raw.writer.pid) : ''],
      [t('member.session'), raw.session_id],
    ]} /></section>`;
}

function Gauges({ app, member }) {
  const names = Object.keys(member.gauges).sort();
  if (names.length === 0) return null;
  return html`<section class="card wide" aria-labelledby="gauges-title">
    <h2 id="gauges-title">${t('member.gauges')}</h2>
    <div class="gauges">${names.map((name) => html`<${GaugePlot} key=${name}
        name=${name} value=${member.gauges[name]}
        points=${app.state.gauges.of(member.name, name)} />`)}</div></section>`;
}

class Timeline extends Component {
  constructor() {
    super();
    this.state = { events: [], error: '' };
  }

  async componentDidMount() {
    const { app, name } = this.props;
    try {
      const answer = await app.api.get(
          'events', { member: name, newest_first: true, page_size: 100 });
      this.setState({ events: answer.events ?? [] });
    } catch (error) {
      this.setState({ error: error.message });
    }
  }

  render({ app, name }, { events, error }) {
    const known = new Set(events.map((e) => e.log_id + e.sequence));
    const live = app.state.events.events.filter(
        (e) => e.member === name && !known.has(e.log_id + e.sequence));
    return html`<section class="card wide" aria-labelledby="timeline-title">
      <h2 id="timeline-title">${t('member.timeline')}</h2>
      ${error && html`<p class="error">${error}</p>`}
      <${EventRows} app=${app} events=${[...live, ...events]}
          withMember=${false} label=${t('member.timeline')} /></section>`;
  }
}

function actionsFor(member) {
  const held = member.desired.holds.length > 0;
  if (!member.present && !held && !member.neverSeen)
    return ['forget', 'drain'];
  return [...(held ? ['online'] : ['drain', 'offline', 'restart']),
          ...(held && member.present ? ['evict'] : [])];
}

export function MemberPage({ app, name }) {
  const { state, router } = app;
  const member = state.members.get(name);
  if (!member) {
    return html`<div class="page"><h1><${Words} text=${name}
        className="long-words" /></h1>
      <p class="empty" role="status">${
          t(state.unknown() || 'member.unknown')}</p>
      <p><a href=${router.link('members')}>${t('member.all')}</a></p></div>`;
  }
  const now = app.clock.now();
  return html`<div class="page member-page">
    <h1><${Words} text=${name} className="long-words" />
      <${StatusBadge} status=${member.status} />
      <small>${t('member.for')} <${Ago} at=${member.statusSince} now=${now} />
      </small></h1>
    <div class="toolbar">${actionsFor(member).map((kind) => html`
      <button type="button" key=${kind} onClick=${() =>
          app.ask({ kind, names: [name] })}>${t('action.' + kind)}</button>`)}
    </div>
    <div class="cards">
      <${Observed} member=${member} now=${now} />
      <${MemberDesired} app=${app} member=${member} now=${now} />
      <${MemberTasks} member=${member} now=${now} />
      <${Gauges} app=${app} member=${member} />
      <${Timeline} key=${name} app=${app} name=${name} />
      <section class="card wide"><details><summary>${t('member.raw')}</summary>
        <pre class="raw" tabindex="0">${
          visibleLines(JSON.stringify(member.raw, null, 2))}</pre>
      </details></section>
    </div></div>`;
}
