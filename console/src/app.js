// The page as a whole: which page is shown, which dialog is open, and when it
// is drawn. Every page is given the App as `app`.
import { Component, html } from './html.js';
import { ActionDialog } from './action_dialog.js';
import { Api } from './api.js';
import { AuditPage } from './audit_page.js';
import { Banner } from './banner.js';
import { BudgetsPage } from './budgets_page.js';
import { Clock } from './clock.js';
import { ClusterState } from './cluster_state.js';
import { CoordinationPage } from './coordination_page.js';
import { EventsPage } from './events_page.js';
import { Frame } from './frame.js';
import { Header, PAGES } from './header.js';
import { language, t } from './i18n.js';
import { MemberPage } from './member_page.js';
import { MembersPage } from './members_page.js';
import { OperationPage, OperationsPage } from './operations_page.js';
import { OverviewPage } from './overview_page.js';
import { ProgressPage } from './progress_page.js';
import { Router } from './router.js';
import { LongWords } from './text.js';

const NOTICE_MS = 8_000;
const CLUSTERS_MS = 5_000;

function Page({ app }) {
  const { page, name } = app.router.route;
  const pages = { overview: OverviewPage, members: MembersPage,
                  progress: ProgressPage, operations: OperationsPage,
                  events: EventsPage, audit: AuditPage, budgets: BudgetsPage,
                  coordination: CoordinationPage };
  if (page === 'members' && name)
    return html`<${MemberPage} key=${name} app=${app} name=${name} />`;
  if (page === 'operations' && name)
    return html`<${OperationPage} key=${name} app=${app} id=${name} />`;
  const Shown = pages[page];
  if (!Shown) {
    return html`<div class="page"><h1>${t('page.unknown')}</h1>
      <p><a href=${app.router.link('overview')}>${t('nav.overview')}</a></p>
    </div>`;
  }
  return html`<${Shown} app=${app} />`;
}

export class App {
  // `redraw` shows what has changed since it was last called.
  constructor(redraw) {
    this.redraw = redraw;
    this.clock = new Clock();
    this.api = new Api({ clock: this.clock });
    this.frame = new Frame(redraw);
    this.state = new ClusterState(this.api, this.clock,
                                  () => this.frame.request());
    this.router = new Router((before) => this.onRoute(before));
    this.clusters = [];   // names
    this.cluster = '';    // that is shown
    this.action = null;   // of the open dialog
    this.notice = '';
    this.problem = '';    // why no cluster is shown
    this.tick = 0;        // seconds
  }

  start() {
    // Ages grow although nothing happens.
    setInterval(() => {
      ++this.tick;
      this.frame.request();
    }, 1000);
    document.addEventListener('visibilitychange', () => {
      this.state.stream.setVisible(!document.hidden);
      this.frame.request();
    });
    this.findClusters();
  }

  async findClusters() {
    try {
      const { clusters = [] } = await this.api.get('clusters');
      this.clusters = clusters.map(({ cluster }) => cluster);
      this.problem = '';
      this.openCluster();
    } catch (error) {
      this.problem = error.message;
      setTimeout(() => this.findClusters(), CLUSTERS_MS);
    }
    this.redraw();
  }

  // Shows the cluster that the address names, else the first.
  openCluster() {
    const wanted = this.router.route.params.cluster ?? '';
    this.problem = wanted && !this.clusters.includes(wanted)
        ? t('cluster.unknown', { name: wanted }) : '';
    const cluster = this.problem ? '' : wanted || this.clusters[0] || '';
    if (cluster === this.cluster) return;
    this.cluster = cluster;
    if (cluster) this.state.open(cluster);
    else this.state.stream.close();
  }

  chooseCluster = (name) => {
    location.hash = '#/overview?' + new URLSearchParams({ cluster: name });
  };

  onRoute(before) {
    if (this.clusters.length > 0) this.openCluster();
    if (before.page !== this.router.route.page ||
        before.name !== this.router.route.name) {
      scrollTo(0, 0);
      // A screen reader goes on where the new page begins.
      document.getElementById('main')?.focus({ preventScroll: true });
    }
    this.redraw();
  }

  // Opens a dialog for {kind, names, ...}: see actions.js.
  ask(action) {
    this.action = action;
    this.redraw();
  }

  closeDialog = () => {
    this.action = null;
    this.redraw();
  };

  // Says for a while that something was done.
  say(text) {
    this.notice = text;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      this.notice = '';
      this.redraw();
    }, NOTICE_MS);
    this.redraw();
  }
}

export class Root extends Component {
  constructor() {
    super();
    this.app = new App(() => this.setState({}));
  }

  componentDidMount() {
    this.app.start();
  }

  render() {
    const { app } = this;
    const { page } = app.router.route;
    document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
    document.title = (PAGES.includes(page) ? t('nav.' + page) + ' · ' : '') +
        'Roster' + (app.clusters.length > 1 ? ` · ${app.cluster}` : '');
    return html`<div class="app" key=${language()}>
      <a class="skip" href="#main" onClick=${(event) => {
        event.preventDefault();
        document.getElementById('main').focus();
      }}>${t('skip')}</a>
      <${Header} app=${app} />
      <${Banner} app=${app} />
      <main id="main" tabindex="-1">
        ${app.problem ? html`<p class="error" role="alert"><${LongWords}
            text=${app.problem} /></p>`
          : html`<${Page} key=${page + app.cluster} app=${app} />`}</main>
      <div class="notice" role="status">${app.notice}</div>
      ${app.action && html`<${ActionDialog} app=${app} action=${app.action}
          onClose=${app.closeDialog} />`}
    </div>`;
  }
}
