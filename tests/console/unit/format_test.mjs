// Numbers, times, addresses and forms: the pure part of what is shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTIONS, FIELDS, checkForm } from '../../../console/src/actions.js';
import { Clock } from '../../../console/src/clock.js';
import { formatDuration, formatGauge, formatNumber, formatPercent }
    from '../../../console/src/format.js';
import { Frame } from '../../../console/src/frame.js';
import { GaugeHistory } from '../../../console/src/gauge_history.js';
import { plotPoints } from '../../../console/src/gauge_plot.js';
import { parseDuration, readDuration, readNumber, readTime, writeDuration }
    from '../../../console/src/proto_json.js';
import { formatHash, parseHash } from '../../../console/src/router.js';
import { TaskList } from '../../../console/src/task_list.js';
import { MemberStore } from '../../../console/src/member_store.js';
import { visibleText } from '../../../console/src/visible_text.js';
import { rowForKey, scrollToShow, virtualWindow }
    from '../../../console/src/virtual_window.js';

test('durations have two parts at most', () => {
  const cases = [[0, '0s'], [999, '0s'], [59_000, '59s'], [60_000, '1m'],
                 [250_000, '4m10s'], [3_600_000, '1h'], [3_661_000, '1h1m'],
                 [90_061_000, '1d1h'], [86_400_000, '1d'], [-5, '0s'],
                 [null, '–'], [NaN, '–']];
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text);
});

test('numbers, and gauges by the end of their name', () => {
  assert.equal(formatNumber(1234), '1,234');
  assert.equal(formatNumber(0.31), '0.31');
  assert.equal(formatNumber(12_345_678), '12.35M');
  assert.equal(formatNumber(-0.5), '-0.5');
  assert.equal(formatNumber(Infinity), '∞');
  assert.equal(formatNumber(NaN), '–');
  assert.equal(formatGauge('rss_bytes', 3 * 1024 * 1024), '3 MiB');
  assert.equal(formatGauge('cpu_ratio', 0.31), '31 %');
  assert.equal(formatGauge('lag_seconds', 2), '2 s');
  assert.equal(formatGauge('queue_depth', 42), '42');
});

test('100 % is only what is done', () => {
  assert.equal(formatPercent(0.99999), '99.9 %');
  assert.equal(formatPercent(1), '100 %');
  assert.equal(formatPercent(null), '–');
});

test('times and durations of proto JSON', () => {
  assert.equal(readTime('2026-11-22T08:00:05.123456789Z'),
               Date.UTC(2026, 10, 22, 8, 0, 5, 123));
  assert.equal(readTime('nonsense'), null);
  assert.equal(readTime(undefined), null);
  assert.equal(readDuration('1.500s'), 1.5);
  assert.equal(readDuration('x'), null);
  assert.equal(readNumber('9007'), 9007);
  assert.equal(writeDuration(90), '90s');
});

test('durations as people write them', () => {
  const cases = { '90': 90, '90s': 90, '10m': 600, '1h30m': 5400, '2d': 172800,
                  ' 5m ': 300, '1.5s': 1.5, '': null, 'soon': null, '-5': null,
                  '5m1h': null };
  for (const [text, seconds] of Object.entries(cases))
    assert.equal(parseDuration(text), seconds, text);
});

test('what would hide or reorder text is shown', () => {
  assert.equal(visibleText('a\u202eb\u0000c\u200bd\n'),
               'a\\u{202e}b\\x00c\\u{200b}d\\x0a');
  assert.equal(visibleText('<b>"ü", 成员, עברית'), '<b>"ü", 成员, עברית');
  assert.equal(visibleText(undefined), '');
});

test('addresses are read back as they were', () => {
  const routes = [
    { page: 'members', name: '', params: { selector: 'zone=a,x="b&c"' } },
    { page: 'members', name: 'a/b%20?#:<ü>', params: { cluster: 'ö=1' } },
    { page: 'overview', name: '', params: {} }];
  for (const route of routes)
    assert.deepEqual(parseHash(formatHash(route)), route);
  assert.equal(parseHash('').page, 'overview');
  assert.equal(parseHash('#/members/%zz').name, '%zz');
  assert.equal(parseHash('#/members/../x').name, '../x');
});

