// Texts that want to be more than text, and pages for everybody: keyboard,
// screen readers, narrow screens, both themes and both languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, accessibilityProblems, crookedHeadings, stickingOut } from './browser.mjs';
import { Cluster, until } from './cluster.mjs';

// Every one of these would be seen if it were ever taken for markup.
const MARKUP = `<img src=x onerror="window.executed='img'"><script>` +
    `window.executed='script'</script>"'><svg onload=window.executed='svg'>` +
    `</textarea></td></table>{{7*7}}\${window.executed=1}`;
const REVERSED = 'innocent\u202egnp.exe\u2066\u200b';
const LONG = 'x'.repeat(2000) + ' ' + '界'.repeat(600);
const NAMES = ['<img src=x onerror=window.executed=1>&amp;"\'', REVERSED, 'l'.repeat(250),
               '__proto__', 'a b%2F..%5C?#&=', '成员-一'];
const LOCK = `<b onmouseover=window.executed=1>"'${'界'.repeat(30)}`;
const PAGES = ['overview', 'members', 'progress', 'operations', 'events',
               'audit', 'budgets', 'coordination/locks',
               'coordination/config',
               `coordination/config?name=${encodeURIComponent(NAMES[4])}`,
               `coordination/elections?name=${encodeURIComponent(LOCK)}`,
               `coordination/queues?name=${encodeURIComponent(LOCK)}`];

let cluster;
let browser;

function hostileRecord() {
  return JSON.stringify({
    v: 1, incarnation: MARKUP, service: MARKUP, version: REVERSED,
    state: 'DEGRADED', state_reason: MARKUP + REVERSED,
    labels: { [MARKUP.slice(0, 100)]: MARKUP, zone: MARKUP, constructor: 'x' },
    endpoints: { grpc: 'javascript:alert(1)' },
    gauges: { '<i>x</i>_bytes': -1e300, __proto__: 3, y_ratio: 0.5 },
    tasks: [{ id: MARKUP, name: MARKUP, state: 'RUNNING', done: 1e308, total: 3,
              unit: MARKUP, message: LONG.slice(0, 900) },
            { id: '2', name: REVERSED, state: 'FAILED', done: -1, unit: 'x' }] });
}

before(async () => {
  cluster = await Cluster.start();
  await cluster.plain.create(NAMES, hostileRecord());
  await cluster.plain.create(['not-json'], MARKUP);
  await cluster.plain.create(['nothing'], '');
  await until('all are there', async () =>
      (await cluster.api('members')).members?.length === NAMES.length + 2);
  const headers = { 'Content-Type': 'application/json', 'X-Roster-Csrf': '1' };
  const post = async (path, method, body) => {
    const response = await fetch(`${cluster.url}/api/v1/${path}`, {
      method, headers, body: JSON.stringify(body) });
    assert.ok(response.ok, await response.text());
  };
  const reason = (MARKUP + LONG).slice(0, 500);
  await post('members:take_offline', 'POST', {
    names: [NAMES[0], NAMES[1]], actor: MARKUP.slice(0, 60), reason,
    ticket: MARKUP.slice(0, 100) });
  await post('budgets/evil', 'PUT', {
    actor: 'x', reason, budget: { selector: '"<b>"="</td>"', max_unavailable: '1',
                                  description: MARKUP.slice(0, 200) } })
      .catch(() => post('budgets/evil', 'PUT', {
        actor: 'x', reason, budget: { selector: 'name=x*', max_unavailable: '1',
                                      description: MARKUP.slice(0, 200) } }));
  await post('operations:rolling_restart', 'POST', {
    names: [NAMES[2], NAMES[3]], actor: MARKUP.slice(0, 60), reason });
  await post(`config/${encodeURIComponent(NAMES[4])}`, 'PUT', {
    actor: MARKUP.slice(0, 60), comment: reason, content_type: MARKUP.slice(0, 60),
    value: Buffer.from(MARKUP + REVERSED + LONG).toString('base64') });
  const holders = cluster.holders();
  for (const who of [MARKUP, REVERSED, LONG]) {
    await holders.ask({ do: 'lock', path: `/roster/default/locks/${LOCK}`, who });
  }
  await holders.ask({ do: 'elect', path: `/roster/default/elections/${LOCK}`,
                      who: MARKUP + REVERSED });
  await holders.ask({ do: 'put', path: `/roster/default/queues/${LOCK}`,
                      values: [MARKUP, REVERSED, LONG, ''] });
  await post('election:designate', 'POST', {
    name: LOCK, leaders: [MARKUP.slice(0, 60).replaceAll('/', '')], actor: 'x',
    reason: MARKUP });
  browser = await Browser.start(cluster.url);
});

after(async () => {
  await browser?.stop();
  await cluster?.stop();
});

