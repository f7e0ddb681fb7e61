// All operations, and one of them with its members.
import { Component, html } from './html.js';
import { Fields } from './fields.js';
import { formatDuration } from './format.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { hasEnded, operationState } from './operation_list.js';
import { OperationProgress, OperationRows, OperationState, operationKind }
    from './operation_rows.js';
import { readDuration, readTime } from './proto_json.js';
import { Ago, LongWords, Time, Words } from './text.js';
import { VirtualTable } from './virtual_table.js';

export function OperationsPage({ app }) {
  const operations = app.state.operations.all();
  return html`<div class="page"><h1>${t('operations.title')}</h1>
    <section class="card wide" aria-label=${t('operations.title')}>
      ${operations.length === 0
        ? html`<p class="empty">${t(app.state.operationsKnown
              ? 'operations.none' : app.state.unknown() || 'loading')}</p>`
        : html`<${OperationRows} app=${app} operations=${operations} />`}
    </section></div>`;
}

function columnsOf(app) {
  const now = app.clock.now();
  const step = (member) => shortEnum(member.step, 'OPERATION_STEP_');
  return [
    { id: 'name', title: t('col.name'), className: 'col-name',
      render: (member) => html`<a href=${app.router.link(
          'members', member.name)}><${Words} text=${member.name} /></a>` },
    { id: 'step', title: t('col.step'), className: 'col-status',
      render: (member) => html`<span class="badge step-${step(member)}">
          ${t('step.' + step(member))}</span>` },
    { id: 'since', title: t('col.since'), className: 'col-since number',
      render: (member) => html`<${Ago} at=${readTime(member.since)}
          now=${now} />` },
    { id: 'problem', title: t('col.problem'), className: 'col-note',
      render: (member) => html`<${Words} text=${member.problem ?? ''} />` },
  ];
}

function verbsFor(operation) {
  const state = operationState(operation);
  if (hasEnded(operation)) return [];
  return state === 'PAUSED' ? ['resume', 'cancel'] : ['pause', 'cancel'];
}

function About({ operation, now }) {
  const end = readTime(operation.expected_end);
  const pacing = operation.pacing ?? {};
  const batch = pacing.batch_percent ? `${pacing.batch_percent} %`
                                     : String(pacing.batch_size || 1);
  const seconds = readDuration(operation.drain_timeout);
  return html`<${Fields} pairs=${[
    [t('col.by'), operation.actor],
    [t('col.reason'), operation.reason],
    [t('hold.ticket'), operation.ticket],
    [t('members.selector'), operation.selector],
    [t('operation.batch'), batch],
    [t('operation.drainTimeout'), seconds && formatDuration(seconds * 1000)],
    [t('operation.forced'), operation.force && t('yes')],
    [t('operation.created'), html`<${Time} at=${readTime(
        operation.created_at)} />`],
    [t('operation.startAt'), operation.start_at && html`<${Time} at=${readTime(
        operation.start_at)} />`],
    [t('operation.ended'), operation.ended_at && html`<${Time} at=${readTime(
        operation.ended_at)} />`],
    [t('col.eta'), end > now && !hasEnded(operation) &&
        formatDuration(end - now)],
    [t('operation.waiting'), operation.waiting],
    [t('col.problem'), operation.problem],
    ['id', operation.id],
  ]} />`;
}

export class OperationPage extends Component {
  constructor() {
    super();
    this.state = { error: '' };
  }

  // An operation that ended long ago may not be among those that were listed.
  async componentDidMount() {
    const { app, id } = this.props;
    try {
      const answer = await app.api.operation(id);
      app.state.operations.put(answer.operation);
      this.setState({ error: '' });
    } catch (error) {
      this.setState({ error: error.message });
    }
  }

  render({ app, id }, { error }) {
    const operation = app.state.operations.get(id);
    if (!operation) {
      return html`<div class="page"><h1><${Words} text=${id}
          className="long-words" /></h1>
        <p class="empty" role="status">${error ? html`<${LongWords}
            text=${error} />` : t('loading')}</p></div>`;
    }
    return html`<div class="page members-page">
      <h1>${operationKind(operation)} <${OperationState} operation=${operation} />
      </h1>
      <div class="toolbar">${verbsFor(operation).map((verb) => html`
        <button type="button" key=${verb} onClick=${() => app.ask({
            kind: verb, names: [], operation })}>${t('action.' + verb)}
        </button>`)}
        <${OperationProgress} operation=${operation} /></div>
      <section class="card wide" aria-label=${t('operation.about')}>
        <${About} operation=${operation} now=${app.clock.now()} /></section>
      <${VirtualTable} label=${t('operation.members')}
          rows=${operation.members} columns=${columnsOf(app)}
          tick=${app.tick}
          onOpen=${(member) => app.router.go('members', member.name)} />
    </div>`;
  }
}