test('only rows in sight are made, and keys lead from row to row', () => {
  assert.deepEqual(virtualWindow(0, 360, 10_000, 36, 6),
                   { first: 0, last: 16, above: 0, below: 9984 * 36, slots: 23 });
  for (let top = 0; top < 2000; top += 7) {
    const { first, last, slots } = virtualWindow(top, 365, 10_000, 36);
    assert.ok(last - first <= slots, `${last - first} rows at ${top}`);
  }
  const middle = virtualWindow(180_000, 360, 10_000, 36, 6);
  assert.equal(middle.first, 4994);
  assert.equal(middle.above + middle.below + (middle.last - middle.first) * 36,
               360_000);
  // The table became shorter than it was scrolled.
  assert.ok(virtualWindow(360_000, 360, 3, 36).last === 3);
  assert.equal(rowForKey('ArrowDown', 0, 3, 10), 1);
  assert.equal(rowForKey('PageDown', 0, 3, 10), 2);
  assert.equal(rowForKey('Home', 2, 3, 10), 0);
  assert.equal(rowForKey('x', 2, 3, 10), null);
  assert.equal(rowForKey('End', 0, 0, 10), null);
  assert.equal(scrollToShow(0, 500, 360, 36, 36), 0);
  assert.equal(scrollToShow(20, 0, 360, 36, 36), 20 * 36 + 72 - 360);
});

test('stalled tasks come first, then those that take longest', () => {
  const store = new MemberStore();
  const task = (id, changes) => ({ id, state: 'TASK_STATE_RUNNING', done: 1,
                                   ...changes });
  store.put({ name: 'm', present: true, tasks: [
    task('soon', { expected_end: '2026-01-01T00:00:00Z' }),
    task('late', { expected_end: '2026-01-02T00:00:00Z' }),
    task('unknown'), task('stalled', { stalled: true }),
    { ...task('done'), state: 'TASK_STATE_SUCCEEDED' }] });
  store.put({ name: 'gone', present: false, tasks: [task('x')] });
  const list = new TaskList(store);
  assert.deepEqual(list.find({}).map(({ task: { id } }) => id),
                   ['stalled', 'unknown', 'late', 'soon']);
});

test('gauges keep their last values, for a bounded number of members', () => {
  const history = new GaugeHistory({ points: 3, members: 2 });
  for (let i = 0; i < 5; ++i)
    history.record({ name: 'a', gauges: { x: i, bad: NaN } }, i);
  assert.deepEqual(history.of('a', 'x'), [[2, 2], [3, 3], [4, 4]]);
  assert.deepEqual(history.of('a', 'bad'), []);
  history.record({ name: 'b', gauges: { x: 1 } }, 9);
  history.record({ name: 'c', gauges: { x: 1 } }, 9);
  assert.deepEqual(history.of('a', 'x'), []);
  assert.equal(plotPoints([[0, 1], [10, 3]], 100, 20), '0.0,18.0 100.0,2.0');
  assert.doesNotMatch(plotPoints([[5, 1], [5, 1]]), /NaN/);
});

test('drawing happens once a frame and at most ten times a second', () => {
  let now = 0;
  let drawn = 0;
  const timers = [];
  const frame = new Frame(() => { ++drawn; }, {
    now: () => now, requestFrame: (f) => f(), setTimeout: (f) => timers.push(f) });
  frame.request();
  assert.equal(drawn, 1);
  now = 20;
  frame.request();
  frame.request();
  assert.equal(drawn, 1);
  assert.equal(timers.length, 1);
  now = 100;
  timers[0]();
  assert.equal(drawn, 2);
});

test('the clock follows the server only when it is really off', () => {
  const clock = new Clock(() => 1_000_000);
  clock.observe(new Date(1_001_000).toUTCString());
  assert.equal(clock.now(), 1_000_000);
  clock.observe(new Date(1_060_000).toUTCString());
  assert.equal(clock.now(), 1_060_500);
  clock.observe(null);
  assert.equal(clock.now(), 1_060_500);
});

test('forms: what is missing, too long, or no duration', () => {
  assert.deepEqual(checkForm('drain', { actor: ' ', reason: '' }),
                   { actor: 'form.missing', reason: 'form.missing' });
  assert.deepEqual(checkForm('drain', { actor: 'ops', reason: 'x'.repeat(1025),
                                        drainTimeout: 'soon' }),
                   { reason: 'form.tooLong', drainTimeout: 'form.duration' });
  assert.deepEqual(checkForm('online', { actor: 'ops' }), {});
  for (const { fields } of Object.values(ACTIONS))
    for (const field of fields) assert.ok(FIELDS[field], field);
});
