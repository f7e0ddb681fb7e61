// The newest events, newest first, each once.

export class EventList {
  constructor(limit = 5_000) {
    this.limit = limit;
    this.clear();
  }

  clear() {
    this.events = [];
    this.logId = '';
    this.newest = 0;
  }

  // False for one that is known already.
  add(event) {
    const sequence = Number(event.sequence ?? 0);
    if (event.log_id !== this.logId) {
      // Another run of rosterd counts from 1 again. Its events are newer.
      this.logId = event.log_id;
      this.newest = 0;
    }
    if (sequence <= this.newest) return false;
    this.newest = sequence;
    this.events.unshift(event);
    if (this.events.length > this.limit) this.events.length = this.limit;
    return true;
  }

  // `events` newest first, as the API lists them.
  addPage(events) {
    for (const event of [...events].reverse()) this.add(event);
  }
}
