// The members of the cluster: filtered, sorted, selected, acted upon. How it is
// filtered is in the address; who is selected is not.
import { Component, html } from './html.js';
import { BulkBar } from './bulk_bar.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { SORTS } from './member_index.js';
import { memberColumns } from './member_columns.js';
import { STATUSES } from './member_status.js';
import { VirtualTable } from './virtual_table.js';

function queryOf({ selector = '', words = '', status = '', sort = 'name',
                   desc = '' }) {
  return { selector, words, descending: desc === '1',
           statuses: status.split(',').filter((s) => STATUSES.includes(s)),
           sort: SORTS.includes(sort) ? sort : 'name' };
}

function StatusChips({ counts, statuses, onChange }) {
  const toggle = (status) => onChange(
      statuses.includes(status) ? statuses.filter((s) => s !== status)
                                : [...statuses, status]);
  return html`<div class="chips" role="group" aria-label=${t('members.byStatus')}>
    ${STATUSES.map((status) => html`<button type="button" key=${status}
        class="chip status-${status}" aria-pressed=${statuses.includes(status)}
        onClick=${() => toggle(status)}>
      <${Icon} name=${status} />${t('status.' + status)}
      <span class="count">${counts ? counts[status] : '–'}</span></button>`)}
  </div>`;
}

export class MembersPage extends Component {
  constructor() {
    super();
    this.state = { selected: new Set() };
    this.columns = null;
  }

  select = (member) => {
    const selected = new Set(this.state.selected);
    if (!selected.delete(member.name)) selected.add(member.name);
    this.setState({ selected });
  };

  selectAll = (members, all) => {
    this.setState({ selected: new Set(all ? members.map((m) => m.name) : []) });
  };

  render({ app }, { selected }) {
    const { state, router } = app;
    const query = queryOf(router.route.params);
    const unknown = state.unknown();
    const { members, error } = state.index.find(query);
    // Who is gone is no longer selected.
    const chosen = [...selected].filter((name) => state.members.get(name));
    const set = (changes) => router.setParams(changes);
    const columns = memberColumns(app, {
      selected, onSelect: this.select, onSelectAll: this.selectAll, members });
    return html`<div class="page members-page">
      <h1>${t('members.title')}</h1>
      <div class="toolbar">
        <label class="field grow"><span>${t('members.search')}</span>
          <input type="search" id="members-search" value=${query.words}
              autocomplete="off" spellcheck=${false}
              onInput=${(e) => set({ words: e.target.value })} /></label>
        <label class="field grow"><span>${t('members.selector')}</span>
          <input type="search" id="members-selector" value=${query.selector}
              class="code" placeholder="zone=a,status!=LEFT" autocomplete="off"
              spellcheck=${false} aria-invalid=${error ? 'true' : undefined}
              aria-describedby=${error ? 'selector-error' : undefined}
              onInput=${(e) => set({ selector: e.target.value })} /></label>
      </div>
      ${error && html`<p class="error" id="selector-error" role="alert">
          ${error}</p>`}
      <${StatusChips} counts=${unknown ? null : state.members.counts()}
          statuses=${query.statuses}
          onChange=${(statuses) => set({ status: statuses.join(',') })} />
      <p class="summary-line" id="members-count">
        ${unknown ? t(unknown) : t('members.shown', {
            n: members.length, all: state.members.size })}</p>
      <${BulkBar} app=${app} names=${chosen}
          onClear=${() => this.setState({ selected: new Set() })} />
      <${VirtualTable} label=${t('members.title')} rows=${members}
          columns=${columns}
          tick=${app.tick} sort=${query.sort} descending=${query.descending}
          onSort=${(sort, descending) =>
              set({ sort, desc: descending ? '1' : '' })}
          isSelected=${(member) => selected.has(member.name)}
          onSelect=${this.select}
          onOpen=${(member) => router.go('members', member.name)}
          empty=${t(unknown || 'members.none')} />
    </div>`;
  }
}
