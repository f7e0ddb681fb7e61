// The live connection: reconnects, resumes, notices silence. Time is ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Backoff } from '../../../console/src/backoff.js';
import { Stream } from '../../../console/src/stream.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

// A server of which each answer is made by the test, and a clock that it turns.
function harness(handler = {}) {
  const asked = [];
  const timers = new Map();
  let now = 0;
  let timerId = 0;
  const fetch = (url, options) => new Promise((resolve, reject) => {
    options.signal.addEventListener('abort',
                                    () => reject(new Error('aborted')));
    asked.push({ url, lastId: options.headers['Last-Event-ID'] ?? '',
                 signal: options.signal,
                 answer: (response) => resolve(response), reject });
  });
  const events = [];
  const states = [];
  const stream = new Stream(
      { onEvent: (event) => {
          handler.onEvent?.(event);
          events.push(event);
        },
        onState: (state) => states.push(state.phase) },
      { fetch, now: () => now, silence: 1000,
        setTimeout: (f, ms) => {
          timers.set(++timerId, { at: now + ms, f });
          return timerId;
        },
        clearTimeout: (id) => timers.delete(id),
        backoff: new Backoff({ first: 100, most: 400, random: () => 1 }) });
  const advance = async (ms) => {
    now += ms;
    for (const [id, timer] of [...timers]) {
      if (timer.at > now) continue;
      timers.delete(id);
      timer.f();
    }
    await turn();
  };
  return { stream, asked, events, states, advance };
}

function body() {
  let controller;
  const readable = new ReadableStream({ start: (c) => { controller = c; } });
  const encoder = new TextEncoder();
  return { response: new Response(readable),
           send: (text) => controller.enqueue(encoder.encode(text)),
           end: () => controller.close(),
           fail: () => controller.error(new Error('cut')) };
}

test('gives events, and resumes after the last when the stream is cut', async () => {
  const { stream, asked, events, states, advance } = harness();
  stream.open('/watch');
  const first = body();
  asked[0].answer(first.response);
  await turn();
  first.send('id: r1\nevent: member\ndata: {"name":"a"}\n\n');
  await turn();
  assert.deepEqual(events, [{ type: 'member', data: { name: 'a' }, id: 'r1' }]);
  first.fail();
  await turn();
  assert.equal(stream.state.phase, 'waiting');
  await advance(100);
  assert.equal(asked.length, 2);
  assert.equal(asked[1].lastId, 'r1');
  assert.deepEqual(states, ['connecting', 'open', 'waiting', 'connecting']);
});

test('waits longer after each failure, and says what the server said', async () => {
  const { stream, asked, advance } = harness();
  stream.open('/watch');
  for (const pause of [100, 200, 400, 400]) {
    asked.at(-1).answer(new Response('{"message":"too many streams"}',
                                     { status: 503 }));
    await turn();
    await turn();
    assert.equal(stream.state.error, 'too many streams');
    const before = asked.length;
    await advance(pause - 1);
    assert.equal(asked.length, before);
    await advance(1);
    assert.equal(asked.length, before + 1);
  }
});

test('a connection that falls silent is taken for dead', async () => {
  const { stream, asked, advance } = harness();
  stream.open('/watch');
  const first = body();
  asked[0].answer(first.response);
  await turn();
  await advance(900);
  first.send(': alive\n');
  await turn();
  await advance(900);
  assert.equal(stream.state.phase, 'open');
  await advance(100);
  assert.equal(stream.state.phase, 'waiting');
  assert.equal(stream.state.error, 'no sign of life');
  assert.ok(asked[0].signal.aborted);
});

test('another URL begins anew, and the old connection says nothing more', async () => {
  const { stream, asked, events } = harness();
  stream.open('/watch?cluster=a');
  const first = body();
  asked[0].answer(first.response);
  await turn();
  first.send('id: r1\ndata: 1\n\n');
  await turn();
  stream.open('/watch?cluster=b');
  first.send('data: 2\n\n');
  await turn();
  assert.equal(events.length, 1);
  assert.deepEqual([asked[1].url, asked[1].lastId], ['/watch?cluster=b', '']);
});

test('an event that cannot be used is asked for again', async () => {
  let fail = true;
  const { stream, asked, events, advance } = harness({
    onEvent: () => { if (fail) throw new Error('bug'); } });
  stream.open('/watch');
  const first = body();
  asked[0].answer(first.response);
  await turn();
  first.send('id: r9\ndata: {}\n\n');
  await turn();
  assert.equal(stream.state.phase, 'waiting');
  fail = false;
  await advance(100);
  assert.equal(asked[1].lastId, '');
  assert.equal(events.length, 0);
});

test('a hidden page lets go after a minute and comes back when shown', async () => {
  const { stream, asked, advance } = harness();
  stream.open('/watch');
  const first = body();
  asked[0].answer(first.response);
  await turn();
  first.send('id: r1\ndata: 1\n\n');
  await turn();
  stream.setVisible(false);
  for (let second = 0; second < 59; ++second) {
    first.send(': alive\n');
    await turn();
    await advance(999);
  }
  assert.equal(stream.state.phase, 'open');
  first.send(': alive\n');
  await turn();
  await advance(60_000 - 59 * 999 - 100);
  first.send(': alive\n');
  await turn();
  await advance(100);
  assert.equal(stream.state.phase, 'paused');
  stream.setVisible(true);
  assert.equal(asked.at(-1).lastId, 'r1');
});
