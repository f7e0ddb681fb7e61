// 10,000 members in the page: filtered, sorted and scrolled while they change.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './browser.mjs';
import { Cluster, FACTOR, until } from './cluster.mjs';
import { measureInputs, quantile } from './measure.mjs';

const COUNT = 10_000;
const BOUND_MS = 100 * FACTOR;
let cluster;
let browser;
let page;

const record = (changes = {}) => JSON.stringify({
  v: 1, incarnation: 'i-%N', service: 'search', version: '1.4', state: 'UP',
  labels: { zone: 'a', rack: 'r%N' }, gauges: { queue_depth: 1 },
  tasks: [{ id: 't', name: 'reindex', state: 'RUNNING', done: 10, total: 100,
            unit: 'files' }], ...changes });
const name = (number) => `host-${String(number).padStart(5, '0')}`;

before(async () => {
  cluster = await Cluster.start();
  await cluster.plain.create(Array.from({ length: COUNT }, (_, i) => name(i)),
                             record());
  browser = await Browser.start(cluster.url);
  page = await browser.open('#/members', { scripts: [measureInputs] });
});

after(async () => {
  await browser?.stop();
  await cluster?.stop();
});

// Does something to the page and checks how long its inputs took. Whatever else
// runs on the machine only adds to that, so the best of three rounds counts.
async function checkInputs(t, what, act) {
  let best = Infinity;
  for (let round = 0; round < 3 && best >= BOUND_MS; ++round) {
    await begin();
    await act();
    const delays = (await page.evaluate(() => window.inputDelays.splice(0)))
        .map(({ ms }) => ms);
    assert.ok(delays.length >= 5, `${what}: ${delays.length} inputs`);
    const [median, p90, most] =
        [0.5, 0.9, 1].map((share) => quantile(delays, share).toFixed(0));
    t.diagnostic(`${what}: input to paint p50 ${median} ms, p90 ${
        p90} ms, max ${most} ms of ${delays.length}`);
    best = Math.min(best, Number(p90));
  }
  assert.ok(best < BOUND_MS, `${what}: p90 ${best} ms`);
}

// The members' page without any filter, whatever was before.
async function begin() {
  await page.goto(`${cluster.url}/#/overview`);
  await page.goto(`${cluster.url}/#/members`);
  await shown(COUNT);
  await page.evaluate(() => window.inputDelays.splice(0));
}

async function shown(count) {
  await page.locator('#members-count', { hasText:
      `${count} of ${COUNT} members` }).waitFor();
}

test('all are shown, in a table of which only what is in sight exists', async () => {
  await shown(COUNT);
  const rows = await page.locator('tr.row').count();
  assert.ok(rows > 5 && rows < 60, `${rows} rows`);
  assert.equal(await page.locator('table.virtual').getAttribute('aria-rowcount'),
               String(COUNT + 1));
});

test('typing into the filters', (t) => checkInputs(t, 'typing', async () => {
  await page.getByLabel('Search').pressSequentially('host-0123', { delay: 40 });
  await shown(10);
  await page.getByLabel('Search').press('Control+A');
  await page.getByLabel('Search').press('Delete');
  await page.getByLabel('Selector').pressSequentially(
      'name=host-*7,zone=a,status!=LOST', { delay: 25 });
  await shown(1000);
}));

test('sorting, chips and selecting all', (t) => checkInputs(t, 'clicking', async () => {
  for (const column of ['Status', 'For', 'Service', 'Name'])
    await page.getByRole('button', { name: column, exact: true }).click();
  await page.getByRole('button', { name: /^Lost/ }).click();
  await shown(0);
  await page.getByRole('button', { name: /^Lost/ }).click();
  await shown(COUNT);
  await page.getByLabel('Select all that are shown').check();
  await page.getByText(`${COUNT} selected`).waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
}));

test('scrolling, while members change', (t) => checkInputs(t, 'scrolling', async () => {
  const scroller = page.locator('.table-scroller');
  await scroller.hover();
  let changing = true;
  const changes = (async () => {
    for (let i = 0; changing; ++i)
      await cluster.plain.set(name(i % COUNT), record({ updated: i }));
  })();
  for (let i = 0; i < 40; ++i) await page.mouse.wheel(0, 900);
  changing = false;
  await changes;
  await until('it has scrolled', () => scroller.evaluate((e) => e.scrollTop > 9000));
  await scroller.focus();
  await page.keyboard.press('End');
  await page.locator('tr.row:focus', { hasText: name(COUNT - 1) }).waitFor();
  await page.keyboard.press('Home');
  await page.locator('tr.row:focus', { hasText: name(0) }).waitFor();
}));

test('one change among ten thousand is seen within a second', async () => {
  await begin();
  await page.getByLabel('Search').fill(name(4321));
  await shown(1);
  await cluster.plain.set(name(4321), record({ state: 'DEGRADED' }));
  await until('rosterd knows',
              async () => await cluster.statusOf(name(4321)) === 'DEGRADED');
  const known = performance.now();
  await page.locator('tr.row .badge', { hasText: 'Degraded' }).waitFor();
  const took = performance.now() - known;
  assert.ok(took < 1000 * FACTOR, `the page was ${took} ms late`);
});

test('the progress of all of them', async () => {
  await page.getByRole('link', { name: 'Progress' }).click();
  await page.getByText(`${COUNT} tasks are running`).waitFor();
  assert.ok(await page.locator('tr.row').count() < 60);
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
