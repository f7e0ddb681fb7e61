// What the budgets say to taking members offline, before it is ordered.
import { Component, html } from './html.js';
import { limitText } from './budget_rows.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { LongWords, Words } from './text.js';

const REFRESH_MS = 5_000;

export class BudgetAnswer extends Component {
  constructor() {
    super();
    this.state = { answer: null, error: '' };
  }

  componentDidMount() {
    this.load();
    this.timer = setInterval(this.load, REFRESH_MS);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  load = async () => {
    const { app, names } = this.props;
    try {
      const answer = await app.api.post('budgets:explain', { names });
      this.setState({ answer, error: '' });
    } catch (error) {
      this.setState({ error: error.message });
    }
  };

  render(props, { answer, error }) {
    if (error) {
      return html`<p class="error" role="alert"><${LongWords}
          text=${error} /></p>`;
    }
    if (!answer) return html`<p role="status">${t('budget.asking')}</p>`;
    const reports = answer.budgets ?? [];
    const allowed = Boolean(answer.allowed);
    return html`<div class=${`budget-answer ${allowed ? 'yes' : 'no'}`}
        role="status"><strong><${Icon} name=${allowed ? 'UP' : 'DEGRADED'} />
        ${reports.length === 0 ? t('budget.noneConcerned')
          : allowed ? t('budget.yes') : t('budget.no')}</strong>
      <ul>${reports.map((report) => html`<li key=${report.budget.name}>
        <${Icon} name=${report.satisfied ? 'UP' : 'DEGRADED'} />
        <span class="sr-only">${report.satisfied ? t('yes') : t('no')}</span>
        <b><${Words} text=${report.budget.name} /></b> (${
            limitText(report.budget)}): <${LongWords}
            text=${report.explanation || t('budget.counts', {
                available: report.available ?? 0, expected: report.expected ?? 0,
                allowed: report.allowed ?? 0 })} /></li>`)}</ul></div>`;
  }
}
