// What all members work on, the slowest and the stalled first.
import { Component, html } from './html.js';
import { formatDuration, formatRate } from './format.js';
import { t } from './i18n.js';
import { parseSelector } from './selector.js';
import { TaskBar } from './task_bar.js';
import { TASK_SORTS, TaskList } from './task_list.js';
import { Words } from './text.js';
import { VirtualTable } from './virtual_table.js';

function columnsOf(app) {
  const now = app.clock.now();
  return [
    { id: 'member', sort: 'member', title: t('col.name'), className: 'col-name',
      render: ({ member }) => html`<a href=${app.router.link(
          'members', member.name)}><${Words} text=${member.name} /></a>` },
    { id: 'task', title: t('col.task'), className: 'col-service',
      render: ({ task }) => html`<${Words} text=${task.name || task.id} />` },
    { id: 'progress', sort: 'progress', title: t('col.progress'),
      className: 'col-task col-progress',
      render: ({ member, task }) => html`<${TaskBar} task=${task}
          label=${t('task.progressOf', { member: member.name })} />` },
    { id: 'rate', sort: 'rate', title: t('col.rate'), className: 'col-rate number',
      render: ({ task }) => formatRate(task.rate, task.unit) },
    { id: 'eta', sort: 'urgency', title: t('col.eta'),
      className: 'col-since number',
      render: ({ task }) => task.stalled ? t('never') : task.expectedEnd === null
          ? '–' : formatDuration(task.expectedEnd - now) },
    { id: 'message', title: t('col.message'), className: 'col-note',
      render: ({ task }) => html`<${Words} text=${task.message} />` },
  ];
}

export class ProgressPage extends Component {
  constructor({ app }) {
    super();
    this.list = new TaskList(app.state.members);
  }

  render({ app }) {
    const { router, state } = app;
    const { selector = '', sort = 'urgency', desc = '' } = router.route.params;
    let error = '';
    let rows = [];
    try {
      rows = this.list.find({ matches: parseSelector(selector), text: selector,
          sort: TASK_SORTS.includes(sort) ? sort : 'urgency',
          descending: desc === '1' });
    } catch (problem) {
      error = problem.message;
    }
    const stalled = rows.filter(({ task }) => task.stalled).length;
    return html`<div class="page members-page">
      <h1>${t('progress.title')}</h1>
      <div class="toolbar"><label class="field grow">
        <span>${t('members.selector')}</span>
        <input type="search" value=${selector} class="code" autocomplete="off"
            spellcheck=${false} placeholder="service=search"
            onInput=${(e) => router.setParams({ selector: e.target.value })} />
      </label></div>
      ${error && html`<p class="error" role="alert">${error}</p>`}
      <p class="summary-line">${t('progress.running', { n: rows.length })}${' '}
        ${stalled > 0 && html`<strong>${t('progress.stalled', { n: stalled })}
          </strong>`}</p>
      <${VirtualTable} label=${t('progress.title')} rows=${rows}
          columns=${columnsOf(app)}
          tick=${app.tick} sort=${sort} descending=${desc === '1'}
          onSort=${(by, descending) => router.setParams(
              { sort: by, desc: descending ? '1' : '' })}
          onOpen=${({ member }) => router.go('members', member.name)}
          empty=${t(state.unknown() || 'progress.none')} />
    </div>`;
  }
}
