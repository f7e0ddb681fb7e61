// Takes the pictures of the documentation from a real console on a real, small
// cluster: screenshots.mjs FOLDER. See scripts/screenshots.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Browser } from './browser.mjs';
import { Cluster, until } from './cluster.mjs';

const folder = process.argv[2];
const MOST_BYTES = 200_000;

// Members that stand still look dead; these are made once, and the indexers
// beside them really work.
function record(service, changes = {}) {
  const now = new Date();
  const ago = (seconds) => new Date(now - seconds * 1000).toISOString();
  return JSON.stringify({
    v: 1, incarnation: `${service}-%N`, service, version: '2.7.1', state: 'UP',
    labels: { zone: 'abc'[service.length % 3] }, started_at: ago(86_400),
    updated_at: ago(2), endpoints: { grpc: '10.0.0.%N:50051' }, ...changes });
}

const names = (prefix, count) => Array.from(
    { length: count }, (_, i) => `${prefix}-${String(i + 1).padStart(2, '0')}`);

async function change(cluster, method, path, body) {
  const response = await fetch(`${cluster.url}/api/v1/${path}`, {
    method, body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Roster-Csrf': '1' } });
  assert.ok(response.ok, await response.text());
}

async function furnish(cluster) {
  const { plain } = cluster;
  await plain.create(names('web', 12), record('web'));
  await plain.create(names('search', 8), record('search'));
  await plain.create(names('cache', 6), record('cache'));
  await plain.set('web-03', record('web', {
    state: 'DEGRADED', state_reason: 'certificate ends in 3 days' }));
  await plain.set('search-05', record('search', { state: 'STARTING' }));
  await plain.create(['search-09'], record('search'));
  for (const [name, zone] of [['a', 'a'], ['b', 'b'], ['c', 'a'], ['d', 'b']])
    cluster.indexer(`indexer-${name}`, ['--label', `zone=${zone}`]);
  await until('all are there', async () =>
      (await cluster.api('summary')).summary?.running_tasks >= 4);
  await plain.remove('search-09');
  await until('search-09 is LOST',
              async () => await cluster.statusOf('search-09') === 'LOST');
  await change(cluster, 'PUT', 'budgets/web', { actor: 'ada', budget: {
    selector: 'service=web', max_unavailable: '2',
    description: 'ten of twelve serve' } });
  await change(cluster, 'POST', 'members:take_offline', {
    actor: 'grace', reason: 'memory is replaced', ticket: 'OPS-12',
    names: ['web-07', 'indexer-c'], expire_after: '14400s' });
  await change(cluster, 'POST', 'members:take_offline', {
    actor: 'ada', reason: 'kernel upgrade', ticket: 'OPS-31',
    selector: 'service=web', pacing: { batch_size: 2 } });
  const holders = cluster.holders();
  for (const [i, who] of ['indexer-a', 'web-02', 'web-12'].entries()) {
    await holders.ask({ do: 'lock', who,
                        path: '/roster/default/locks/nightly-reports' });
    await until(`${who} stands in line`, async () => {
      const { lock } = await cluster.api('lock?name=nightly-reports');
      return Number(lock?.holder_count ?? 0) + Number(lock?.waiter_count ?? 0) > i;
    });
  }
  await until('indexer-c is OFFLINE',
              async () => await cluster.statusOf('indexer-c') === 'OFFLINE');
}

async function take(page, name, ready) {
  await page.locator('#freshness', { hasText: /Live|实时/ }).waitFor();
  await ready(page);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path });
  const { size } = statSync(path);
  assert.ok(size < MOST_BYTES, `${path} has ${size} bytes`);
  console.log(`${path}: ${size} bytes`);
  await page.context().close();
}

// Long enough for the plots to have a line.
const plotted = (page) => page.waitForFunction(() =>
    [...document.querySelectorAll('.plot polyline')].some(
        (line) => line.getAttribute('points').split(' ').length >= 12));

const cluster = await Cluster.start();
let browser;
try {
  await furnish(cluster);
  browser = await Browser.start(cluster.url);
  const open = (hash, options = {}) =>
      browser.open(hash, { width: 1180, height: 760, ...options });
  await take(await open('#/overview'), 'overview',
             (page) => page.locator('.events tbody tr').nth(4).waitFor());
  await take(await open('#/members?sort=status'), 'members',
             (page) => page.locator('tr.row').nth(15).waitFor());
  await take(await open('#/members/indexer-a', { height: 860 }), 'member',
             plotted);
  await take(await open('#/members/web-12'), 'drain', async (page) => {
    await page.getByRole('button', { name: 'Drain', exact: true }).click();
    await page.getByText('The budgets do not allow it now').waitFor();
  });
  await take(await open('#/operations'), 'operation', async (page) => {
    await page.locator('td a').first().click();
    await page.getByRole('heading', { name: 'Take offline' }).waitFor();
  });
  await take(await open('#/coordination/locks?name=nightly-reports'), 'lock',
             (page) => page.getByRole('region', { name: 'Waiting' })
                 .getByText('web-12').first().waitFor());
  await take(await open('#/members?sort=status', { dark: true, locale: 'zh-CN' }),
             'members-zh-dark',
             (page) => page.locator('tr.row').nth(15).waitFor());
  browser.watchman.check();
} finally {
  await browser?.stop();
  await cluster.stop();
}
