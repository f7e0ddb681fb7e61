// The console in a real browser, on real rosterds with real members.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, answerDialog } from './browser.mjs';
import { Cluster, FACTOR, stopProcess, until } from './cluster.mjs';

let cluster;
let browser;

before(async () => {
  cluster = await Cluster.start();
  browser = await Browser.start(cluster.url);
});

after(async () => {
  await browser?.stop();
  await cluster?.stop();
});

const row = (page, name) => page.locator('tr.row', { hasText: name });

// Waits until the API says so, then until the page does; that has to be within
// a second.
async function follows(page, name, status, word) {
  await until(`${name} is ${status}`,
              async () => await cluster.statusOf(name) === status);
  const known = performance.now();
  await page.locator(`tr.row:has-text("${name}") .badge:has-text("${word}"), ` +
                     `h1:has-text("${name}") .badge:has-text("${word}")`)
      .first().waitFor();
  const took = performance.now() - known;
  assert.ok(took < 1000 * FACTOR, `${word}: the page was ${took} ms late`);
}

test('a member that joins, progresses, is drained, comes back and is killed', async () => {
  const page = await browser.open('#/members');
  const child = cluster.indexer('indexer-a', ['--label', 'zone=a']);
  await follows(page, 'indexer-a', 'UP', 'Up');
  const progress = row(page, 'indexer-a').locator('.task-bar-text');
  const first = await progress.innerText();
  await until('the bar moves', async () => await progress.innerText() !== first);

  await row(page, 'indexer-a').getByRole('link').click();
  await page.getByRole('button', { name: 'Drain', exact: true }).click();
  await page.getByText('No budget is concerned').waitFor();
  await answerDialog(page, { 'Reason *': 'new <b>disk</b>', 'Your name *': 'ada' },
                     'Drain');
  await page.getByText('1 member is ordered to drain').waitFor();
  await follows(page, 'indexer-a', 'OFFLINE', 'Offline');
  const hold = page.locator('.hold');
  assert.match(await hold.innerText(), /ada[^]*new <b>disk<\/b>/);
  const { entries } = await cluster.api('audit?target=indexer-a');
  assert.equal(entries[0].action, 'TakeOffline');
  assert.equal(entries[0].actor, 'ada');

  await page.getByRole('button', { name: 'Bring online' }).click();
  // The name is remembered.
  assert.equal(await page.getByLabel('Your name').inputValue(), 'ada');
  await answerDialog(page, { Reason: 'done' }, 'Bring online');
  await follows(page, 'indexer-a', 'UP', 'Up');

  await page.goto(`${cluster.url}/#/members`);
  await row(page, 'indexer-a').waitFor();
  await stopProcess(child, 'SIGKILL');
  await follows(page, 'indexer-a', 'LOST', 'Lost');
  await row(page, 'indexer-a').getByRole('link').click();
  const timeline = await page.locator('.events').innerText();
  for (const word of ['Joined', 'Hold placed', 'Hold released', 'Lost'])
    assert.ok(timeline.includes(word), word);
  await page.context().close();
});

