// The ZooKeeper servers under the cluster, as rosterd found them, and what an
// operator should know about them. Pure.
import { shortEnum } from './member_status.js';
import { readDuration, readNumber, readOptional, readTime }
    from './proto_json.js';

// Requests in a queue from which on a server is too slow: the limit of the
// alert RosterEnsembleServerBusy. At 1000 it stops reading from clients.
export const OUTSTANDING_HIGH = 50;

// Milliseconds, or null.
function latency(text) {
  const seconds = readDuration(text);
  return seconds === null ? null : seconds * 1000;
}

// 64 bits; kept as an integer, which a Number could not.
function readZxid(value) {
  if (value === undefined || value === null) return null;
  return BigInt.asUintN(64, BigInt(value));
}

function readServer(message) {
  const server = {
    address: message.address ?? '',
    state: shortEnum(message.state, 'ZOO_KEEPER_SERVER_STATE_'),
    role: shortEnum(message.role, 'ZOO_KEEPER_ROLE_'),
    problem: message.problem ?? '',
    version: message.version ?? '',
    latency: [message.latency_min, message.latency_avg, message.latency_max]
        .map(latency),
    connections: readOptional(message.connections),
    outstanding: readOptional(message.outstanding_requests),
    znodes: readOptional(message.znodes),
    dataBytes: readOptional(message.data_bytes),
    zxid: readZxid(message.zxid),
    askedAt: readTime(message.asked_at),
  };
  // Only a word that the whitelist lacks leaves a problem with one that serves.
  server.forbidden = server.state === 'NOT_ALLOWED' ||
      (server.state === 'SERVING' && server.problem !== '');
  return server;
}

// The servers of a GetSummaryResponse; null where rosterd does not ask them.
export function readServers(answer) {
  const servers = answer?.ensemble?.servers;
  return servers ? servers.map(readServer) : null;
}

const VOTERS = ['LEADER', 'FOLLOWER'];

// Answers, but may not say what it is; or was not asked yet.
function mayServe({ state }) {
  return state === 'NOT_ALLOWED' || state === '';
}

function serves({ state, role }) {
  return state === 'SERVING' && role !== 'READ_ONLY';
}

// Whether there is a leader, and one only.
function leaderWarnings(servers) {
  const having = (role) => servers.filter((server) => server.role === role);
  const alone = having('STANDALONE');
  const leaders = having('LEADER');
  const found = [];
  if (alone.length > 0 && servers.length > 1)
    found.push({ grade: 'bad', key: 'ensemble.alone', about: alone });
  if (leaders.length > 1)
    found.push({ grade: 'bad', key: 'ensemble.leaders', about: leaders });
  if (leaders.length > 0 || alone.length > 0 || servers.some(mayServe))
    return found;
  // Those who follow have a leader, whom rosterd was not told or cannot reach.
  found.push(servers.some(serves)
    ? { grade: 'warn', key: 'ensemble.leaderElsewhere' }
    : { grade: 'bad', key: 'ensemble.noLeader' });
  return found;
}

// Whether the ensemble bears the loss of another server. Counts those that
// rosterd was told, which should be all voters.
function marginWarnings(servers) {
  const voters = servers.filter(({ role }) => role !== 'OBSERVER');
  const there = voters.filter((server) => mayServe(server) ||
      (serves(server) && VOTERS.includes(server.role)));
  const needed = Math.floor(voters.length / 2) + 1;
  return there.length < voters.length && there.length === needed
      ? [{ grade: 'warn', key: 'ensemble.margin' }] : [];
}

// What is not as it should be, the gravest first: {grade, key, about, n}.
// `grade` is 'bad', 'warn' or 'note', `key` that of a text, `about` the servers
// in question.
export function ensembleWarnings(servers) {
  const found = leaderWarnings(servers);
  const add = (grade, key, about) => {
    if (about.length > 0) found.push({ grade, key, about });
  };
  add('bad', 'ensemble.away', servers.filter(
      (server) => !mayServe(server) && server.state !== 'SERVING'));
  add('bad', 'ensemble.readOnly',
      servers.filter(({ role }) => role === 'READ_ONLY'));
  found.push(...marginWarnings(servers));
  add('warn', 'ensemble.busy', servers.filter(
      ({ outstanding }) => readNumber(outstanding) > OUTSTANDING_HIGH));
  add('note', 'ensemble.notAllowed',
      servers.filter(({ forbidden }) => forbidden));
  add('note', 'ensemble.observer',
      servers.filter(({ role }) => role === 'OBSERVER'));
  const grades = ['bad', 'warn', 'note'];
  return found.sort((a, b) => grades.indexOf(a.grade) - grades.indexOf(b.grade));
}
