// What the console shows of a real ensemble of three voters and an observer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, accessibilityProblems, stickingOut } from './browser.mjs';
import { Cluster, until } from './cluster.mjs';
import { Ensemble } from './ensemble.mjs';

let cluster;
let ensemble;
let browser;
let addresses;

before(async () => {
  ensemble = await Ensemble.start(3, { observer: true });
  const { servers, connect } = await ensemble.status();
  addresses = servers.map(({ address }) => address);
  cluster = await Cluster.watch(connect, ['--zookeeper-stats-interval', '1s']);
  browser = await Browser.start(cluster.url);
});

after(async () => {
  await browser?.stop();
  await cluster?.stop();
  await ensemble?.stop();
});

const card = (page) => page.getByRole('region', { name: 'ZooKeeper servers' });
const row = (page, address) => card(page).locator('tr', { hasText: address });
const cell = (page, address, column) =>
    row(page, address).locator('td').nth(column - 1);
const badge = (page, address, text) =>
    row(page, address).locator('.badge', { hasText: text });
const warning = (page, text) =>
    card(page).locator('.warnings li', { hasText: text });
const LATENCY = 2, OUTSTANDING = 4, DATA = 5, ZXID = 8;

test('each server: its role and figures, and that an observer has no vote', async () => {
  const page = await browser.open('#/overview');
  const leader = await ensemble.numberOf('leader');
  await row(page, addresses[leader - 1]).getByText('Leader', { exact: true })
      .waitFor();
  await row(page, addresses[3]).getByText('Observer', { exact: true }).waitFor();
  assert.equal(await card(page).getByText('Follower', { exact: true }).count(), 2);
  for (const address of addresses) {
    assert.match(await cell(page, address, LATENCY).innerText(),
                 /^[\d.,]+ \/ [\d.,]+ \/ [\d.,]+ ms$/);
    assert.match(await cell(page, address, DATA).innerText(), /^[\d.,]+ (B|KiB)$/);
    assert.match(await cell(page, address, ZXID).innerText(), /^0x[1-9a-f]/);
  }
  await warning(page, `${addresses[3]} is an observer`).waitFor();
  assert.equal(await card(page).locator('.warnings li').count(), 1);
  assert.equal(await card(page).evaluate((e) => e.classList.contains('alarm')),
               false);
  await page.context().close();
});

test('one without the whitelist: not allowed, and what to set', async () => {
  const follower = await ensemble.numberOf('follower');
  await ensemble.forbid(follower);
  const address = addresses[follower - 1];
  const page = await browser.open('#/overview');
  await cell(page, address, DATA).getByText('not allowed').waitFor();
  await row(page, address).getByText('Follower', { exact: true }).waitFor();
  // srvr, which every ZooKeeper since 3.5.3 allows, tells the rest.
  assert.match(await cell(page, address, ZXID).innerText(), /^0x/);
  await row(page, address).getByText('mntr is not in the whitelist').waitFor();
  await warning(page, `Not allowed to tell everything: ${address}`).waitFor();
  await ensemble.allow(follower);
  await cell(page, address, DATA).getByText(/^[\d.,]+ (B|KiB)$/).waitFor();
  await page.context().close();
});

test('requests that queue up are warned of', async () => {
  const page = await browser.open('#/members');
  // A queue that stays is not made at will: here the answer is another.
  await page.route('**/api/v1/summary*', async (route) => {
    const response = await route.fetch();
    const json = await response.json();
    for (const server of json.ensemble.servers.slice(0, 1))
      server.outstanding_requests = '870';
    await route.fulfill({ response, json });
  });
  await page.getByRole('link', { name: 'Overview' }).click();
  await warning(page, `${addresses[0]}: requests queue up`).waitFor();
  assert.equal(await cell(page, addresses[0], OUTSTANDING).innerText(), '870');
  await page.unrouteAll({ behavior: 'wait' });
  await page.context().close();
});

test('a leader that is killed, then the quorum, then all is well again', async () => {
  const page = await browser.open('#/overview');
  const leader = await ensemble.numberOf('leader');
  await row(page, addresses[leader - 1]).getByText('Leader', { exact: true })
      .waitFor();
  await ensemble.kill(leader);
  await badge(page, addresses[leader - 1], 'Refuses connections').waitFor();
  await warning(page, `${addresses[leader - 1]} does not serve`).waitFor();
  await warning(page, 'The loss of one more server stops everything').waitFor();
  await page.locator('.card.alarm', { hasText: 'ZooKeeper servers' }).waitFor();
  await card(page).getByText('Leader', { exact: true }).waitFor();
  assert.deepEqual(await accessibilityProblems(page), []);

  const other = await ensemble.numberOf('leader');
  await ensemble.kill(other);
  await warning(page, 'No server leads').waitFor();
  await page.locator('#freshness', { hasText: 'Stale' }).waitFor();
  for (const number of [1, 2, 3].filter((n) => n !== leader && n !== other))
    await badge(page, addresses[number - 1], 'Does not serve').waitFor();
  assert.deepEqual(await stickingOut(page), []);

  await ensemble.restart(leader);
  await ensemble.restart(other);
  await page.locator('#freshness', { hasText: 'Live' }).waitFor();
  await until('nothing is in alarm', async () =>
      await page.locator('.card.alarm').count() === 0);
  assert.equal(await warning(page, 'The loss of one more').count(), 0);
  await page.context().close();
});

test('fits a phone in Chinese and dark, and is read by keyboard', async () => {
  const page = await browser.open('#/overview', {
    width: 360, height: 740, dark: true, locale: 'zh-CN' });
  const table = page.getByRole('group', { name: 'ZooKeeper 服务器' });
  await table.getByText('领导者').waitFor();
  assert.deepEqual(await stickingOut(page), []);
  assert.deepEqual(await accessibilityProblems(page), []);
  await table.focus();
  await page.keyboard.press('ArrowRight');
  await until('the table scrolls', () => table.evaluate((e) => e.scrollLeft > 0));
  await page.context().close();
});

test('where rosterd does not ask, that is said', async () => {
  const { connect } = await ensemble.status();
  const silent = await Cluster.watch(connect, ['--zookeeper-stats-interval', '0']);
  const other = await Browser.start(silent.url);
  try {
    const page = await other.open('#/overview');
    await card(page).getByText('rosterd does not ask them').waitFor();
    assert.equal(await card(page).locator('table').count(), 0);
    other.watchman.check();
  } finally {
    await other.stop();
    await silent.stop();
  }
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
