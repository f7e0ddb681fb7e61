// A real browser, and what has to hold of every page in it: nothing is asked of
// another origin, the policy is never violated, no script fails.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FACTOR } from './cluster.mjs';

const require = createRequire(new URL('../../tools/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

// What a page must not do, and did.
export class Watchman {
  constructor(origin) {
    this.origin = origin;
    this.offences = [];
    this.requests = 0;
  }

  watch(page) {
    page.on('request', (request) => {
      ++this.requests;
      const url = new URL(request.url());
      if (url.origin !== this.origin && url.protocol !== 'data:')
        this.offences.push(`asked for ${url}`);
    });
    page.on('pageerror', (error) => this.offences.push(`failed: ${error.stack}`));
    page.on('dialog', (dialog) => {
      this.offences.push(`opened a dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('console', (message) => {
      const text = message.text();
      // What the network does is told by the browser; it is part of the tests.
      if (message.type() === 'error' && !/net::ERR|Failed to load resource/
          .test(text)) this.offences.push(`console: ${text}`);
    });
  }

  check() {
    assert.deepEqual(this.offences, []);
    assert.ok(this.requests > 0);
  }
}

export class Browser {
  static async start(origin) {
    const browser = new Browser();
    browser.origin = origin;
    browser.watchman = new Watchman(origin);
    browser.chromium = await chromium.launch({
      executablePath: process.env.ROSTER_CHROMIUM ?? '/usr/bin/chromium',
      // Tests also run as root in containers, where the sandbox cannot.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
    return browser;
  }

  // A page of somebody who was never here: {hash, width, height, dark}.
  async open(hash, { width = 1280, height = 800, dark = false,
                     locale = 'en-GB', scripts = [], scale = 1 } = {}) {
    const context = await this.chromium.newContext({
      viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', locale,
      deviceScaleFactor: scale });
    context.setDefaultTimeout(15_000 * FACTOR);
    const page = await context.newPage();
    this.watchman.watch(page);
    await page.addInitScript(() => {
      window.violations = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        window.violations.push(
            `${event.violatedDirective} ${event.blockedURI}`);
        console.error(`policy: ${event.violatedDirective}`);
      });
    });
    for (const script of scripts) await page.addInitScript(script);
    await page.goto(`${this.origin}/${hash}`);
    return page;
  }

  async stop() {
    await this.chromium.close();
  }
}

// The serious violations that axe finds, each in a line.
export async function accessibilityProblems(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }));
  return violations
      .filter(({ impact }) => ['serious', 'critical'].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map(
          (node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}

// The elements that stick out to the right of the page, in words.
export function stickingOut(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    // What scrolls by itself may be wider inside.
    return [...document.querySelectorAll('body *')]
        .filter((e) => e.getBoundingClientRect().right > width + 1 &&
                       !e.parentElement.closest('.plain-scroller'))
        .slice(0, 5).map((e) => `${e.tagName}.${e.className}`);
  });
}

// The headings that do not stand above their numbers, in words.
export function crookedHeadings(page) {
  return page.evaluate(() => {
    const toTheRight = (e) => getComputedStyle(e).textAlign === 'right';
    return [...document.querySelectorAll('.plain-scroller table')]
        .flatMap((table) => {
          const cells = table.querySelector('tbody tr')?.children ?? [];
          return [...table.querySelectorAll('thead th')].filter((head, i) =>
              cells[i] && toTheRight(cells[i]) !== toTheRight(head));
        }).map((head) => head.innerText);
  });
}

// Fills in the open dialog, by label, and presses its button.
export async function answerDialog(page, fields, button) {
  const dialog = page.getByRole('dialog');
  for (const [label, text] of Object.entries(fields))
    await dialog.getByLabel(label, { exact: true }).fill(text);
  await dialog.getByRole('button', { name: button }).click();
  return dialog;
}
