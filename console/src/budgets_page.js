// Budgets and the policy of the cluster.
import { Component, html } from './html.js';
import { BudgetRows } from './budget_rows.js';
import { Fields } from './fields.js';
import { formatDuration, formatPercent } from './format.js';
import { t } from './i18n.js';
import { readDuration } from './proto_json.js';
import { LongWords } from './text.js';

const REFRESH_MS = 3_000;

function seconds(text) {
  const value = readDuration(text);
  return value === null ? '' : value < 1 ? `${value}s`
                                         : formatDuration(value * 1000);
}

function Policy({ policy, problem }) {
  const { reporting = {}, guard = {} } = policy;
  return html`<section class="card" aria-labelledby="policy-title">
    <h2 id="policy-title">${t('policy.title')}</h2>
    ${problem && html`<p class="error"><${LongWords} text=${problem} /></p>`}
    <${Fields} pairs=${[
      [t('policy.interval'), seconds(reporting.interval)],
      [t('policy.minInterval'), seconds(reporting.min_interval)],
      [t('policy.maxUpdates'), String(reporting.max_updates_per_second ?? '')],
      [t('policy.guard'), guard.disabled ? t('policy.off') : t('policy.guardText',
          { n: guard.min_departures, ratio: formatPercent(guard.ratio ?? 0),
            window: seconds(guard.window), hold: seconds(guard.hold_for) })],
    ]} /></section>`;
}

export class BudgetsPage extends Component {
  constructor() {
    super();
    this.state = { reports: [], problem: '', error: '', loaded: false,
                   policy: null };
  }

  componentDidMount() {
    this.load();
    this.timer = setInterval(() => { if (!document.hidden) this.load(); },
                             REFRESH_MS);
  }

  componentWillUnmount() {
    clearInterval(this.timer);
  }

  load = async () => {
    const { api } = this.props.app;
    try {
      const [budgets, policy] =
          await Promise.all([api.get('budgets'), api.get('policy')]);
      this.setState({ reports: budgets.budgets ?? [],
                      problem: budgets.problem ?? '', policy, error: '',
                      loaded: true });
    } catch (error) {
      this.setState({ error: error.message });
    }
  };

  ask(kind, budget = {}) {
    this.props.app.ask({ kind, names: [], budget, onDone: this.load });
  }

  render(props, { reports, problem, error, loaded, policy }) {
    const actions = ({ budget }) => html`
      <button type="button" onClick=${() => this.ask('setBudget', budget)}
          aria-label=${t('budget.editOf', { name: budget.name })}>
        ${t('action.edit')}</button>${' '}
      <button type="button" onClick=${() => this.ask('deleteBudget', budget)}
          aria-label=${t('budget.deleteOf', { name: budget.name })}>
        ${t('action.delete')}</button>`;
    return html`<div class="page"><h1>${t('budgets.title')}</h1>
      <p>${t('budgets.what')}</p>
      ${[problem, error].filter(Boolean).map((text) => html`
        <p class="error" role="alert" key=${text}><${LongWords}
            text=${text} /></p>`)}
      <div class="toolbar"><button type="button"
          onClick=${() => this.ask('setBudget')}>${t('budgets.add')}</button>
      </div>
      <div class="cards"><section class="card wide"
          aria-label=${t('budgets.title')}>
        ${reports.length === 0
          ? html`<p class="empty">${loaded ? t('budgets.none')
                : error ? t('unknown') : t('loading')}</p>`
          : html`<${BudgetRows} reports=${reports} actions=${actions} />`}
      </section>
      ${policy && html`<${Policy} policy=${policy.policy ?? {}}
          problem=${policy.problem} />`}</div></div>`;
  }
}
