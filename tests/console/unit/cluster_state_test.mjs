// What the page takes for known, whatever rosterd can see itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Clock } from '../../../console/src/clock.js';
import { ClusterState } from '../../../console/src/cluster_state.js';

const SEEING = { connected: true, synced: true };
const BLIND = { connected: false, synced: false };

// `answers` are by path; without one a call fails.
function stateOf(answers = {}) {
  const api = { cluster: '', get: async (path) => {
    if (!answers[path]) throw new Error('unavailable');
    return answers[path];
  } };
  return new ClusterState(api, new Clock(), () => {});
}

function snapshot(state, view, ...names) {
  state.apply({ type: 'reset', data: { what: 'members' } });
  state.apply({ type: 'view', data: view });
  for (const name of names)
    state.apply({ type: 'member', data: { name, status: 'MEMBER_STATUS_UP' } });
  state.apply({ type: 'synced', data: {} });
}

test('a rosterd that was started blind makes nobody be forgotten', () => {
  const state = stateOf();
  snapshot(state, SEEING, 'a', 'b');
  snapshot(state, BLIND);
  assert.deepEqual(state.members.names(), ['a', 'b']);
  // Once it sees, who went meanwhile is gone.
  state.apply({ type: 'member', data: { name: 'b' } });
  state.apply({ type: 'view', data: SEEING });
  assert.deepEqual(state.members.names(), ['b']);
  state.apply({ type: 'member', data: { name: 'c' } });
  assert.deepEqual(state.members.names(), ['b', 'c']);
});

test('also when the connection breaks in between, and goes on where it was', () => {
  const state = stateOf();
  snapshot(state, SEEING, 'a', 'b');
  snapshot(state, BLIND);
  state.stream.handler.onState({ phase: 'waiting' });
  state.stream.handler.onState({ phase: 'connecting' });
  state.stream.handler.onState({ phase: 'open' });
  state.apply({ type: 'member', data: { name: 'b' } });
  state.apply({ type: 'bookmark', data: { view: SEEING } });
  assert.deepEqual(state.members.names(), ['b']);
});

test('what is not known is told apart from what is not there', () => {
  const state = stateOf();
  assert.equal(state.unknown(), 'loading');
  snapshot(state, BLIND);
  assert.equal(state.unknown(), 'unknown');
  assert.equal(state.monitors, null);
  snapshot(state, SEEING);
  assert.equal(state.unknown(), '');
});

test('lists that could not be had are asked for again, each by itself', async () => {
  const answers = { summary: {}, monitors: { monitors: [] },
                    events: { events: [{ sequence: '1', at: '2026-01-01T00:00:00Z' }] } };
  const state = stateOf(answers);
  await state.refresh();
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  await settled();
  assert.equal(state.operationsKnown, false);
  assert.equal(state.events.events.length, 1);
  answers.operations = { operations: [{ id: 'op-1' }] };
  await state.refresh();
  await settled();
  assert.equal(state.operationsKnown, true);
  assert.equal(state.operations.all().length, 1);
});
