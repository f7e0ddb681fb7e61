// What budgets say: how many members have to be there, are there, and may go.
import { html } from './html.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { PlainTable } from './plain_table.js';
import { StatusBadge } from './status_badge.js';
import { LongWords, Words } from './text.js';

export function limitText(budget) {
  return budget.min_available
      ? t('budget.min', { limit: budget.min_available })
      : t('budget.max', { limit: budget.max_unavailable ?? '' });
}

function Unavailable({ members }) {
  if (members.length === 0) return null;
  return html`<details><summary>${t('budget.unavailable',
      { n: members.length })}</summary>
    <ul>${members.map((member) => html`<li key=${member.name}>
      <${Words} text=${member.name} />${' '}
      <${StatusBadge} status=${shortEnum(member.status, 'MEMBER_STATUS_')} />${' '}
      <${LongWords} text=${member.why ?? ''} /></li>`)}</ul></details>`;
}

export function BudgetRows({ reports, actions }) {
  const heads = ['col.name', 'members.selector', 'budget.limit',
                 'budget.available', 'budget.required', 'budget.allowed',
                 'col.detail', 'col.actions'].map((key) => t(key));
  return html`<${PlainTable} label=${t('budgets.title')} heads=${heads}
      numbers=${[3, 4, 5]}>
    ${reports.map((report) => html`<tr key=${report.budget.name}>
      <td><${Words} text=${report.budget.name} /></td>
      <td class="code"><${Words} text=${report.budget.selector ?? ''}
          className="long-words" /></td>
      <td>${limitText(report.budget)}</td>
      <td class="number">${report.available ?? 0} / ${report.expected ?? 0}</td>
      <td class="number">${report.required ?? 0}</td>
      <td class="number"><strong>${report.allowed ?? 0}</strong></td>
      <td><${LongWords} text=${report.budget.description ?? ''} />
        <div class="message"><${LongWords} text=${report.explanation ?? ''} />
        </div>
        <${Unavailable} members=${report.unavailable ?? []} /></td>
      <td class="nowrap">${actions(report)}</td>
    </tr>`)}<//>`;
}
