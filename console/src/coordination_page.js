// What programs coordinate by: elections, locks, queues, barriers and the
// configuration. All of it is in the address:
//
//   #/coordination/locks                     those of the cluster's own folder
//   #/coordination/locks?folder=/app/locks   those of another
//   #/coordination/locks?name=reports        one of them, or ?path=/app/locks/x
import { html } from './html.js';
import { ConfigDetail } from './config_detail.js';
import { ConfigList } from './config_list.js';
import { BarrierDetail, ElectionDetail, LockDetail, QueueDetail }
    from './coordination_details.js';
import { CoordinationList } from './coordination_list.js';
import { t } from './i18n.js';
import { Polled } from './polled.js';
import { Words } from './text.js';

const LINE_SIZE = 200;

// Kind -> the call for one, and what shows it.
const KINDS = {
  elections: { call: 'election', Detail: ElectionDetail },
  locks: { call: 'lock', Detail: LockDetail },
  queues: { call: 'queue', Detail: QueueDetail },
  barriers: { call: 'barrier', Detail: BarrierDetail },
};
export const COORDINATION_KINDS = [...Object.keys(KINDS), 'config'];

function Tabs({ app, kind }) {
  return html`<nav class="tabs" aria-label=${t('coordination.tabs')}>
    ${COORDINATION_KINDS.map((name) => html`<a key=${name}
        href=${app.router.link('coordination', name)}
        aria-current=${name === kind ? 'page' : undefined}>
      ${t('coordination.' + name)}</a>`)}</nav>`;
}

function Detail({ app, kind, name, path }) {
  const { call, Detail: Shown } = KINDS[kind];
  const load = () => app.api.get(call, { name, path, page_size: LINE_SIZE });
  return html`<${Polled} key=${kind + name + path} load=${load}
    show=${(answer, reload) => html`<${Shown} app=${app} answer=${answer}
        reload=${reload} />`} />`;
}

function Content({ app, kind, name, path }) {
  if (kind === 'config') {
    return name ? html`<${ConfigDetail} app=${app} name=${name} />`
                : html`<${ConfigList} app=${app} />`;
  }
  return name || path
      ? html`<${Detail} app=${app} kind=${kind} name=${name} path=${path} />`
      : html`<${CoordinationList} key=${kind} app=${app} kind=${kind} />`;
}

export function CoordinationPage({ app }) {
  const { name: chosen, params } = app.router.route;
  const kind = COORDINATION_KINDS.includes(chosen) ? chosen : 'elections';
  const { name = '', path = '' } = params;
  return html`<div class="page">
    <h1>${name || path ? html`<${Words} text=${name || path}
        className="long-words" /> <small>${t('coordination.one.' + kind)}</small>`
      : t('coordination.' + kind)}</h1>
    <${Tabs} app=${app} kind=${kind} />
    <${Content} app=${app} kind=${kind} name=${name} path=${path} /></div>`;
}
