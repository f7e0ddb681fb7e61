// Nodes in a line: who they are, what they hold or want, since when.
import { html } from './html.js';
import { t } from './i18n.js';
import { shortEnum } from './member_status.js';
import { NodeData, dataText } from './node_data.js';
import { PlainTable } from './plain_table.js';
import { readTime } from './proto_json.js';
import { Ago, Words } from './text.js';

// In a word: the member, else what the node says of itself, else its name.
export function nameOf(contender) {
  return contender.member || dataText(contender.data).split('\n')[0].trim() ||
      contender.node;
}

// The same as an element: a member is a link.
export function Who({ app, contender }) {
  if (!contender) return null;
  if (!contender.member)
    return html`<${Words} text=${nameOf(contender)} className="long-words" />`;
  return html`<a href=${app.router.link('members', contender.member)}>
      <${Words} text=${contender.member} className="long-words" /></a>
    ${contender.member_claimed && html` <span class="badge">
      ${t('audit.claimed')}</span>`}`;
}

function Row({ app, contender, now, actions }) {
  const role = shortEnum(contender.role, 'CONTENDER_ROLE_');
  return html`<tr>
    <td><${Who} app=${app} contender=${contender} /></td>
    <td>${role && t('role.' + role)}</td>
    <td class="number"><${Ago} at=${readTime(contender.create_time)}
        now=${now} /></td>
    <td class="code"><${Words} text=${contender.node} className="long-words" />
    </td>
    <td class="code"><${Words} text=${contender.session_id ||
        t('contender.persistent')} /></td>
    <td class="number">${contender.fencing_token ?? ''}</td>
    <td><${NodeData} data=${contender.data} /></td>
    ${actions && html`<td class="nowrap">${actions(contender)}</td>`}
  </tr>`;
}

// `actions(contender)` are the buttons of a row.
export function ContenderRows({ app, contenders, label, actions }) {
  const heads = ['contender.who', 'contender.role', 'col.since',
                 'contender.node', 'member.session', 'contender.token',
                 'contender.says', ...(actions ? ['col.actions'] : [])]
      .map((key) => t(key));
  const now = app.clock.now();
  return html`<${PlainTable} label=${label} heads=${heads} numbers=${[2, 5]}>
    ${contenders.map((contender) => html`<${Row} key=${contender.node}
        app=${app} contender=${contender} now=${now} actions=${actions} />`)}
  <//>`;
}
