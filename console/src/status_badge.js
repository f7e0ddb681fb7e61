// A status as icon and word.
import { html } from './html.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';

export function StatusBadge({ status, reason }) {
  return html`<span class="badge status-${status}" title=${reason || undefined}>
    <${Icon} name=${status} />${t('status.' + status)}</span>`;
}
