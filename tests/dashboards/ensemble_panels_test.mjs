// What the panels about the ensemble say in states that a real ensemble is not
// brought into for a test: promtool asks their queries of series made here.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { dashboards, require } from './files.mjs';

const yaml = require('yaml');
const STATES = ['SERVING', 'NOT_SERVING', 'NOT_ALLOWED', 'REFUSED', 'NO_ANSWER', 'UNREACHABLE', 'UNREADABLE',
  'NOT_ASKED'];
const ROLES = ['LEADER', 'FOLLOWER', 'OBSERVER', 'STANDALONE', 'READ_ONLY'];

// What rosterd `instance` exports, if it found each server as `found` says:
// [state, role].
function heard(instance, found) {
  const series = [];
  const add = (metric, server, label, values, is) => {
    for (const value of values)
      series.push({ series: `roster_zookeeper_server_${metric}{job="roster",instance="${instance}",` +
        `server="${server}",${label}="${value}"}`, values: value === is ? '1x2' : '0x2' });
  };
  for (const [server, [state, role]] of Object.entries(found)) {
    add('state', server, 'state', STATES, state);
    add('role', server, 'role', ROLES, role);
  }
  return series;
}

// Other things that Prometheus scrapes, but no ZooKeeper.
const OTHERS = [{ series: 'up{job="node",instance="a:9100"}', values: '1x2' },
  { series: 'up{job="roster",instance="r1"}', values: '1x2' }];

function query(title, refId = 'A') {
  const { dashboard } = dashboards().find((each) => each.dashboard.uid === 'roster-zookeeper');
  const { targets } = dashboard.panels.find((panel) => panel.title === title);
  const expr = targets.find((target) => target.refId === refId).expr.replaceAll('$job', 'roster')
    .replaceAll('$zookeeper_job', '()').replaceAll('$instance', '.+');
  assert.doesNotMatch(expr, /\$/);
  return expr;
}

// One sample of one series without labels, or no data.
const number = (value) => (value === null ? [] : [{ labels: '{}', value }]);
const byServer = (values) => Object.entries(values)
  .map(([server, value]) => ({ labels: `{server="${server}"}`, value }));

function check(series, expected) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'roster-panels-')), 'test.yaml');
  fs.writeFileSync(file, yaml.stringify({ rule_files: [], evaluation_interval: '1m', tests: [{
    interval: '1m', input_series: [...OTHERS, ...series],
    promql_expr_test: expected.map(([expr, exp_samples]) => ({ expr, eval_time: '1m', exp_samples })),
  }] }));
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', file], { encoding: 'utf8' });
  fs.rmSync(path.dirname(file), { recursive: true });
  assert.equal(status, 0, stdout + stderr);
}

// name, what one or two rosterds heard, then what is shown.
const LEADER = ['SERVING', 'LEADER'];
const FOLLOWER = ['SERVING', 'FOLLOWER'];
const NOT_ASKED = ['NOT_ASKED', ''];
const CASES = [
  ['healthy, without ZooKeeper\'s provider: no red zero', [{ a: LEADER, b: FOLLOWER, c: FOLLOWER }],
    { servers: 3, serving: 3, not: 0, roles: { a: 3, b: 1, c: 1 } }],
  ['one is away', [{ a: LEADER, b: FOLLOWER, c: ['REFUSED', ''] }, { a: LEADER, b: FOLLOWER, c: ['UNREACHABLE', ''] }],
    { servers: 3, serving: 2, not: 1, roles: { a: 3, b: 1, c: 0 } }],
  ['one is away for one rosterd only', [{ a: LEADER, b: FOLLOWER }, { a: LEADER, b: ['UNREACHABLE', ''] }],
    { servers: 2, serving: 2, not: 0, roles: { a: 3, b: 1 } }],
  ['no quorum', [{ a: ['NOT_SERVING', ''], b: ['NOT_SERVING', ''] }],
    { servers: 2, serving: 0, not: 2, roles: { a: 0, b: 0 } }],
  ['a server that is read-only does not serve', [{ a: LEADER, b: ['SERVING', 'READ_ONLY'] }],
    { servers: 2, serving: 1, not: 1, roles: { a: 3, b: 0 } }],
  ['nobody asks: no data', [{ a: NOT_ASKED, b: NOT_ASKED }], { servers: 2, serving: null, not: null, roles: {} }],
  ['none may tell: no data', [{ a: ['NOT_ALLOWED', ''] }], { servers: 1, serving: null, not: null, roles: {} }],
  ['one rosterd asks, the other does not', [{ a: LEADER }, { a: NOT_ASKED }],
    { servers: 1, serving: 1, not: 0, roles: { a: 3 } }],
  ['no rosterd is scraped: no data', [], { servers: null, serving: null, not: null, roles: {} }],
];

for (const [name, found, shown] of CASES)
  test(name, () => {
    const serves = Object.fromEntries(Object.entries(shown.roles).map(([server, role]) => [server, Math.min(role, 1)]));
    check(found.flatMap((each, index) => heard(`r${index + 1}`, each)), [
      [query('Servers'), number(shown.servers)],
      [query('Serving'), number(shown.serving)],
      [query('Not serving'), number(shown.not)],
      [query('Role by server'), byServer(shown.roles)],
      [query('Servers of the connect string'), byServer(serves)],
      // What Prometheus scrapes besides is no server of ZooKeeper's.
      [query('Without a quorum'), []],
      [query('Unreachable'), []],
    ]);
  });
