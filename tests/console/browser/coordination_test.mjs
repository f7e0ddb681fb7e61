// Elections, locks, queues, barriers and the configuration in a real browser,
// with real holders and waiters.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, accessibilityProblems, answerDialog } from './browser.mjs';
import { Cluster, until } from './cluster.mjs';

const ROOT = '/roster/default';

let cluster;
let browser;
let holders;

before(async () => {
  cluster = await Cluster.start();
  holders = cluster.holders();
  await cluster.plain.create(['node-1', 'node-2', 'node-3'], '');
  browser = await Browser.start(cluster.url);
});

after(async () => {
  holders?.child.stdin.end();
  await browser?.stop();
  await cluster?.stop();
});

const inRow = (page, text) => page.locator('tbody tr', { hasText: text });
const holding = async () => (await holders.ask({ do: 'state' })).holds;
const encoded = (text) => Buffer.from(text).toString('base64');

async function change(method, path, body) {
  const response = await fetch(`${cluster.url}/api/v1/${path}`, {
    method, body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'X-Roster-Csrf': '1' } });
  const text = await response.text();
  assert.ok(response.ok, text);
}

const REASON = { 'Reason *': 'a <b>reason</b>', 'Your name *': 'ada' };

test('an entry is made, changed, rolled back and deleted from the page', async () => {
  const page = await browser.open('#/coordination/config');
  await page.getByText('There are no entries').waitFor();
  await page.getByRole('button', { name: 'New entry' }).click();
  await answerDialog(page, {
    ...REASON, 'Name (search/limits) *': 'search/limits', Value: '{"max": 3}',
    'Type (application/json)': 'application/json' }, 'Store');
  await page.getByRole('heading', { name: 'search/limits' }).waitFor();
  await page.locator('pre', { hasText: '{"max": 3}' }).first().waitFor();
  const { entry } = await cluster.api('config/search/limits');
  assert.equal(entry.value, encoded('{"max": 3}'));
  assert.equal(entry.comment, 'a <b>reason</b>');
  assert.equal(entry.author, 'ada');

  await page.getByRole('button', { name: 'Change' }).click();
  assert.equal(await page.getByLabel('Value', { exact: true })
      .and(page.locator('textarea')).inputValue(), '{"max": 3}');
  await answerDialog(page, { 'Reason *': 'more' , Value: '{"max": 4}\n界' }, 'Store');
  await page.locator('section pre', { hasText: '{"max": 4}\n界' }).first()
      .waitFor();

  await page.getByRole('button', { name: 'Go back to it: version 1' }).click();
  await answerDialog(page, { 'Reason *': 'back' }, 'Go back to it');
  await page.getByText('as version 1').waitFor();
  assert.equal((await cluster.api('config/search/limits')).entry.value,
               encoded('{"max": 3}'));

  await page.getByRole('button', { name: 'Delete' }).click();
  await answerDialog(page, { 'Reason *': 'unused' }, 'Delete entry');
  await page.getByText('This entry was deleted').waitFor();
  assert.equal((await cluster.api('config/search/limits')).code, 'NOT_FOUND');
  await page.getByRole('button', { name: 'Go back to it: version 2' }).click();
  await answerDialog(page, { 'Reason *': 'it was used' }, 'Go back to it');
  await until('it is there again', async () =>
      (await cluster.api('config/search/limits')).entry?.version === '5');
  const { entries } = await cluster.api('audit?target=search/limits');
  assert.deepEqual(entries.map(({ actor }) => actor),
                   Array(entries.length).fill('ada'));
  assert.ok(entries.length >= 5);
  await page.context().close();
});

