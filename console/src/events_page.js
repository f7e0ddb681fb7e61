// The history: live at the top, older pages on demand.
import { Component, html } from './html.js';
import { EventRows, eventType } from './event_rows.js';
import { t } from './i18n.js';

const SHOWN = 300;
const PAGE = 300;
const TYPES = ['JOINED', 'REPLACED', 'LEFT', 'LOST', 'FORGOTTEN',
  'STATUS_CHANGED', 'HOLD_PLACED', 'HOLD_RELEASED', 'DRAIN_OVERDUE',
  'TASK_STARTED', 'TASK_SUCCEEDED', 'TASK_FAILED', 'TASK_CANCELLED',
  'TASK_STALLED', 'TASK_ADVANCED', 'RECORD_UNREADABLE', 'RECORD_READABLE',
  'ORDER_UNREADABLE', 'ORDER_READABLE', 'GUARD_RAISED', 'GUARD_CLEARED',
  'LEADER_CHANGED', 'OPERATION_CHANGED', 'BUDGET_CHANGED', 'POLICY_CHANGED',
  'CONFIG_CHANGED', 'VIEW_SYNCED', 'VIEW_STALE'];

export class EventsPage extends Component {
  constructor() {
    super();
    this.state = { older: [], token: null, error: '', shown: SHOWN };
  }

  more = async () => {
    const { app } = this.props;
    const known = app.state.events.events.length + this.state.older.length;
    if (this.state.shown < known)
      return this.setState({ shown: this.state.shown + PAGE });
    const token = this.state.token ?? app.state.olderEvents;
    if (!token) return undefined;
    try {
      const answer = await app.api.get('events', {
        newest_first: true, page_size: PAGE, page_token: token });
      return this.setState({
        older: [...this.state.older, ...(answer.events ?? [])],
        token: answer.next_page_token ?? '',
        shown: this.state.shown + PAGE, error: '' });
    } catch (error) {
      return this.setState({ error: error.message });
    }
  };

  render({ app }, { older, token, error, shown }) {
    const { router, state } = app;
    const { type = '', words = '' } = router.route.params;
    const all = [...state.events.events, ...older];
    const wanted = words.toLowerCase();
    const matching = all.filter((event) =>
        (!type || eventType(event) === type) &&
        (!wanted || [event.member, event.detail, event.task_id, event.subject]
            .some((text) => text?.toLowerCase().includes(wanted))));
    const hasMore = shown < matching.length || (token ?? state.olderEvents) !== '';
    return html`<div class="page"><h1>${t('events.title')}</h1>
      <div class="toolbar">
        <label class="field grow"><span>${t('members.search')}</span>
          <input type="search" value=${words} autocomplete="off"
              onInput=${(e) => router.setParams({ words: e.target.value })} />
        </label>
        <label class="field"><span>${t('events.type')}</span>
          <select value=${type} onChange=${(e) =>
              router.setParams({ type: e.target.value })}>
            <option value="">${t('events.all')}</option>
            ${TYPES.map((name) => html`<option key=${name} value=${name}>
              ${t('event.' + name)}</option>`)}</select></label>
      </div>
      <section class="card wide" aria-label=${t('events.title')}>
        <${EventRows} app=${app} events=${matching.slice(0, shown)}
            label=${t('events.title')} />
        ${error && html`<p class="error" role="alert">${error}</p>`}
        ${hasMore && html`<button type="button" onClick=${this.more}>
          ${t('events.more')}</button>`}
      </section></div>`;
  }
}
