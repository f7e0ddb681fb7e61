// Who ordered what, why, and what came of it.
import { Component, html } from './html.js';
import { t } from './i18n.js';
import { PlainTable } from './plain_table.js';
import { readTime } from './proto_json.js';
import { LongWords, Time, Words } from './text.js';

const REFRESH_MS = 5_000;
const COLUMNS = ['at', 'by', 'what', 'target', 'reason', 'result', 'from'];
const FILTERS = ['target', 'actor', 'action'];

function targetText({ name, epoch_before: before, epoch_after: after }) {
  const changed = Number(after ?? 0) > 0 && before !== after;
  return changed ? `${name} (${before ?? 0} → ${after})` : name;
}

function Entry({ entry }) {
  const targets = entry.targets ?? [];
  return html`<tr>
    <td class="nowrap"><${Time} at=${readTime(entry.at)} /></td>
    <td><${Words} text=${entry.actor} className="long-words" />${' '}
      ${!entry.authenticated && entry.peer && html`
        <span class="badge">${t('audit.claimed')}</span>`}</td>
    <td>${entry.action}
      ${entry.forced && html` <span class="badge warn">${t('audit.forced')}
        </span>`}</td>
    <td><${Words} text=${targets.slice(0, 3).map(targetText).join(', ')}
        className="long-words" />
      ${targets.length > 3 && ` +${targets.length - 3}`}</td>
    <td><${Words} className="long-words" text=${[entry.reason, entry.ticket]
        .filter(Boolean).join(' · ')} /></td>
    <td><span class=${entry.result === 'OK' ? 'badge' : 'badge warn'}>
        ${entry.result}</span>
      ${entry.message && html`<div class="message"><${LongWords}
          text=${entry.message} /></div>`}</td>
    <td><${Words} text=${entry.peer || t('audit.itself')} /></td>
  </tr>`;
}

export class AuditPage extends Component {
  constructor() {
    super();
    this.state = { entries: [], token: '', error: '', loaded: false };
  }

  componentDidMount() {
    this.load();
    this.timer = setInterval(() => {
      // Whoever reads older pages is not thrown back to the first.
      if (!document.hidden && this.state.entries.length <= 100) this.load();
    }, REFRESH_MS);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
    clearTimeout(this.typing);
  }

  query() {
    const { params } = this.props.app.router.route;
    return Object.fromEntries(FILTERS.map((name) => [name, params[name] ?? '']));
  }

  load = async (token = '') => {
    const asked = JSON.stringify(this.query());
    try {
      const answer = await this.props.app.api.get(
          'audit', { ...this.query(), page_size: 100, page_token: token });
      if (asked !== JSON.stringify(this.query())) return;
      const entries = answer.entries ?? [];
      this.setState({
        entries: token ? [...this.state.entries, ...entries] : entries,
        token: answer.next_page_token ?? '', error: '', loaded: true });
    } catch (error) {
      this.setState({ error: error.message, loaded: true });
    }
  };

  filter(name, value) {
    this.props.app.router.setParams({ [name]: value });
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.load(), 250);
  }

  render({ app }, { entries, token, error, loaded }) {
    const { params } = app.router.route;
    return html`<div class="page"><h1>${t('audit.title')}</h1>
      <div class="toolbar">${FILTERS.map((name) => html`
        <label class="field grow" key=${name}><span>${t('audit.' + name)}</span>
          <input type="search" value=${params[name] ?? ''} autocomplete="off"
              onInput=${(e) => this.filter(name, e.target.value)} /></label>`)}
      </div>
      ${error && html`<p class="error" role="alert"><${LongWords}
          text=${error} /></p>`}
      <section class="card wide" aria-label=${t('audit.title')}>
        <${PlainTable} label=${t('audit.title')} heads=${COLUMNS.map(
            (key) => t('col.' + key))}>
          ${entries.map((entry) => html`<${Entry} key=${entry.sequence}
              entry=${entry} />`)}<//>
        ${loaded && !error && entries.length === 0 && html`<p class="empty">
          ${t('audit.none')}</p>`}
        ${token && html`<button type="button" onClick=${() => this.load(token)}>
          ${t('events.more')}</button>`}
      </section></div>`;
  }
}
