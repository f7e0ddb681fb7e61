// Server-sent events are read however they are cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SseParser } from '../../../console/src/sse_parser.js';

function read(pieces) {
  const events = [];
  const parser = new SseParser((event) => events.push(event));
  for (const piece of pieces) parser.push(piece);
  return events;
}

const TEXT = 'retry: 500\n\n: comment\nid: 7\nevent: member\ndata: {"a":\n' +
    'data: 1}\n\nevent: removed\r\ndata: x\r\n\r\ndata:y\n\n';
const EVENTS = [
  { type: 'member', data: '{"a":\n1}', id: '7' },
  { type: 'removed', data: 'x', id: '7' },
  { type: 'message', data: 'y', id: '7' },
];

test('events in one piece', () => {
  assert.deepEqual(read([TEXT]), EVENTS);
});

test('events cut at every place', () => {
  for (let cut = 1; cut < TEXT.length; ++cut) {
    assert.deepEqual(read([TEXT.slice(0, cut), TEXT.slice(cut)]), EVENTS,
                     `cut at ${cut}`);
  }
  assert.deepEqual(read([...TEXT]), EVENTS);
});

test('comments and events without data are no events', () => {
  assert.deepEqual(read([': a\n\nevent: x\n\nid: 3\n\n']), []);
});

test('an event that is not ended is not given', () => {
  assert.deepEqual(read(['data: half']), []);
});

test('the server says how long to wait', () => {
  let wait = 0;
  const parser = new SseParser(() => {}, (ms) => { wait = ms; });
  parser.push('retry: 1000\nretry: soon\n');
  assert.equal(wait, 1000);
});
