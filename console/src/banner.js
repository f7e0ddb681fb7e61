// Says when what is shown may not be so any more: rosterd cannot be reached, or
// rosterd cannot reach ZooKeeper.
import { html } from './html.js';
import { formatDuration, formatTime } from './format.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { LongWords } from './text.js';

// 'lost', or why rosterd does not see.
function whatIsWrong({ view }, freshness) {
  if (freshness === 'lost') return 'lost';
  if (!view.synced) return 'blind';
  return view.blind_cause === 'BLIND_CAUSE_QUORUM_LOST' ? 'quorum' : 'stale';
}

// The live region holds what changes seldom; the ticking seconds are outside of
// it, or a screen reader would never fall silent.
export function Banner({ app }) {
  const { state } = app;
  const freshness = state.freshness();
  if (freshness === 'live' || freshness === 'loading')
    return html`<div role="status" class="sr-only"></div>`;
  const asOf = state.asOf();
  const { retryAt, error, phase } = state.stream.state;
  const detail = freshness === 'lost' ? error
                                      : state.view?.disconnect_reason ?? '';
  const age = asOf &&
      t('agoTime', { time: formatDuration(app.clock.now() - asOf) });
  const wait = phase === 'waiting' && retryAt ? retryAt - Date.now() : 0;
  return html`<div class="banner ${freshness}">
    <span role="status"><${Icon} name="DEGRADED" />${' '}
      <strong>${t('banner.' + whatIsWrong(state, freshness))}</strong>
      ${asOf && html` ${t('banner.asOf', { time: formatTime(asOf) })}`}</span>
    <span class="banner-detail">
      <${LongWords} text=${[age, detail].filter(Boolean).join(' · ')} /></span>
    ${freshness === 'lost' && html`
      <span>${wait > 0 ? t('banner.retryIn', { time: formatDuration(wait + 999) })
                       : t('banner.connecting')}</span>
      <button type="button" onClick=${() => state.stream.retryNow()}>
        ${t('banner.retry')}</button>`}
  </div>`;
}
