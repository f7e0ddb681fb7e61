// What a member works on, with bars, rate and time left.
import { html } from './html.js';
import { t } from './i18n.js';
import { formatAmount, formatDuration, formatRate } from './format.js';
import { PlainTable } from './plain_table.js';
import { TaskBar } from './task_bar.js';
import { Ago, LongWords, Words } from './text.js';

function Task({ task, now }) {
  const running = task.state === 'RUNNING';
  return html`<tr>
    <td><${Words} text=${task.name || task.id} />
      ${task.message && html`<div class="message">
        <${LongWords} text=${task.message} /></div>`}</td>
    <td><span class="badge task-${task.state}">
      ${t('task.state.' + task.state)}</span></td>
    <td><${TaskBar} task=${task} /></td>
    <td class="number nowrap">${formatAmount(task.done, task.unit)}
      ${task.total !== null && ` / ${formatAmount(task.total, task.unit)}`}
      ${' '}<${Words} text=${task.unit === 'bytes' ? '' : task.unit} /></td>
    <td class="number nowrap">${running && formatRate(task.rate, task.unit)}</td>
    <td class="number nowrap">${running && task.expectedEnd
        ? formatDuration(task.expectedEnd - now) : '–'}</td>
    <td class="number nowrap"><${Ago} at=${task.advancedAt} now=${now} /></td>
  </tr>`;
}

export function MemberTasks({ member, now }) {
  const heads = ['col.task', 'col.state', 'col.progress', 'col.done', 'col.rate',
                 'col.eta', 'col.advanced'].map((key) => t(key));
  return html`<section class="card wide" aria-labelledby="tasks-title">
    <h2 id="tasks-title">${t('member.tasks')}</h2>
    ${member.tasks.length === 0
      ? html`<p class="empty">${t('member.noTasks')}</p>`
      : html`<${PlainTable} label=${t('member.tasks')} heads=${heads}
          numbers=${[3, 4, 5, 6]}>
          ${member.tasks.map((task) => html`<${Task} key=${task.id}
              task=${task} now=${now} />`)}<//>`}
  </section>`;
}