test('an entry that somebody else changed meanwhile is not overwritten', async () => {
  await change('PUT', 'config/shared', { value: encoded('1'), actor: 'bob' });
  const page = await browser.open('#/coordination/config?prefix=sh');
  await inRow(page, 'shared').getByRole('link').click();
  await page.getByRole('button', { name: 'Change' }).click();
  await change('PUT', 'config/shared', { value: encoded('2'), actor: 'bob' });
  const dialog = await answerDialog(page, { ...REASON, Value: '3' }, 'Store');
  await dialog.getByRole('alert').filter({ hasText: 'nothing was changed' })
      .waitFor();
  assert.equal((await cluster.api('config/shared')).entry.value, encoded('2'));
  await page.keyboard.press('Escape');
  // What the other wrote shows up by itself.
  await page.locator('dd', { hasText: /^2$/ }).first().waitFor();
  await page.context().close();
});

test('a value that is no text is shown as such, and not edited', async () => {
  await change('PUT', 'config/binary', { value: '//79/A==', actor: 'bob' });
  const page = await browser.open('#/coordination/config?name=binary');
  await page.getByText('4 B that are no text').first().waitFor();
  assert.equal(await page.getByRole('button', { name: 'Change' }).count(), 0);
  assert.equal(await page.getByRole('button', { name: 'Delete' }).count(), 1);
  await page.goto(`${cluster.url}/#/coordination/config?name=nothing`);
  await page.getByRole('alert').filter({ hasText: 'nothing' }).waitFor();
  await page.context().close();
});

test('a lock is taken away from its holder, and the next one has it', async () => {
  const path = `${ROOT}/locks/reports`;
  await holders.ask({ do: 'lock', path, who: 'node-1' });
  await until('node-1 holds it', async () => (await holding()).includes('node-1'));
  await holders.ask({ do: 'lock', path, who: 'node-2' });
  const page = await browser.open('#/coordination/locks');
  const row = inRow(page, 'reports');
  await row.filter({ hasText: 'node-1' }).waitFor();
  await row.getByRole('link', { name: 'reports' }).click();
  const release = page.getByRole('button', { name: 'Take the lock away' });
  await page.getByRole('region', { name: 'Waiting' })
      .getByText('node-2').first().waitFor();

  await release.click();
  // Not without a reason.
  await page.getByRole('dialog').getByRole('button', {
    name: 'Take the lock away' }).click();
  await page.getByText('Has to be given.').first().waitFor();
  assert.deepEqual(await holding(), ['node-1']);
  await answerDialog(page, REASON, 'Take the lock away');
  await page.getByText('The lock was taken away').waitFor();
  await until('node-2 holds it', async () => (await holding()).includes('node-2'));
  await page.getByRole('region', { name: 'Holders' })
      .getByText('node-2').first().waitFor();
  const { entries } = await cluster.api('audit?action=ForceReleaseLock');
  assert.equal(entries[0].reason, 'a <b>reason</b>');
  // What lies elsewhere is found by its folder.
  await holders.ask({ do: 'lock', path: '/app/locks/other', who: 'node-3' });
  await page.goto(`${cluster.url}/#/coordination/locks`);
  await page.getByLabel('Folder in ZooKeeper').fill('/app/locks');
  await page.getByLabel('Folder in ZooKeeper').press('Enter');
  await inRow(page, 'other').filter({ hasText: 'node-3' }).waitFor();
  await inRow(page, 'other').getByRole('link').first().click();
  await page.getByRole('region', { name: 'Holders' })
      .getByText('node-3').first().waitFor();
  await page.context().close();
});

test('an election shows its line, and who leads next', async () => {
  const path = `${ROOT}/elections/scheduler`;
  await holders.ask({ do: 'elect', path, who: 'cand-a' });
  await until('cand-a leads', async () => (await holding()).includes('cand-a'));
  await holders.ask({ do: 'elect', path, who: 'cand-b' });
  const page = await browser.open('#/coordination/elections');
  await inRow(page, 'scheduler').filter({ hasText: 'cand-a' }).waitFor();
  await inRow(page, 'scheduler').getByRole('link').first().click();
  await inRow(page, 'cand-b').waitFor();
  await holders.ask({ do: 'leave', who: 'cand-a' });
  await page.getByRole('region', { name: 'About this election' })
      .getByText('cand-b').waitFor();
  await page.context().close();
});

