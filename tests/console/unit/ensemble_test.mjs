// What is told of the ZooKeeper servers, and when an operator is warned.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OUTSTANDING_HIGH, ensembleWarnings, readServers }
    from '../../../console/src/ensemble.js';

// "LEADER" serves, "!REFUSED" does not; each with what is given besides.
function servers(...kinds) {
  return readServers({ ensemble: { servers: kinds.map((kind, i) => {
    const [word, more] = [kind].flat();
    const state = word.startsWith('!') ? word.slice(1) : 'SERVING';
    return { address: `zk${i + 1}:2181`,
             state: `ZOO_KEEPER_SERVER_STATE_${state}`,
             role: `ZOO_KEEPER_ROLE_${
                 word.startsWith('!') ? 'UNSPECIFIED' : word}`, ...more };
  }) } });
}

// ["bad noLeader", "warn busy zk1:2181"].
function warned(...kinds) {
  return ensembleWarnings(servers(...kinds)).map(({ grade, key, about = [] }) =>
      [grade, key.replace('ensemble.', ''), ...about.map(({ address }) => address)]
          .join(' '));
}

test('figures are read; what is absent is not zero', () => {
  const [server] = servers(['LEADER', {
    latency_min: '0s', latency_avg: '0.000400s', latency_max: '0.012s',
    connections: '3', outstanding_requests: '0', znodes: '12',
    zxid: '-9223372036854775807', asked_at: '2026-01-02T03:04:05Z' }]);
  assert.deepEqual(server.latency, [0, 0.4, 12]);
  assert.equal(server.connections, 3);
  assert.equal(server.outstanding, 0);
  assert.equal(server.dataBytes, null);
  // 64 bits to the last one.
  assert.equal(server.zxid.toString(16), '8000000000000001');
  assert.equal(server.askedAt, Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.equal(server.forbidden, false);
});

test('where rosterd does not ask, that is told apart from an answer', () => {
  assert.equal(readServers({ summary: {} }), null);
  assert.equal(readServers(null), null);
});

test('what is well warns of nothing', () => {
  assert.deepEqual(warned('LEADER', 'FOLLOWER', 'FOLLOWER'), []);
  assert.deepEqual(warned('STANDALONE'), []);
  assert.deepEqual(warned('!UNSPECIFIED', '!UNSPECIFIED', '!UNSPECIFIED'), []);
});

test('without a quorum there is no leader', () => {
  assert.deepEqual(warned('!NOT_SERVING', '!REFUSED', '!NO_ANSWER'),
                   ['bad noLeader', 'bad away zk1:2181 zk2:2181 zk3:2181']);
  assert.deepEqual(warned('READ_ONLY', '!REFUSED', '!REFUSED'),
                   ['bad noLeader', 'bad away zk2:2181 zk3:2181',
                    'bad readOnly zk1:2181']);
});

test('those who follow have a leader, who is only not seen', () => {
  assert.deepEqual(warned('FOLLOWER', 'FOLLOWER'), ['warn leaderElsewhere']);
  assert.deepEqual(warned('FOLLOWER', 'FOLLOWER', '!UNREACHABLE'),
                   ['bad away zk3:2181', 'warn leaderElsewhere', 'warn margin']);
});

test('one that may not tell may be the leader', () => {
  assert.deepEqual(warned('FOLLOWER', 'FOLLOWER', '!NOT_ALLOWED'),
                   ['note notAllowed zk3:2181']);
  assert.deepEqual(warned('!NOT_ALLOWED'), ['note notAllowed zk1:2181']);
});

test('the loss that the ensemble would not bear is announced', () => {
  assert.deepEqual(warned('LEADER', 'FOLLOWER', '!REFUSED'),
                   ['bad away zk3:2181', 'warn margin']);
  assert.deepEqual(warned('LEADER', 'FOLLOWER', 'FOLLOWER', 'FOLLOWER', '!REFUSED'),
                   ['bad away zk5:2181']);
  // Observers make no quorum.
  assert.deepEqual(warned('LEADER', 'FOLLOWER', '!REFUSED', 'OBSERVER'),
                   ['bad away zk3:2181', 'warn margin', 'note observer zk4:2181']);
});

test('servers that do not belong together are told', () => {
  assert.deepEqual(warned('STANDALONE', 'STANDALONE'),
                   ['bad alone zk1:2181 zk2:2181']);
  assert.ok(warned('LEADER', 'LEADER', 'FOLLOWER')
      .includes('bad leaders zk1:2181 zk2:2181'));
});

test('a queue is worth a warning at what the alert takes for it', () => {
  const queue = (n) => ['FOLLOWER', { outstanding_requests: String(n) }];
  assert.deepEqual(warned('LEADER', queue(OUTSTANDING_HIGH)), []);
  assert.deepEqual(warned('LEADER', queue(OUTSTANDING_HIGH + 1)),
                   ['warn busy zk2:2181']);
  const alerts = readFileSync(new URL(
      '../../../dashboards/prometheus/roster_alerts.yaml', import.meta.url), 'utf8');
  const [, limit] = alerts.match(/outstanding_requests\[5m\]\)\) > (\d+)/);
  assert.equal(OUTSTANDING_HIGH, Number(limit));
});

test('one that serves and keeps a word back is not allowed to say it', () => {
  assert.deepEqual(
      warned(['STANDALONE', { problem: 'no data size: mntr is not ...' }]),
      ['note notAllowed zk1:2181']);
});
