// Operations as a table: what, how far, why it waits.
import { html } from './html.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { operationState } from './operation_list.js';
import { PlainTable } from './plain_table.js';
import { readTime } from './proto_json.js';
import { Time, Words } from './text.js';

export function operationRatio({ total = 0, done = 0, failed = 0 }) {
  return total > 0 ? (done + failed) / total : 0;
}

export function OperationState({ operation }) {
  const state = operationState(operation);
  return html`<span class="badge operation-${state}">
    ${t('operation.' + state)}</span>`;
}

export function OperationProgress({ operation }) {
  const { total = 0, done = 0, failed = 0, skipped = 0,
          in_flight: moving = 0 } = operation;
  return html`<span class="task-bar"><progress max="1"
      value=${operationRatio(operation)}
      aria-label=${t('operation.progress')} />
    <span class="task-bar-text">${done}/${total}</span>
    ${moving > 0 && html`<span class="badge">${t('operation.moving',
        { n: moving })}</span>`}
    ${skipped > 0 && html`<span class="badge">${t('operation.skipped',
        { n: skipped })}</span>`}
    ${failed > 0 && html`<span class="badge warn">${t('operation.failed',
        { n: failed })}</span>`}</span>`;
}

export function operationKind(operation) {
  return t('operation.kind.' + shortEnum(operation.kind, 'OPERATION_KIND_'));
}

export function OperationRows({ app, operations }) {
  const heads = ['col.what', 'col.state', 'col.progress', 'col.by', 'col.reason',
                 'col.at'].map((key) => t(key));
  return html`<${PlainTable} label=${t('operations.title')} heads=${heads}>
    ${operations.map((operation) => html`<tr key=${operation.id}>
      <td><a href=${app.router.link('operations', operation.id)}>
        ${operationKind(operation)} <${Words} text=${operation.selector ?? ''} />
      </a></td>
      <td><${OperationState} operation=${operation} /></td>
      <td><${OperationProgress} operation=${operation} />
        ${operation.waiting && html`<div class="message"><${Words}
            className="long-words" text=${operation.waiting} /></div>`}</td>
      <td><${Words} text=${operation.actor ?? ''} /></td>
      <td><${Words} className="long-words" text=${operation.reason ?? ''} /></td>
      <td class="nowrap"><${Time} at=${readTime(operation.created_at)} /></td>
    </tr>`)}<//>`;
}
