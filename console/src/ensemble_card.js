// The ZooKeeper servers, each with its role and figures, and above them what is
// wrong.
import { classes, html } from './html.js';
import { OUTSTANDING_HIGH, ensembleWarnings, readServers } from './ensemble.js';
import { formatBytes, formatNumber } from './format.js';
import { t } from './i18n.js';
import { Icon } from './icon.js';
import { PlainTable } from './plain_table.js';
import { Ago, LongWords, Words } from './text.js';

const ICONS = { bad: 'LOST', warn: 'DEGRADED', note: 'note' };

function Warnings({ warnings }) {
  return html`<ul class="warnings">${warnings.map(
      ({ grade, key, about = [] }) => html`<li key=${key} class=${grade}>
        <${Icon} name=${ICONS[grade]} /> <${LongWords} text=${t(key, {
            n: about.length,
            servers: about.map(({ address }) => address).join(', ') })} />
      </li>`)}</ul>`;
}

// The role of one that serves, else how it was found.
function Role({ server }) {
  const { role, state } = server;
  const [text, look] = role !== ''
    ? [t('ensemble.role.' + role), role === 'READ_ONLY' ? 'bad'
        : role === 'OBSERVER' ? '' : 'good']
    : [t('ensemble.state.' + state),
       state === 'NOT_ALLOWED' ? 'warn' : state === '' ? '' : 'bad'];
  return html`<span class=${classes('badge', look)}>${
      look === 'bad' && html`<${Icon} name="LOST" />`}${text}</span>`;
}

// A figure; where it is not known, why.
function Figure({ server, value, warn }) {
  if (value === null) {
    return html`<td class="number">${
        server.forbidden ? t('ensemble.forbidden') : '–'}</td>`;
  }
  return html`<td class="number">${warn
      ? html`<span class="badge warn"><${Icon} name="DEGRADED" />${value}</span>`
      : value}</td>`;
}

function latencyText({ latency }) {
  return latency.includes(null) ? null
      : `${latency.map(formatNumber).join(' / ')} ms`;
}

const given = (value, format) => (value === null ? null : format(value));

const HEADS = ['server', 'role', 'latency', 'connections', 'outstanding', 'data',
               'znodes', 'version', 'zxid', 'asked'];

function Rows({ app, servers }) {
  const now = app.clock.now();
  return html`<${PlainTable} label=${t('ensemble.title')} className="ensemble"
      heads=${HEADS.map((head) => t('ensemble.col.' + head))}
      numbers=${[2, 3, 4, 5, 6, 7, 8, 9]}>
    ${servers.map((server) => html`<tr key=${server.address}>
      <th scope="row"><${Words} text=${server.address} /></th>
      <td><${Role} server=${server} />
        ${server.problem && html`<div class="message"><${LongWords}
            text=${server.problem} /></div>`}</td>
      <${Figure} server=${server} value=${latencyText(server)} />
      <${Figure} server=${server}
          value=${given(server.connections, formatNumber)} />
      <${Figure} server=${server}
          value=${given(server.outstanding, formatNumber)}
          warn=${server.outstanding > OUTSTANDING_HIGH} />
      <${Figure} server=${server} value=${given(server.dataBytes, formatBytes)} />
      <${Figure} server=${server} value=${given(server.znodes, formatNumber)} />
      <td class="number"><${Words} text=${server.version || '–'} /></td>
      <${Figure} server=${server} value=${given(server.zxid,
          (zxid) => `0x${zxid.toString(16)}`)} />
      <td class="number"><${Ago} at=${server.askedAt} now=${now} /></td>
    </tr>`)}<//>`;
}

export function EnsembleCard({ app }) {
  const answer = app.state.summary;
  if (!answer) return null;
  const servers = readServers(answer);
  const warnings = servers ? ensembleWarnings(servers) : [];
  const bad = warnings.some(({ grade }) => grade === 'bad');
  return html`<section class=${classes('card', 'wide', bad && 'alarm')}
      aria-labelledby="ensemble-title">
    <h2 id="ensemble-title">${t('ensemble.title')}</h2>
    ${servers === null
      ? html`<p class="empty">${t('ensemble.notAsked')}</p>`
      : html`<${Warnings} warnings=${warnings} />
          <${Rows} app=${app} servers=${servers} />`}
  </section>`;
}
