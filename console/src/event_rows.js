// Events as a list: when, what, whom, in words.
import { html } from './html.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { shortEnum } from './member_status.js';
import { PlainTable } from './plain_table.js';
import { readTime } from './proto_json.js';
import { StatusBadge } from './status_badge.js';
import { Time, Words } from './text.js';

export function eventType(event) {
  return shortEnum(event.type, 'EVENT_TYPE_');
}

function Change({ event }) {
  const before = shortEnum(event.previous_status, 'MEMBER_STATUS_');
  const after = shortEnum(event.status, 'MEMBER_STATUS_');
  if (!after || !event.member) return null;
  return html`${before && before !== after && html`
      <${StatusBadge} status=${before} /><span aria-hidden="true"> → </span>
      <span class="sr-only">${t('event.then')}</span>`}
    <${StatusBadge} status=${after} />`;
}

export function EventRows({ app, events, withMember = true, label }) {
  const heads = ['col.at', 'col.what', ...(withMember ? ['col.name'] : []),
                 'col.status', 'col.detail'].map((key) => t(key));
  return html`<${PlainTable} label=${label} heads=${heads} className="events">
    ${events.map((event) => html`
      <tr key=${event.log_id + event.sequence}>
        <td class="nowrap"><${Time} at=${readTime(event.at)} /></td>
        <td>${t('event.' + eventType(event))}
          ${event.while_blind && html` <span class="badge warn">
            <${Icon} name="stalled" />${t('event.whileBlind')}</span>`}</td>
        ${withMember && html`<td>${event.member && html`
          <a href=${app.router.link('members', event.member)}>
            <${Words} text=${event.member} /></a>`}</td>`}
        <td class="nowrap"><${Change} event=${event} /></td>
        <td><${Words} className="long-words"
          text=${[event.task_id, event.subject, event.detail].filter(Boolean)
                     .join(' · ')} /></td>
      </tr>`)}<//>
    ${events.length === 0 && html`<p class="empty">${t('events.none')}</p>`}`;
}
