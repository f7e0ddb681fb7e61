// All running tasks of all members. Pure.
import { runningTasks } from './member.js';

// Stalled ones first, then those that will take longest; those of which nobody
// knows how long they take come before those that are nearly done.
function urgency({ task }) {
  if (task.stalled) return Infinity;
  if (task.expectedEnd !== null) return task.expectedEnd;
  return Number.MAX_SAFE_INTEGER;
}

const COMPARE = {
  urgency: (a, b) => Math.sign(urgency(b) - urgency(a)) || 0,
  member: () => 0,  // as they come
  progress: (a, b) => (a.task.ratio ?? -1) - (b.task.ratio ?? -1),
  rate: (a, b) => (a.task.rate ?? -1) - (b.task.rate ?? -1),
};
export const TASK_SORTS = Object.keys(COMPARE);

export class TaskList {
  constructor(store) {
    this.store = store;
    this.asked = '';
    this.rows = [];
  }

  // [{key, member, task}], kept until the members or the question change.
  find({ matches = () => true, text = '', sort = 'urgency', descending = false }) {
    const asked = [this.store.version, text, sort, descending].join('\n');
    if (asked === this.asked) return this.rows;
    this.asked = asked;
    this.rows = [];
    for (const name of this.store.names()) {
      const member = this.store.get(name);
      if (!matches(member)) continue;
      for (const task of runningTasks(member))
        this.rows.push({ key: `${name}/${task.id}`, member, task });
    }
    this.rows.sort(COMPARE[sort] ?? COMPARE.urgency);
    if (descending) this.rows.reverse();
    return this.rows;
  }
}
