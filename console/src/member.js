// A member as the page keeps it: the API's Member with times as numbers and
// enums as short words. `raw` is what came.
import { shortEnum } from './member_status.js';
import { readNumber, readOptional, readTime } from './proto_json.js';

export function readTask(json) {
  return {
    id: json.id ?? '',
    name: json.name ?? '',
    state: shortEnum(json.state, 'TASK_STATE_'),
    done: readNumber(json.done),
    total: readOptional(json.total),
    unit: json.unit ?? '',
    message: json.message ?? '',
    startedAt: readTime(json.started_at),
    updatedAt: readTime(json.updated_at),
    stalled: Boolean(json.stalled),
    advancedAt: readTime(json.advanced_at),
    rate: readOptional(json.rate_per_second),
    expectedEnd: readTime(json.expected_end),
    ratio: readOptional(json.progress_ratio),
  };
}

export function readHold(json) {
  return {
    id: json.id ?? '',
    owner: json.owner ?? '',
    mode: shortEnum(json.mode, 'HOLD_MODE_'),
    reason: json.reason ?? '',
    ticket: json.ticket ?? '',
    createdAt: readTime(json.created_at),
    deadline: readTime(json.deadline),
    expiresAt: readTime(json.expires_at),
    restart: Boolean(json.restart),
  };
}

function readDesired(json = {}) {
  return {
    epoch: readNumber(json.epoch),
    holds: (json.holds ?? []).map(readHold),
    problem: json.problem ?? '',
  };
}

export function readMember(json) {
  return {
    name: json.name ?? '',
    status: shortEnum(json.status, 'MEMBER_STATUS_'),
    statusSince: readTime(json.status_since),
    present: Boolean(json.present),
    reported: shortEnum(json.reported_state, 'REPORTED_STATE_'),
    stateReason: json.state_reason ?? '',
    opaque: Boolean(json.opaque),
    opaqueReason: json.opaque_reason ?? '',
    recordWarning: json.record_warning ?? '',
    service: json.service ?? '',
    version: json.version ?? '',
    incarnation: json.incarnation ?? '',
    endpoints: json.endpoints ?? {},
    labels: json.labels ?? {},
    gauges: json.gauges ?? {},
    tasks: (json.tasks ?? []).map(readTask),
    startedAt: readTime(json.started_at),
    updatedAt: readTime(json.updated_at),
    joinedAt: readTime(json.joined_at),
    writtenAt: readTime(json.written_at),
    departedAt: readTime(json.departed_at),
    appliedEpoch: readOptional(json.applied_epoch),
    desired: readDesired(json.desired),
    neverSeen: Boolean(json.never_seen),
    drainOverdue: Boolean(json.drain_overdue),
    cluster: json.cluster ?? '',
    raw: json,
  };
}

// The task that says most in one line: a stalled one, else the one that is
// least far.
export function foremostTask(member) {
  let best = null;
  for (const task of member.tasks) {
    if (task.state !== 'RUNNING') continue;
    if (!best || rank(task) < rank(best)) best = task;
  }
  return best;
}

function rank(task) {
  return task.stalled ? -1 : task.ratio ?? 2;
}

export function runningTasks(member) {
  return member.present ? member.tasks.filter((t) => t.state === 'RUNNING')
                        : [];
}
