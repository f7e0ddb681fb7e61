// The columns of the members' table.
import { Component, html } from './html.js';
import { t } from './i18n.js';
import { foremostTask } from './member.js';
import { StatusBadge } from './status_badge.js';
import { TaskBar } from './task_bar.js';
import { Ago, Words } from './text.js';
import { Icon } from './icon.js';

// "ops: kernel upgrade", for all holds.
export function holdText(member) {
  return member.desired.holds
      .map(({ owner, reason }) => reason ? `${owner}: ${reason}` : owner)
      .join('; ');
}

export function noteOf(member) {
  if (member.desired.holds.length > 0) return holdText(member);
  return member.stateReason || member.opaqueReason || member.recordWarning;
}

function Note({ member }) {
  return html`<span class="note-cell">${member.desired.holds.length > 0 && html`
      <span class="inline-icon"><${Icon} name="hold" />
      <span class="sr-only">${t('member.held')}</span></span>`}
    ${member.drainOverdue && html`<span class="badge warn">
        ${t('member.overdue')}</span>`}
    <${Words} text=${noteOf(member)} /></span>`;
}

function FirstTask({ member }) {
  const task = foremostTask(member);
  if (!task || !member.present) return null;
  return html`<span class="task-cell"><${Words} text=${task.name} />
    <${TaskBar} task=${task} label=${t('task.progressOf',
        { member: member.name })} /></span>`;
}

class SelectAll extends Component {
  render({ members, selected, onSelectAll }) {
    const all = members.length > 0 && members.every((m) => selected.has(m.name));
    return html`<input type="checkbox" checked=${all}
        indeterminate=${!all && selected.size > 0}
        aria-label=${t('members.selectAll')}
        onChange=${(e) => onSelectAll(members, e.target.checked)} />`;
  }
}

export function memberColumns(app, { selected, onSelect, onSelectAll, members }) {
  const { router } = app;
  const now = app.clock.now();
  return [
    { id: 'select', className: 'col-select', title: '',
      heading: html`<${SelectAll} members=${members} selected=${selected}
          onSelectAll=${onSelectAll} />`,
      render: (member) => html`<input type="checkbox" tabindex="-1"
          checked=${selected.has(member.name)}
          aria-label=${t('members.select', { name: member.name })}
          onChange=${() => onSelect(member)} />` },
    { id: 'name', sort: 'name', title: t('col.name'), className: 'col-name',
      render: (member) => html`<a href=${router.link('members', member.name)}>
          <${Words} text=${member.name} /></a>` },
    { id: 'status', sort: 'status', title: t('col.status'),
      className: 'col-status',
      render: (member) => html`<${StatusBadge} status=${member.status} />` },
    { id: 'since', sort: 'since', title: t('col.since'),
      className: 'col-since number',
      render: (member) => html`<${Ago} at=${member.statusSince} now=${now} />` },
    { id: 'service', sort: 'service', title: t('col.service'),
      className: 'col-service',
      render: (member) => html`<${Words} text=${member.service} />` },
    { id: 'version', sort: 'version', title: t('col.version'),
      className: 'col-version',
      render: (member) => html`<${Words} text=${member.version} />` },
    { id: 'zone', sort: 'zone', title: t('col.zone'), className: 'col-zone',
      render: (member) => html`<${Words} text=${member.labels.zone ?? ''} />` },
    { id: 'task', sort: 'task', title: t('col.task'), className: 'col-task',
      render: (member) => html`<${FirstTask} member=${member} />` },
    { id: 'note', title: t('col.note'), className: 'col-note',
      render: (member) => html`<${Note} member=${member} />` },
    { id: 'age', sort: 'age', title: t('col.age'), className: 'col-age number',
      render: (member) => html`<${Ago}
          at=${member.present ? member.joinedAt : null} now=${now} />` },
  ];
}
