// The live connection to rosterd: /api/v1/watch, read for as long as the page
// is looked at.
//
// It reconnects by itself with growing pauses and hands back the id of the last
// event, so that nothing is missed and nothing is sent twice. A connection that
// brings no byte for longer than the server's signs of life allow is taken for
// dead. While the page is hidden for long it lets go of the connection: a
// browser has six to a server, and forgotten tabs should not hold them.
import { Backoff } from './backoff.js';
import { t } from './i18n.js';
import { SseParser } from './sse_parser.js';

const SILENCE_MS = 35_000;       // rosterd gives a sign of life every 10 to 15 s
const HIDDEN_MS = 60_000;

export class Stream {
  // `handler` has onEvent({type, data, id}) with data parsed, and
  // onState(state): {phase, error, retryAt}, where phase is 'connecting',
  // 'open', 'waiting' (for retryAt), 'paused' (hidden) or 'closed'.
  constructor(handler, { fetch = globalThis.fetch.bind(globalThis),
                         now = Date.now, setTimeout = globalThis.setTimeout,
                         clearTimeout = globalThis.clearTimeout,
                         silence = SILENCE_MS, backoff = new Backoff() } = {}) {
    this.handler = handler;
    this.fetch = fetch;
    this.now = now;
    this.setTimeout = setTimeout.bind(globalThis);
    this.clearTimeout = clearTimeout.bind(globalThis);
    this.silence = silence;
    this.backoff = backoff;
    this.lastId = '';
    this.attempt = 0;  // tells the callbacks of former attempts from this one's
    this.state = { phase: 'closed', error: '', retryAt: null };
  }

  // Begins anew with another URL; what was received before is of no use.
  open(url) {
    this.url = url;
    this.lastId = '';
    this.backoff.reset();
    this.#connect();
  }

  close() {
    this.#stop();
    this.#state('closed');
  }

  // At once, when somebody does not want to wait.
  retryNow() {
    if (this.state.phase === 'waiting' || this.state.phase === 'paused')
      this.#connect();
  }

  // To be called when the page is hidden or shown.
  setVisible(visible) {
    this.clearTimeout(this.hideTimer);
    if (this.state.phase === 'closed') return;
    if (visible) return this.retryNow();
    this.hideTimer = this.setTimeout(() => {
      this.#stop();
      this.#state('paused');
    }, HIDDEN_MS);
  }

  #state(phase, error = '', retryAt = null) {
    this.state = { phase, error, retryAt };
    this.handler.onState?.(this.state);
  }

  #stop() {
    ++this.attempt;
    this.abort?.abort();
    this.clearTimeout(this.timer);
  }

  async #connect() {
    this.#stop();
    const attempt = this.attempt;
    this.abort = new AbortController();
    this.#state('connecting', this.state.error);
    this.#watchSilence();
    try {
      const headers = { Accept: 'text/event-stream' };
      if (this.lastId) headers['Last-Event-ID'] = this.lastId;
      const response = await this.fetch(
          this.url, { headers, cache: 'no-store', credentials: 'same-origin',
                      signal: this.abort.signal });
      if (attempt !== this.attempt) return;
      if (!response.ok) throw new Error(await refusal(response));
      await this.#read(response, attempt);
      throw new Error(t('stream.ended'));
    } catch (error) {
      if (attempt === this.attempt) this.#fail(error);
    }
  }

  async #read(response, attempt) {
    const parser = new SseParser((event) => this.#deliver(event),
                                 (ms) => { this.backoff.first = ms; });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    this.#state('open');
    for (;;) {
      const { done, value } = await reader.read();
      if (attempt !== this.attempt || done) return;
      this.backoff.reset();
      this.#watchSilence();
      parser.push(decoder.decode(value, { stream: true }));
    }
  }

  #deliver({ type, data, id }) {
    let json;
    try {
      json = JSON.parse(data);
    } catch {
      return;  // of a newer server; what cannot be read changes nothing
    }
    this.handler.onEvent({ type, data: json, id });
    // Only now: what made the handler fail is asked for again.
    if (id) this.lastId = id;
  }

  #watchSilence() {
    this.clearTimeout(this.timer);
    const attempt = this.attempt;
    this.timer = this.setTimeout(() => {
      if (attempt === this.attempt) this.#fail(new Error(t('stream.silent')));
    }, this.silence);
  }

  #fail(error) {
    this.#stop();
    const pause = this.backoff.next();
    // A TypeError is fetch()'s word for a server that cannot be reached, which
    // the page says anyway.
    this.#state('waiting', error instanceof TypeError ? '' : error.message,
                this.now() + pause);
    this.timer = this.setTimeout(() => this.#connect(), pause);
  }
}

async function refusal(response) {
  try {
    return (await response.json()).message || `HTTP ${response.status}`;
  } catch {
    return `HTTP ${response.status}`;
  }
}
