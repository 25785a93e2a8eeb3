// One page of the browser, and what it must never do.
//
// Invariant: a script error, a dialog, a report of the content security policy, or a request that leaves the origin fails the case.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Failures of the network that a case makes on purpose, and answers that pages cope with. */
const EXPECTED = /Failed to load resource/;

export async function open(browser, skep, { width = 1280, theme = 'light', scripts = true, forAxe = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    javaScriptEnabled: scripts,
    // axe is put into the page by the test, which the page's policy rightly forbids.
    bypassCSP: forAxe,
  });
  const page = await context.newPage();
  const wrong = [];
  page.setDefaultTimeout(20_000);
  page.on('console', (message) => {
    if (message.type() === 'error' && !EXPECTED.test(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.stack ?? error.message));
  page.on('dialog', (dialog) => {
    wrong.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.origin !== skep.admin && !['data:', 'blob:', 'about:'].includes(url.protocol)) wrong.push(`a request to ${request.url()}`);
  });
  const go = async (path) => {
    await page.goto(`${skep.admin}/ui${path}`);
    if (scripts) await page.getByRole('heading', { level: 1 }).waitFor();
  };
  return {
    page,
    wrong,
    go,
    async close() {
      await context.close();
      assert.deepEqual(wrong, [], 'the page did what it must not do');
    },
    async axe(what) {
      await page.evaluate(AXE);
      const found = await page.evaluate((rules) => globalThis.axe.run(document, { runOnly: rules }), RULES);
      const told = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
      assert.deepEqual(told, [], what);
    },
  };
}

/** A page for one case, closed and judged at its end. */
export async function withPage(browser, skep, options, use) {
  const opened = await open(browser, skep, options);
  try {
    await use(opened.page, opened.go, opened);
  } catch (error) {
    await opened.page.context().close();
    if (opened.wrong.length > 0) error.message += `\nand the page: ${opened.wrong.join('\n')}`;
    throw error;
  }
  await opened.close();
}
