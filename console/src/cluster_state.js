// Everything the page knows of the cluster that is shown: what the stream
// brings, and a few answers that are asked for now and then.
import { EventList } from './event_list.js';
import { GaugeHistory } from './gauge_history.js';
import { MemberIndex } from './member_index.js';
import { MemberStore } from './member_store.js';
import { OperationList } from './operation_list.js';
import { readTime } from './proto_json.js';
import { Stream } from './stream.js';

const SUMMARY_MS = 5_000;
const EVENTS_AT_FIRST = 200;

export class ClusterState {
  // `onChange` is called whenever there may be something new to show.
  constructor(api, clock, onChange) {
    this.api = api;
    this.clock = clock;
    this.onChange = onChange;
    this.members = new MemberStore();
    this.index = new MemberIndex(this.members);
    this.events = new EventList();
    this.operations = new OperationList();
    this.gauges = new GaugeHistory();
    this.stream = new Stream({
      onEvent: (event) => this.apply(event),
      onState: (state) => this.#onStream(state),
    });
    this.#forget();
  }

  #forget() {
    this.members.clear();
    this.events.clear();
    this.operations.clear();
    this.gauges.clear();
    this.view = null;        // ViewInfo: how far what is shown can be trusted
    this.summary = null;     // GetSummaryResponse
    this.monitors = null;    // those that there are; null: not known yet
    this.olderEvents = '';   // page token of the events before those
    this.operationsKnown = false;
    // A snapshot is complete, of a rosterd that has not seen ZooKeeper yet.
    this.snapshotOfNothing = false;
    this.problem = '';       // why the summary could not be had
    this.lostSince = null;   // when the connection to rosterd was lost
  }

  // Shows another cluster; "" is the only one.
  open(cluster) {
    this.#forget();
    this.api.cluster = cluster;
    this.stream.open(
        this.api.url('watch', { what: 'members,events,operations' }));
    this.refresh();
    this.#loadLists();
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      if (!document.hidden) this.refresh();
    }, SUMMARY_MS);
  }

  async refresh() {
    const { cluster } = this.api;
    try {
      const [summary, monitors] =
          await Promise.all([this.api.get('summary'), this.api.get('monitors')
              .catch(() => ({ monitors: null }))]);
      if (cluster !== this.api.cluster) return;
      this.summary = summary;
      if (monitors.monitors) this.monitors = monitors.monitors;
      this.problem = '';
      if (!this.operationsKnown) this.#loadLists();
    } catch (error) {
      if (cluster === this.api.cluster) this.problem = error.message;
    }
    this.onChange();
  }

  // What the stream does not tell: what was before it, and what is gone.
  async #loadLists() {
    const { cluster } = this.api;
    const take = (path, query, use) => this.api.get(path, query).then(
        (answer) => { if (cluster === this.api.cluster) use(answer); },
        () => {});  // the banner already says what is wrong
    await Promise.all([
      take('events', { newest_first: true, page_size: EVENTS_AT_FIRST },
           (answer) => {
             this.olderEvents = answer.next_page_token ?? '';
             const newer = this.events.events;
             this.events.clear();
             this.events.addPage(answer.events ?? []);
             this.events.addPage(newer);
           }),
      take('operations', { page_size: 200 }, ({ operations = [] }) => {
        this.operations.replace(operations);
        this.operationsKnown = true;
      })]);
    this.onChange();
  }

  // One event of the stream.
  apply({ type, data }) {
    switch (type) {
      case 'reset':
        if (data.what === 'events') this.#loadLists();
        else this.#beginSnapshot();
        break;
      case 'member': {
        const member = this.members.put(data);
        this.gauges.record(member, this.clock.now());
        break;
      }
      case 'removed': this.members.remove(data.name); break;
      case 'synced': this.#endSnapshot(); break;
      case 'view': this.#setView(data); break;
      case 'bookmark': this.#setView(data.view); break;
      case 'event': this.events.add(data); break;
      case 'operation': this.operations.put(data); break;
      default: return;  // of a newer server
    }
    this.onChange();
  }

  #beginSnapshot() {
    this.snapshotOfNothing = false;
    this.members.reset();
  }

  // A rosterd that was started while ZooKeeper is away knows of nobody. What
  // the one before it said stays until it does.
  #endSnapshot() {
    this.snapshotOfNothing = this.view?.synced === false;
    if (!this.snapshotOfNothing) this.members.endSnapshot();
  }

  #setView(view) {
    const before = this.view;
    this.view = view ?? null;
    if (this.snapshotOfNothing && this.view?.synced) this.#endSnapshot();
    // ZooKeeper went or came back: the summary says more.
    if (before && before.connected !== this.view?.connected) this.refresh();
  }

  #onStream(state) {
    if (state.phase === 'open') {
      if (this.lostSince !== null) {
        this.refresh();
        this.#loadLists();
      }
      this.lostSince = null;
    } else {
      // That of nothing is complete: the stream goes on after it.
      if (state.phase === 'connecting' && !this.snapshotOfNothing)
        this.members.abandonSnapshot();
      if (state.phase === 'waiting' || state.phase === 'paused')
        this.lostSince ??= Date.now();
    }
    this.onChange();
  }

  // 'loading', 'live', 'stale' (rosterd cannot see ZooKeeper) or 'lost'
  // (rosterd cannot be reached).
  freshness() {
    if (this.lostSince !== null) return 'lost';
    if (this.view && !this.view.connected) return 'stale';
    if (!this.members.synced) return 'loading';
    return 'live';
  }

  // Why the members are not known, as the key of a text; '' if they are.
  unknown() {
    if (this.members.synced) return '';
    return this.view?.synced === false && !this.view.connected ? 'unknown'
                                                               : 'loading';
  }

  // Up to when what is shown is known to be true.
  asOf() {
    // Signs of life and summaries come in turn; neither goes back.
    return Math.max(readTime(this.view?.as_of) ?? 0,
                    readTime(this.summary?.summary?.view?.as_of) ?? 0) || null;
  }
}
