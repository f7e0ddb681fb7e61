// The page speaks both languages completely, and its sources keep their rules.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { chinese } from '../../../console/src/lang_zh.js';
import { english } from '../../../console/src/lang_en.js';
import { ACTIONS, FIELDS } from '../../../console/src/actions.js';
import { COORDINATION_KINDS } from '../../../console/src/coordination_page.js';
import { PAGES } from '../../../console/src/header.js';
import { STATUSES } from '../../../console/src/member_status.js';

const root = new URL('../../../console/', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const sources = readdirSync(new URL('src/', root))
    .map((name) => ({ name, text: read(`src/${name}`) }));
const placeholders = (entry) =>
    [...new Set([entry].flat().join(' ').match(/\{\w+\}/g) ?? [])].sort();

test('both dictionaries have the same keys, forms and placeholders', () => {
  assert.deepEqual(Object.keys(chinese).sort(), Object.keys(english).sort());
  for (const [key, entry] of Object.entries(english)) {
    assert.equal(Array.isArray(chinese[key]), Array.isArray(entry), key);
    assert.deepEqual(placeholders(chinese[key]), placeholders(entry), key);
    assert.ok([entry, chinese[key]].flat().every((text) => text.trim()), key);
  }
});

test('Chinese is Chinese', () => {
  const same = Object.keys(english).filter(
      (key) => JSON.stringify(english[key]) === JSON.stringify(chinese[key]));
  assert.deepEqual(same, ['overview.version', 'audit.itself']);
});

test('every key that the sources ask for is there', () => {
  for (const { name, text } of sources) {
    for (const [, key] of text.matchAll(/\bt\(\s*'([\w.]+)'\s*[,)]/g))
      assert.ok(key in english, `${name}: ${key}`);
    for (const [, prefix] of text.matchAll(/\bt\(\s*'([\w.]+\.)' \+/g)) {
      assert.ok(Object.keys(english).some((key) => key.startsWith(prefix)),
                `${name}: ${prefix}`);
    }
  }
});

test('every key is asked for', () => {
  const all = sources.filter(({ name }) => !name.startsWith('lang_'))
      .map(({ text }) => text).join('\n');
  const prefixes = [...all.matchAll(/'([\w.]+\.)' \+/g)].map(([, p]) => p);
  const unused = Object.keys(english).filter((key) =>
      !all.includes(`'${key}'`) && !prefixes.some((p) => key.startsWith(p)));
  assert.deepEqual(unused, []);
});

test('keys that are put together are complete', () => {
  const proto = readFileSync(new URL(
      '../proto/roster/v1/membership.proto', root), 'utf8') + readFileSync(
      new URL('../proto/roster/v1/control.proto', root), 'utf8') + readFileSync(
      new URL('../proto/roster/v1/coordination.proto', root), 'utf8');
  const values = (prefix) => [...proto.matchAll(
      new RegExp(`^  ${prefix}(\\w+) = [1-9]`, 'gm'))].map(([, value]) => value);
  const families = {
    'event.': values('EVENT_TYPE_'), 'status.': values('MEMBER_STATUS_'),
    'reported.': values('REPORTED_STATE_'), 'task.state.': values('TASK_STATE_'),
    'mode.': values('HOLD_MODE_'), 'operation.': values('OPERATION_STATE_'),
    'operation.kind.': values('OPERATION_KIND_'),
    'step.': values('OPERATION_STEP_'), 'guard.': values('MASS_LOSS_CAUSE_'),
    'role.': values('CONTENDER_ROLE_'), 'lock.kind.': values('LOCK_KIND_'),
    'election.kind.': values('ELECTION_KIND_'),
    'barrier.kind.': values('BARRIER_KIND_'), 'handBack.': values('HAND_BACK_'),
    'ensemble.role.': values('ZOO_KEEPER_ROLE_'),
    'ensemble.state.': values('ZOO_KEEPER_SERVER_STATE_'),
    'coordination.': COORDINATION_KINDS,
    'coordination.one.': COORDINATION_KINDS,
    'nav.': PAGES, 'field.': Object.keys(FIELDS),
    'action.': Object.keys(ACTIONS), 'ask.': Object.keys(ACTIONS),
    'explain.': Object.keys(ACTIONS), 'done.': Object.keys(ACTIONS) };
  for (const [prefix, names] of Object.entries(families)) {
    assert.ok(names.length > 0, prefix);
    for (const name of names) assert.ok(prefix + name in english, prefix + name);
  }
  assert.deepEqual([...STATUSES].sort(), values('MEMBER_STATUS_').sort());
});

test('no source makes markup or code out of text', () => {
  for (const { name, text } of sources) {
    assert.doesNotMatch(
        text, /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|new Function|dangerously/,
        name);
  }
  assert.doesNotMatch(read('index.html'), /<script>|<style|style=|\son\w+=/);
});

test('the page names nothing outside of its origin', () => {
  const pages = ['index.html', 'style.css'].map(
      (name) => ({ name, text: read(name) }));
  for (const { name, text } of [...sources, ...pages])
    assert.doesNotMatch(text, /https?:\/\/|@import/, name);
  assert.doesNotMatch(read('style.css'), /url\(/);
});

test('index.html preloads every module, so that they come side by side', () => {
  const listed = [...read('index.html')
      .matchAll(/modulepreload" href="\/(.*?)"/g)].map(([, path]) => path);
  const modules = [...sources.map(({ name }) => `src/${name}`),
                   ...readdirSync(new URL('vendor/', root))
                       .filter((name) => name.endsWith('.js'))
                       .map((name) => `vendor/${name}`)]
      .filter((path) => path !== 'src/main.js');
  assert.deepEqual(listed.sort(), modules.sort());
});

test('dark is the same, chosen or by the system', () => {
  const css = read('style.css');
  const blocks = [...css.matchAll(/\[data-theme="(?:light|dark)"\]\)? \{([^}]*)\}/g)]
      .map(([, block]) => block.replace(/\s+/g, ' ').trim());
  assert.equal(blocks.length, 2);
  assert.equal(blocks[0], blocks[1]);
});
