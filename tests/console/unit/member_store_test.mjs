// What the stream brings becomes what is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventList } from '../../../console/src/event_list.js';
import { MemberIndex } from '../../../console/src/member_index.js';
import { MemberStore } from '../../../console/src/member_store.js';
import { OperationList } from '../../../console/src/operation_list.js';

const json = (name, changes = {}) => ({
  name, status: 'MEMBER_STATUS_UP', present: true, ...changes });

function storeOf(...members) {
  const store = new MemberStore();
  store.reset();
  for (const member of members) store.put(member);
  store.endSnapshot();
  return store;
}

test('a snapshot shows only when it is complete, and then at once', () => {
  const store = storeOf(json('a'), json('b'));
  store.reset();
  store.put(json('b'));
  store.put(json('c'));
  assert.deepEqual(store.names(), ['a', 'b']);
  store.endSnapshot();
  assert.deepEqual(store.names(), ['b', 'c']);
});

test('a snapshot that broke off changes nothing', () => {
  const store = storeOf(json('a'));
  store.reset();
  store.put(json('b'));
  store.abandonSnapshot();
  store.put(json('c'));
  assert.deepEqual(store.names(), ['a', 'c']);
});

test('changes and removals, also of names that are unknown', () => {
  const store = storeOf(json('a'));
  store.put(json('a', { status: 'MEMBER_STATUS_LOST' }));
  store.remove('nobody');
  assert.equal(store.counts().LOST, 1);
  assert.equal(store.counts().UP, 0);
  store.remove('a');
  assert.equal(store.size, 0);
});

test('names such as __proto__ are names', () => {
  const store = storeOf(json('__proto__'), json('constructor'));
  assert.equal(store.get('__proto__').status, 'UP');
  assert.deepEqual(store.names(), ['__proto__', 'constructor']);
});

test('filtering, sorting, and statuses in the order of gravity', () => {
  const index = new MemberIndex(storeOf(
      json('a'), json('b', { status: 'MEMBER_STATUS_LOST' }),
      json('c', { status: 'MEMBER_STATUS_DEGRADED', labels: { zone: 'x' } })));
  const names = (query) => index.find(query).members.map((m) => m.name);
  assert.deepEqual(names({}), ['a', 'b', 'c']);
  assert.deepEqual(names({ sort: 'status' }), ['b', 'c', 'a']);
  assert.deepEqual(names({ descending: true }), ['c', 'b', 'a']);
  assert.deepEqual(names({ statuses: ['LOST', 'UP'] }), ['a', 'b']);
  assert.deepEqual(names({ words: 'ZONE=X' }), ['c']);
  assert.deepEqual(names({ selector: 'status!=UP' }), ['b', 'c']);
  assert.match(index.find({ selector: 'a=' }).error, /column 3/);
});

test('the same question is answered from memory until something changes', () => {
  const store = storeOf(json('a'), json('b'));
  const index = new MemberIndex(store);
  const first = index.find({ selector: 'name=a' });
  assert.equal(index.find({ selector: 'name=a' }), first);
  store.put(json('c'));
  assert.notEqual(index.find({ selector: 'name=a' }), first);
});

test('nothing of another cluster is remembered, whatever was counted', () => {
  const store = new MemberStore();
  const index = new MemberIndex(store);
  store.reset();
  store.put(json('a'));
  store.endSnapshot();
  assert.equal(index.find({}).members.length, 1);
  store.clear();
  store.reset();
  store.endSnapshot();
  assert.equal(index.find({}).members.length, 0);
});

test('each event is kept once, the newest first, whatever run it is of', () => {
  const list = new EventList(3);
  const event = (sequence, log = 'one') => ({ sequence: String(sequence),
                                              log_id: log });
  list.addPage([event(2), event(1)]);
  assert.equal(list.add(event(2)), false);
  assert.equal(list.add(event(10)), true);
  assert.equal(list.add(event(1, 'two')), true);
  assert.deepEqual(list.events.map((e) => e.log_id + e.sequence),
                   ['two1', 'one10', 'one2']);
});

test('an operation never goes back, and keeps the members that are known', () => {
  const list = new OperationList();
  list.put({ id: 'a', revision: 2, state: 'OPERATION_STATE_PAUSED',
             members: [{ name: 'm' }] });
  list.put({ id: 'a', revision: 1, state: 'OPERATION_STATE_RUNNING' });
  assert.equal(list.get('a').state, 'OPERATION_STATE_PAUSED');
  list.put({ id: 'a', revision: 3, state: 'OPERATION_STATE_SUCCEEDED' });
  assert.deepEqual(list.get('a').members, [{ name: 'm' }]);
  assert.equal(list.active().length, 0);
  list.replace([]);
  assert.equal(list.get('a'), undefined);
});