test('who should lead an election is said, and no longer', async () => {
  const path = `${ROOT}/elections/planner`;
  await holders.ask({ do: 'elect', path, who: 'cand-c' });
  await until('cand-c leads', async () => (await holding()).includes('cand-c'));
  const page = await browser.open('#/coordination/elections?name=planner');
  await page.getByRole('button', { name: 'Designate leaders' }).click();
  const leaders = page.getByLabel('Candidates, one a line');
  assert.equal(await leaders.inputValue(), 'cand-c');
  await leaders.fill('cand-b\n\ncand-c ');
  await page.getByLabel('A preferred one that comes back leads')
      .selectOption('when the leader ends');
  await answerDialog(page, REASON, 'Designate leaders');
  await page.getByText('cand-b → cand-c').waitFor();
  const { election } = await cluster.api('election?name=planner');
  assert.deepEqual(election.designation.leaders, ['cand-b', 'cand-c']);
  assert.equal(election.designation.hand_back, 'HAND_BACK_WHEN_LEADER_ENDS');
  await page.getByRole('button', { name: 'End the designation' }).click();
  await answerDialog(page, REASON, 'End the designation');
  await page.getByText('Nobody was designated').waitFor();
  await page.context().close();
});

test('a queue and a barrier are shown, and the barrier is opened', async () => {
  await holders.ask({ do: 'put', path: `${ROOT}/queues/jobs`,
                      values: ['first', '<b>second</b>', 'x'.repeat(500)] });
  await holders.ask({ do: 'bar', path: `${ROOT}/barriers/upgrade` });
  const page = await browser.open('#/coordination/queues');
  await inRow(page, 'jobs').filter({ hasText: '3' }).waitFor();
  await inRow(page, 'jobs').getByRole('link').click();
  await page.getByText('<b>second</b>').waitFor();
  await page.getByText('Text of 500 B').waitFor();

  await page.getByRole('navigation', { name: 'Kinds' })
      .getByRole('link', { name: 'Barriers' }).click();
  await inRow(page, 'upgrade').filter({ hasText: 'closed' }).waitFor();
  await inRow(page, 'upgrade').getByRole('link').click();
  await page.getByRole('button', { name: 'Open the barrier' }).click();
  await answerDialog(page, REASON, 'Open the barrier');
  await page.getByText('The barrier is open').waitFor();
  await until('it is gone', async () => ((await cluster.api('barriers'))
      .barriers ?? []).every(({ name }) => name !== 'upgrade'));
  await page.context().close();
});

test('nothing is there, and nothing can be read: it is said', async () => {
  const page = await browser.open('#/coordination');
  await page.getByRole('heading', { name: 'Elections' }).waitFor();
  await page.goto(`${cluster.url}/#/coordination/locks?name=none`);
  await page.getByRole('alert').waitFor();
  await page.goto(`${cluster.url}/#/coordination/locks?path=/`);
  await page.getByRole('alert').waitFor();
  await page.goto(`${cluster.url}/#/coordination/queues?folder=/none`);
  await page.locator('.empty, [role=alert]').first().waitFor();
  await page.context().close();
});

test('axe finds nothing serious, in both themes and both languages', async () => {
  for (const [dark, locale] of [[false, 'en-GB'], [true, 'zh-CN']]) {
    const page = await browser.open('#/coordination', { dark, locale });
    for (const place of ['elections', 'elections?name=scheduler', 'locks',
                         'locks?name=reports', 'queues?name=jobs', 'barriers',
                         'config', 'config?name=search%2Flimits']) {
      await page.goto(`${cluster.url}/#/coordination/${place}`);
      await page.locator('.card').first().waitFor();
      assert.deepEqual(await accessibilityProblems(page), [], place);
    }
    await page.locator('.toolbar button').first().click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await accessibilityProblems(page), [], 'dialog');
    await page.context().close();
  }
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