test('budgets are answered before and after confirming; what is paced is an operation', async () => {
  await cluster.plain.create(['node-1', 'node-2', 'node-3']);
  const page = await browser.open('#/budgets');
  await page.getByRole('button', { name: 'New budget' }).click();
  await answerDialog(page, { 'Name *': 'nodes', 'Selector *': 'name=node-*',
                             'Limit (3 or 20%) *': '1', 'Your name *': 'ada' },
                     'Store budget');
  await page.locator('tr', { hasText: 'name=node-*' }).waitFor();

  await page.getByRole('link', { name: 'Members' }).click();
  await page.getByLabel('Selector').fill('name=node-*');
  await page.getByText('3 of', { exact: false }).waitFor();
  await page.getByLabel('Select all that are shown').check();
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Drain', exact: true }).click();
  await page.getByText('The budgets do not allow it now').waitFor();
  const dialog = await answerDialog(page, { 'Reason *': 'kernel' }, 'Drain');
  await dialog.getByRole('alert').filter({ hasText: 'nodes' }).waitFor();
  assert.equal(await cluster.statusOf('node-1'), 'UP');

  await dialog.getByLabel('Batch by batch').check();
  await dialog.getByRole('button', { name: 'Drain' }).click();
  await page.getByRole('heading', { name: 'Take offline' }).waitFor();
  await page.getByText('Waits for', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await answerDialog(page, { Reason: 'lunch' }, 'Pause');
  await page.locator('h1 .badge', { hasText: 'Paused' }).waitFor();
  await page.getByRole('button', { name: 'Resume' }).click();
  await answerDialog(page, {}, 'Resume');
  await page.locator('h1 .badge', { hasText: 'Running' }).waitFor();
  await page.getByRole('button', { name: 'End operation' }).click();
  await page.getByLabel('Also end the holds').check();
  await answerDialog(page, {}, 'End operation');
  await page.locator('h1 .badge', { hasText: 'Cancelled' }).waitFor();
  await until('nobody is held', async () => {
    const { holds } = await cluster.api('holds');
    return holds?.length === 0;
  });
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.locator('td', { hasText: 'CancelOperation' }).waitFor();

  await page.getByRole('link', { name: 'Budgets' }).click();
  await page.getByRole('button', { name: 'Delete budget nodes' }).click();
  await answerDialog(page, {}, 'Delete budget');
  await page.getByText('There are none: nothing limits').waitFor();
  await page.context().close();
});

test('rosterd restarts: the page says so, keeps what it knows, and catches up', async () => {
  const page = await browser.open('#/members');
  await row(page, 'node-1').waitFor();
  await cluster.stopMonitor();
  await page.getByText('No connection to rosterd').waitFor();
  assert.ok(await row(page, 'node-1').isVisible());
  await cluster.plain.remove('node-1');
  await cluster.plain.create(['node-4']);
  await cluster.startMonitor();
  await page.locator('#freshness', { hasText: 'Live' }).waitFor();
  await row(page, 'node-4').waitFor();
  await until('the banner is gone', async () =>
      !(await page.locator('.banner').isVisible()));
  await row(page, 'node-1').locator('.badge', { hasText: 'Lost' }).waitFor();
  await page.context().close();
});

test('who is gone is forgotten, and who does not obey is evicted', async () => {
  const page = await browser.open('#/members/node-1');
  await page.getByRole('button', { name: 'Forget' }).click();
  await answerDialog(page, { 'Your name *': 'ada' }, 'Forget');
  await page.getByText('no member of this name').waitFor();

  await page.goto(`${cluster.url}/#/members/node-3`);
  await page.getByRole('button', { name: 'Take offline now' }).click();
  await answerDialog(page, { 'Reason *': 'smoke' }, 'Take offline now');
  await follows(page, 'node-3', 'OFFLINE', 'Offline');
  await page.getByRole('button', { name: 'Evict' }).click();
  await page.getByRole('dialog').getByLabel('Even against').check();
  await answerDialog(page, { 'Reason *': 'fire' }, 'Evict');
  await page.locator('.fields > div', { hasText: 'Present' })
      .filter({ hasText: 'no' }).waitFor();
  await page.context().close();
});

// Presses Tab until what the selector tells has the focus.
async function tabTo(page, selector) {
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press('Tab');
    const { found, seen } = await page.evaluate((s) => {
      const focused = document.activeElement;
      return { found: focused.matches(s),
               seen: getComputedStyle(focused).outlineStyle !== 'none' };
    }, selector);
    if (!found) continue;
    // Whoever does not see where he is cannot go on.
    assert.ok(seen, `${selector} does not show that it has the focus`);
    return;
  }
  throw new Error(`Tab does not lead to ${selector}`);
}

