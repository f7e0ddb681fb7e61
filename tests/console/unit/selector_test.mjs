// The page's selectors mean what docs/selectors.md says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMember } from '../../../console/src/member.js';
import { SelectorError, globMatches, parseSelector, quoteValue }
    from '../../../console/src/selector.js';

const member = (changes = {}) => readMember({
  name: 'web-01', cluster: 'default', status: 'MEMBER_STATUS_UP',
  service: 'search', version: '1.4', labels: { zone: 'a', canary: '' },
  ...changes });
const matches = (selector, changes) => parseSelector(selector)(member(changes));

test('empty text, blanks and a star match every member', () => {
  for (const all of ['', '   ', '*', ' * ']) assert.ok(matches(all), all);
});

test('each requirement of the documentation', () => {
  const cases = {
    'zone=a': true, 'zone==a': true, 'zone=b': false, 'zone!=a': false,
    'zone!=b': true, 'rack!=a': true, 'rack=a': false, 'zone=a|b': true,
    'zone=b|c': false, 'zone in (a,b)': true, 'zone in (b, c)': false,
    'zone!=a|b': false, 'zone notin (a,b)': false, 'rack notin (a)': true,
    'zone': true, 'rack': false, '!zone': false, '!rack': true,
    'canary': true, 'canary=""': true,
    'status=UP': true, 'status=up|lost': true, 'status!=UP': false,
    'service=search': true, '!service': false, 'version=""': false,
    'name=web-*': true, 'name=web-0?': true, 'name=db-*': false,
    'name="web-*"': false, 'cluster=default': true,
    'label.zone=a': true, 'label.status=blue': false,
    ' zone = a , status = UP ': true, 'zone=a,status=LOST': false,
  };
  for (const [selector, expected] of Object.entries(cases))
    assert.equal(matches(selector), expected, selector);
});

test('a label that is called like a field is reached by the prefix', () => {
  assert.ok(matches('label.status=blue', { labels: { status: 'blue' } }));
  assert.ok(matches('label.label.x=1', { labels: { 'label.x': '1' } }));
});

test('labels never reach into the prototype of objects', () => {
  assert.equal(matches('constructor'), false);
  assert.equal(matches('!toString'), true);
  assert.equal(matches('__proto__'), false);
});

test('errors say what and where, as rosterd does', () => {
  const cases = {
    'zone=': "expected a value after '=', found the end, at column 6",
    'status=UPP': "no such status: 'UPP'; there are STARTING, UP, DEGRADED, " +
        'DRAINING, OFFLINE, LOST, LEFT, at column 8',
    'zone in a': "expected '(' after 'in', found 'a', at column 9",
    'zone in (a': "this '(' is never closed, at column 9",
    'a="b': "this '\"' is never closed, at column 3",
    'a b': "expected =, ==, !=, in, notin or ',', found 'b', at column 3",
    ',': "expected a key, found ',', at column 1",
    '!a=b': "'!a' takes no operator, found '=', at column 3",
    'na*e=x': "a key takes no wildcards: 'na*e', at column 1",
    'ü=': "expected a value after '=', found the end, at column 3",
    'a=b c': "expected ',' before 'c', at column 5",
  };
  for (const [selector, message] of Object.entries(cases)) {
    assert.throws(() => parseSelector(selector),
                  (e) => e instanceof SelectorError && e.message === message,
                  `${selector}: ${message}`);
  }
});

test('a selector of more than 4096 bytes is refused', () => {
  assert.throws(() => parseSelector('a='.padEnd(4097, 'x')), /4097 bytes/);
  parseSelector('a='.padEnd(4096, 'x'));
});

test('no wildcard explodes', () => {
  // If it tried all ways to place the stars it would not end.
  const text = [...'a'.repeat(2000)];
  assert.equal(globMatches([...'*a'.repeat(100), 'b'], text), false);
});

test('a quoted value is read back as it was', () => {
  for (const value of ['a', 'a, b', '"', '\\', 'x|y', '', 'ü*', 'a"b\\c']) {
    assert.ok(matches(`note=${quoteValue(value)}`, { labels: { note: value } }),
              value);
  }
});