async function live(page) {
  await page.locator('#freshness', { hasText: /Live|实时/ }).waitFor();
}

async function checkQuiet(page) {
  assert.equal(await page.evaluate(() => window.executed), undefined);
  assert.deepEqual(await page.evaluate(() => window.violations), []);
  assert.equal(await page.locator('#root img, #root script, #root b i').count(), 0);
}

test('hostile texts are shown as text on every page, and break no layout', async () => {
  for (const width of [1280, 390]) {
    const page = await browser.open('#/overview', { width });
    for (const name of PAGES) {
      await page.goto(`${cluster.url}/#/${name}`);
      await live(page);
      await page.locator('h1').waitFor();
      await checkQuiet(page);
      assert.deepEqual(await stickingOut(page), [], `${name} at ${width}`);
      assert.deepEqual(await crookedHeadings(page), [], name);
    }
    await page.context().close();
  }
});

test('hostile names and data of a lock are text, and have their dialog', async () => {
  const page = await browser.open(
      `#/coordination/locks?name=${encodeURIComponent(LOCK)}`, { width: 600 });
  await live(page);
  await page.getByRole('button', { name: 'Take the lock away' }).first().click();
  await page.getByRole('dialog').waitFor();
  await checkQuiet(page);
  assert.deepEqual(await stickingOut(page), []);
  await page.context().close();
});

test('each hostile name has its page, its raw record and its dialog', async () => {
  for (const name of NAMES) {
    const page = await browser.open(`#/members/${encodeURIComponent(name)}`,
                                    { width: 600 });
    await live(page);
    await page.getByRole('heading', { name: 'Observed' }).waitFor();
    await page.getByText('Raw record').click();
    await page.locator('.toolbar button').first().click();
    await page.getByRole('dialog').waitFor();
    await checkQuiet(page);
    assert.deepEqual(await stickingOut(page), [], name);
    await page.context().close();
  }
});

test('direction marks are shown and reorder nothing', async () => {
  const page = await browser.open('#/members');
  await page.locator('td.col-name', { hasText: 'innocent\\u{202e}gnp.exe' })
      .waitFor();
  // Nor in what is only read out or shown on hovering.
  const texts = await page.evaluate(() => [document.body.innerText,
      ...[...document.querySelectorAll('[aria-label], [title]')].flatMap(
          (e) => [e.getAttribute('aria-label'), e.title])].join('\n'));
  assert.doesNotMatch(texts, /[\u202e\u2066\u200b]/);
  await page.context().close();
});

test('axe finds nothing serious, in both themes and both languages', async () => {
  for (const [dark, locale] of [[false, 'en-GB'], [true, 'zh-CN']]) {
    const page = await browser.open('#/overview', { dark, locale });
    for (const name of [...PAGES, 'members/nothing',
                        `members/${encodeURIComponent(NAMES[0])}`]) {
      await page.goto(`${cluster.url}/#/${name}`);
      await live(page);
      await page.locator('h1').waitFor();
      assert.deepEqual(await accessibilityProblems(page), [], name);
    }
    await page.goto(`${cluster.url}/#/members/nothing`);
    await page.locator('.toolbar button').first().click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await accessibilityProblems(page), [], 'dialog');
    await page.context().close();
  }
});

test('the language and the theme are chosen, and remembered', async () => {
  const page = await browser.open('#/members');
  await live(page);
  await page.getByLabel('Language').selectOption('中文');
  await page.getByRole('heading', { name: '成员' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  const color = () => page.evaluate(
      () => getComputedStyle(document.body).backgroundColor);
  const light = await color();
  await page.getByLabel('主题').selectOption('深色');
  assert.notEqual(await color(), light);
  await page.reload();
  await page.getByRole('heading', { name: '成员' }).waitFor();
  assert.notEqual(await color(), light);
  await page.context().close();
});

test('everything can be reached and done by keyboard', async () => {
  const page = await browser.open('#/members');
  await live(page);
  await page.locator('tr.row').first().waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

  // Through the table, by rows.
  await page.locator('.table-scroller').focus();
  await page.keyboard.press('ArrowDown');
  await page.locator('tr.row[data-index="1"]:focus').waitFor();
  await page.keyboard.press(' ');
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('ArrowUp');
  await page.locator('tr.row[data-index="0"]:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Observed' }).waitFor();

  // A dialog keeps the focus, and gives it back.
  const button = page.locator('.toolbar button').first();
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  for (let i = 0; i < 20; ++i) {
    await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => {
      const focused = document.activeElement;
      return focused === document.body || focused.closest('dialog') !== null;
    }), `after ${i + 1} tabs`);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.ok(await button.evaluate((e) => e === document.activeElement));
  await page.context().close();
});

test('nothing left its origin, no policy was violated, no script failed', () => {
  browser.watchman.check();
});