test('by keyboard alone, on a dark phone: found, drained, brought back', async () => {
  const child = cluster.indexer('indexer-k', ['--label', 'zone=k']);
  const page = await browser.open('#/overview', {
    width: 360, height: 740, dark: true });
  await page.locator('#freshness', { hasText: 'Live' }).waitFor();
  await tabTo(page, 'nav a[href="#/members"]');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Members' }).waitFor();
  await tabTo(page, '#members-search');
  await page.keyboard.type('indexer-k');
  await row(page, 'indexer-k').waitFor();
  // Name and number are whole, however narrow it is.
  await page.waitForFunction(() => {
    const texts = [...document.querySelectorAll(
        'tr.row .col-name bdi, tr.row .task-bar-text')];
    return texts.length === 2 && texts.every(
        (e) => e.scrollWidth <= e.clientWidth + 1);
  });
  await tabTo(page, '.table-scroller');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'indexer-k' }).waitFor();

  await tabTo(page, '.toolbar button');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  // The first field has the focus.
  await page.keyboard.type('disk');
  await tabTo(page, '#field-actor');
  await page.keyboard.type('ada');
  await page.keyboard.press('Enter');
  await page.getByText('1 member is ordered to drain').waitFor();
  await follows(page, 'indexer-k', 'OFFLINE', 'Offline');
  await page.locator('.toolbar button', { hasText: 'Bring online' }).waitFor();
  await tabTo(page, '.toolbar button');
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  // The focus is back where it was.
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  await tabTo(page, '#field-reason');
  await page.keyboard.type('done');
  await page.keyboard.press('Enter');
  await follows(page, 'indexer-k', 'UP', 'Up');
  await page.context().close();
  await stopProcess(child);
});

test('ZooKeeper out of reach: the view is marked stale, and live again after', async () => {
  const page = await browser.open('#/overview');
  await page.locator('#freshness', { hasText: 'Live' }).waitFor();
  const zookeeper = cluster.zookeeperPid();
  process.kill(zookeeper, 'SIGSTOP');
  try {
    await page.locator('.banner', { hasText: 'cannot reach ZooKeeper' }).waitFor();
    await page.locator('#freshness', { hasText: 'Stale' }).waitFor();
  } finally {
    process.kill(zookeeper, 'SIGCONT');
  }
  await page.locator('#freshness', { hasText: 'Live' }).waitFor();
  await page.context().close();
});

test('what was asked for is in the address, and unknown things are said to be', async () => {
  const page = await browser.open('#/members?selector=name%3Dnode-2&sort=status');
  await row(page, 'node-2').waitFor();
  assert.equal(await page.locator('tr.row').count(), 1);
  await page.getByRole('button', { name: /Left/ }).click();
  await page.getByText('No member matches').waitFor();
  assert.match(page.url(), /status=LEFT/);
  await page.goto(`${cluster.url}/#/members?selector=name%3D`);
  await page.getByRole('alert').filter({ hasText: 'at column 6' }).waitFor();
  await page.goto(`${cluster.url}/#/members/nobody`);
  await page.getByText('no member of this name').waitFor();
  await page.goto(`${cluster.url}/#/members/%zz%00`);
  await page.getByText('no member of this name').waitFor();
  await page.goto(`${cluster.url}/#/operations/nothing`);
  await page.locator('[role=status]', { hasText: 'nothing' }).waitFor();
  await page.goto(`${cluster.url}/#/nowhere`);
  await page.getByText('There is no such page').waitFor();
  await page.goto(`${cluster.url}/#/members?cluster=%3Cb%3Enone`);
  await page.getByText('There is no cluster “<b>none” here').waitFor();
  await page.goto(`${cluster.url}/#/members`);
  await row(page, 'node-2').waitFor();
  await page.context().close();
});

test('a rosterd of several clusters: one is chosen, in the head or the address', async () => {
  const { addresses } = await cluster.rosterd('several', [
    '--zookeeper', cluster.zookeeper, '--http-listen', '127.0.0.1:0',
    '--cluster', 'web=/clusterServer', '--cluster', 'batch=/batch']);
  const other = await Browser.start(`http://${addresses.http[0]}`);
  try {
    const page = await other.open('#/members');
    await row(page, 'node-2').waitFor();
    await page.getByLabel('Cluster').selectOption('batch');
    await page.locator('#freshness', { hasText: 'Live' }).waitFor();
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByText('0 of 0 members').waitFor();
    assert.match(page.url(), /cluster=batch/);
    await page.goto(`${other.origin}/#/members/node-2?cluster=web`);
    await page.getByRole('heading', { name: 'node-2' }).waitFor();
    other.watchman.check();
  } finally {
    await other.stop();
  }
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
