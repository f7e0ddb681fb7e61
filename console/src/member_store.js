// The members of one cluster, kept up to date by the stream.
//
// A snapshot (reset ... synced) replaces everything at once, when it is
// complete: until then the members from before are shown, so that a reconnect
// does not make the page flicker or forget anybody.
import { readMember } from './member.js';
import { STATUSES } from './member_status.js';

export class MemberStore {
  constructor() {
    this.version = 0;  // rises with every change, and never goes back
    this.clear();
  }

  // Another cluster: nothing that is known holds.
  clear() {
    this.members = new Map();  // by name
    this.snapshot = null;      // a Map while one is being received
    this.synced = false;       // a snapshot was complete once
    this.sorted = null;        // by name, made when asked for
    ++this.version;
  }

  reset() {
    this.snapshot = new Map();
  }

  // The connection broke in the middle of a snapshot.
  abandonSnapshot() {
    this.snapshot = null;
  }

  put(json) {
    const member = readMember(json);
    if (this.snapshot) {
      this.snapshot.set(member.name, member);
      return member;
    }
    if (!this.members.has(member.name)) this.sorted = null;
    this.members.set(member.name, member);
    ++this.version;
    return member;
  }

  remove(name) {
    if (this.snapshot) {
      this.snapshot.delete(name);
      return;
    }
    if (!this.members.delete(name)) return;
    this.sorted = null;
    ++this.version;
  }

  endSnapshot() {
    if (this.snapshot) {
      this.members = this.snapshot;
      this.snapshot = null;
      this.sorted = null;
    }
    this.synced = true;
    ++this.version;
  }

  get(name) {
    return this.members.get(name);
  }

  get size() {
    return this.members.size;
  }

  // Names by code unit. Members change far more often than names come and go,
  // so the order is kept.
  names() {
    this.sorted ??= [...this.members.keys()].sort();
    return this.sorted;
  }

  counts() {
    const counts = Object.fromEntries(STATUSES.map((status) => [status, 0]));
    for (const member of this.members.values()) ++counts[member.status];
    return counts;
  }
}
