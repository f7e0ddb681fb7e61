// The server's time. Members' times are the server's, and an operator's laptop
// may be minutes off: then "for 5 s" would be wrong by minutes.

// The Date header has whole seconds, so less than this is no difference.
const TOLERANCE_MS = 2_000;

export class Clock {
  constructor(now = Date.now) {
    this.local = now;
    this.offset = 0;
  }

  // To be told the Date header of an answer that just came.
  observe(header) {
    const server = Date.parse(header ?? '');
    if (Number.isNaN(server)) return;
    const offset = server + 500 - this.local();
    this.offset = Math.abs(offset) > TOLERANCE_MS ? offset : 0;
  }

  now() {
    return this.local() + this.offset;
  }
}
