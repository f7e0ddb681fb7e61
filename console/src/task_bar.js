// How far a task is: a bar and the number, or only what is done when nobody
// knows how much there is.
import { classes, html } from './html.js';
import { formatAmount, formatPercent } from './format.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';

export function TaskBar({ task, label }) {
  const known = task.ratio !== null;
  const text = known ? formatPercent(task.ratio)
                     : `${formatAmount(task.done, task.unit)} ${task.unit}`;
  return html`<span class=${classes('task-bar', task.stalled && 'stalled')}>
    ${known && html`<progress max="1" value=${Math.max(0, Math.min(1, task.ratio))}
        aria-label=${label ?? t('task.progress')} />`}
    <span class="task-bar-text">${text}</span>
    ${task.stalled && html`<span class="badge warn"><${Icon} name="stalled" />
        ${t('task.stalled')}</span>`}
  </span>`;
}
