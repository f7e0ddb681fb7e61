// What is lost is shown as that, never as "there is none": ZooKeeper away when
// rosterd starts, rosterd away when a page is opened.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, accessibilityProblems, stickingOut } from './browser.mjs';
import { Cluster, stopProcess, until } from './cluster.mjs';
import { Ensemble } from './ensemble.mjs';

let cluster;
let ensemble;
let browser;

before(async () => {
  ensemble = await Ensemble.start(1);
  const { connect } = await ensemble.status();
  cluster = await Cluster.watch(connect, ['--zookeeper-stats-interval', '1s']);
  cluster.makeMembers();
  await cluster.plain.create(['node-1', 'node-2']);
  browser = await Browser.start(cluster.url);
});

after(async () => {
  await browser?.stop();
  await cluster?.stop();
  await ensemble?.stop();
});

const fresh = (page, word) =>
    page.locator('#freshness', { hasText: word }).waitFor();
const text = (page) => page.locator('main').innerText();

// None of these may be claimed by one who has not looked.
const CLAIMS = /There are none|No entry matches|No member matches|no member of this name|No task is running|No monitor is elected|0 of 0/;

async function claimsNothing(page, ...hashes) {
  for (const hash of hashes) {
    await page.evaluate((h) => { location.hash = h; }, `#/${hash}`);
    await page.locator('h1').waitFor();
    await page.getByText(/Not known|No answer from rosterd|not connected|not complete/)
        .first().waitFor();
    assert.doesNotMatch(await text(page), CLAIMS, hash);
    assert.deepEqual(await stickingOut(page), [], hash);
  }
}

test('rosterd is killed: who opens a page learns that it is unknown, in words', async () => {
  const page = await browser.open('#/members');
  await page.locator('tr.row', { hasText: 'node-1' }).waitFor();
  await stopProcess(cluster.monitor, 'SIGKILL');
  await fresh(page, 'No connection');
  assert.ok(await page.locator('tr.row', { hasText: 'node-1' }).isVisible());
  assert.doesNotMatch(await page.locator('.banner').innerText(), /fetch/i);
  await claimsNothing(page, 'audit', 'budgets', 'coordination/locks',
                      'coordination/config', 'operations/none');
  await cluster.startMonitor();
  await fresh(page, 'Live');
  await page.evaluate(() => { location.hash = '#/budgets'; });
  await page.getByText('There are none: nothing limits').waitFor();
  await page.context().close();
});

test('rosterd starts while ZooKeeper is away: it is said to know nothing', async () => {
  const old = await browser.open('#/members');
  await old.locator('tr.row', { hasText: 'node-2' }).waitFor();
  await ensemble.kill(1);
  await fresh(old, 'Stale');
  await cluster.stopMonitor();
  await cluster.startMonitor({ blind: true });

  // Who looked before still sees what was seen.
  await old.locator('.banner', { hasText: 'has not reached ZooKeeper since' })
      .waitFor();
  assert.ok(await old.locator('tr.row', { hasText: 'node-2' }).isVisible());

  const page = await browser.open('#/overview', { width: 360, dark: true });
  await page.locator('.banner', { hasText: 'has not reached ZooKeeper since' })
      .waitFor();
  await page.getByText('No server leads').waitFor();
  assert.deepEqual([...new Set(await page.locator('.tile-count').allInnerTexts())],
                   ['–']);
  assert.deepEqual(await accessibilityProblems(page), []);
  await claimsNothing(page, 'overview', 'members', 'members/node-1', 'progress',
                      'operations', 'audit', 'budgets', 'coordination/locks');

  await ensemble.restart(1);
  for (const each of [page, old]) await fresh(each, 'Live');
  await old.locator('tr.row', { hasText: 'node-2' }).waitFor();
  await page.evaluate(() => { location.hash = '#/operations'; });
  await page.getByText('There are none.').waitFor();
  await page.evaluate(() => { location.hash = '#/overview'; });
  await until('the members are counted', async () =>
      !(await page.locator('.tile-count').allInnerTexts()).includes('–'));
  await page.context().close();
  await old.context().close();
});

test('an order while ZooKeeper is away is refused in words, and can be sent again', async () => {
  const page = await browser.open('#/members/node-1');
  await page.getByRole('button', { name: 'Drain', exact: true }).waitFor();
  await ensemble.kill(1);
  await fresh(page, 'Stale');
  await page.getByRole('button', { name: 'Drain', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason *').fill('disk');
  await dialog.getByLabel('Your name *').fill('ada');
  await dialog.getByRole('button', { name: 'Drain' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'ZooKeeper is out of reach' })
      .waitFor();
  await ensemble.restart(1);
  await fresh(page, 'Live');
  await dialog.getByRole('button', { name: 'Drain' }).click();
  await page.getByText('1 member is ordered to drain').waitFor();
  await page.locator('.hold', { hasText: 'disk' }).waitFor();
  await page.context().close();
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
