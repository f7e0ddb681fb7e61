// Reads server-sent events from text that arrives in pieces. Source: the HTML
// standard, chapter "Server-sent events".
//
// EventSource is not used, because it hides what this page has to know: whether
// bytes still arrive, why the server refused, and when it tries again.

export class SseParser {
  // `onEvent` is called with {type, data, id}; `onRetry` with milliseconds.
  constructor(onEvent, onRetry = () => {}) {
    this.onEvent = onEvent;
    this.onRetry = onRetry;
    this.rest = '';
    this.lastId = '';
    this.#begin();
  }

  push(text) {
    // A line end that is cut in two is left for the next piece.
    const all = this.rest + text;
    const whole = all.endsWith('\r') ? all.slice(0, -1) : all;
    const lines = whole.split(/\r\n|\n|\r/);
    this.rest = lines.pop() + all.slice(whole.length);
    for (const line of lines) this.#line(line);
  }

  #begin() {
    this.type = '';
    this.data = [];
  }

  #line(line) {
    if (line === '') return this.#dispatch();
    if (line.startsWith(':')) return;  // a comment: a sign of life
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.lastId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.onRetry(Number(value));
  }

  #dispatch() {
    if (this.data.length > 0) {
      this.onEvent({ type: this.type || 'message', data: this.data.join('\n'),
                     id: this.lastId });
    }
    this.#begin();
  }
}
