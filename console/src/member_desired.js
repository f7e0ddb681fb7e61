// What operators ordered for a member: each hold with who, why, when and until
// when, and how to end it.
import { html } from './html.js';
import { t } from './i18n.js';
import { formatDuration } from './format.js';
import { Fields } from './fields.js';
import { Icon } from './icon.js';
import { Time, Words } from './text.js';

function Until({ at, now }) {
  return html`<${Time} at=${at} /> (${at > now
      ? t('in', { time: formatDuration(at - now) })
      : t('over', { time: formatDuration(now - at) })})`;
}

function Hold({ app, member, hold, now }) {
  return html`<li class="hold">
    <h3><span class="inline-icon"><${Icon} name="hold" /></span>
      <${Words} text=${hold.owner} className="long-words" />
      <span class="badge">${t('mode.' + (hold.mode || 'DRAIN'))}</span></h3>
    <${Fields} pairs=${[
      [t('hold.reason'), hold.reason],
      [t('hold.ticket'), hold.ticket],
      [t('hold.created'), hold.createdAt && html`<${Time}
          at=${hold.createdAt} />`],
      [t('hold.deadline'), hold.deadline && html`<${Until}
          at=${hold.deadline} now=${now} />`],
      [t('hold.expires'), hold.expiresAt ? html`<${Until}
          at=${hold.expiresAt} now=${now} />` : t('hold.never')],
      [t('hold.restart'), hold.restart && t('yes')],
      [t('hold.id'), hold.id],
    ]} />
    <button type="button" onClick=${() => app.ask({
        kind: 'online', names: [member.name], holdIds: [hold.id] })}>
      ${t('hold.release')}</button></li>`;
}

export function MemberDesired({ app, member, now }) {
  const { holds, epoch, problem } = member.desired;
  return html`<section class="card" aria-labelledby="desired-title">
    <h2 id="desired-title">${t('member.desired')}</h2>
    <${Fields} pairs=${[
      [t('member.wanted'), holds.length > 0 ? t('status.OFFLINE')
                                            : t('member.online')],
      [t('member.epoch'), epoch > 0 ? String(epoch) : t('member.neverOrdered')],
      [t('member.orderProblem'), problem],
    ]} />
    ${member.drainOverdue && html`<p class="error">${t('member.overdueLong')}</p>`}
    <ul class="holds">${holds.map((hold) => html`<${Hold} key=${hold.id}
        app=${app} member=${member} hold=${hold} now=${now} />`)}</ul>
  </section>`;
}
