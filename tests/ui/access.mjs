// Whether everybody can use it: axe on each page in both themes, narrow screens, the keyboard alone, no scripts.
//
// Invariant: every page of the navigation and every part of a function is among those that are looked at.
import assert from 'node:assert/strict';
import { FUNCTIONS, NEVER_LOADS, ONE, TWO } from './functions.mjs';
import { withPage } from './page.mjs';
import { Skep } from './skep.mjs';

const FUNCTION_PARTS = ['', '/instances', '/versions', '/variables', '/scale', '/schedules', '/limits'];

async function prepared(program) {
  const skep = await Skep.start(program, FUNCTIONS);
  await skep.deploy('shop', ONE);
  await skep.deploy('shop', TWO, '&canary=25');
  await skep.deploy('tax', NEVER_LOADS).catch(() => undefined);
  await skep.call('/hello', 5);
  await skep.call('/fails', 3);
  await skep.call('/broken');
  return skep;
}

async function paths(skep) {
  const releases = await skep.api('GET', '/releases');
  const undone = releases.find(({ status }) => status === 'undone').id;
  const traces = (await skep.has('/traces?limit=1')) ? await skep.api('GET', '/traces?limit=1') : [];
  return [
    '/',
    ...FUNCTION_PARTS.map((part) => `/functions/shop${part}`),
    '/functions/broken',
    '/releases',
    `/releases/${undone}`,
    '/logs',
    '/logs?mode=tail',
    '/traces',
    ...traces.map(({ trace_id: id }) => `/traces/${id}`),
    '/faults',
    '/invoke?function=hello',
    '/triggers',
    '/host',
    '/nowhere',
  ];
}

/** What has been loaded is there when nothing says that it is loading. */
const settled = (page) => page.waitForFunction(() => !document.querySelector('main')?.textContent?.match(/(Loading|Searching)[^.]*…/));

const axe = (theme, width) => async ({ program, browser }) => {
  const skep = await prepared(program);
  try {
    await withPage(browser, skep, { theme, width, forAxe: true }, async (page, go, opened) => {
      for (const path of await paths(skep)) {
        await go(path);
        await settled(page);
        await opened.axe(`${path}, ${theme}, ${width} px`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${path}: ${wide} px are wider than ${width}`);
      }
    });
  } finally {
    await skep.stop();
  }
};

async function keyboard({ program, browser }) {
  const skep = await prepared(program);
  try {
    await withPage(browser, skep, {}, async (page, go) => {
      const heading = (name) => page.getByRole('heading', { level: 1, name }).waitFor();
      await go('/');
      for (const [keys, name] of [['gl', 'Logs'], ['gt', 'Traces'], ['ge', 'Faults'], ['gr', 'Releases'], ['gi', 'Invoke'], ['gc', 'Triggers'], ['gh', 'Host'], ['gf', 'Overview']]) {
        for (const key of keys) await page.keyboard.press(key);
        await heading(name);
      }
      await page.getByRole('searchbox', { name: 'Find a function' }).waitFor();
      await page.keyboard.press('/');
      assert.ok(await page.getByRole('searchbox', { name: 'Find a function' }).evaluate((field) => field === document.activeElement));
      await page.keyboard.type('gl');
      assert.match(page.url(), /q=gl/, 'a key that is typed goes nowhere');
      await go('/host');
      await page.keyboard.press('/');
      await page.getByRole('combobox').fill('hel');
      await page.keyboard.press('Enter');
      await heading('hello');
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: 'Keys' });
      await help.getByText('Releases').waitFor();
      await help.getByRole('checkbox').uncheck();
      await page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      await page.keyboard.press('g');
      await page.keyboard.press('l');
      await heading('hello');
      // To every page of the navigation by Tab and Enter alone.
      await page.keyboard.press('Tab');
      await page.getByRole('link', { name: 'Triggers' }).focus();
      await page.keyboard.press('Enter');
      await heading('Triggers');
    });
  } finally {
    await skep.stop();
  }
}

async function themes({ program, browser }) {
  const skep = await Skep.start(program, {});
  try {
    await withPage(browser, skep, { theme: 'light' }, async (page, go) => {
      const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      await go('/');
      const light = await background();
      await page.getByRole('button', { name: 'Dark' }).click();
      assert.notEqual(await background(), light);
      await go('/logs');
      assert.notEqual(await background(), light, 'it is kept');
      await page.getByRole('button', { name: 'The theme of the system' }).click();
      assert.equal(await background(), light);
    });
  } finally {
    await skep.stop();
  }
}

async function withoutScripts({ program, browser }) {
  const skep = await Skep.start(program, {});
  try {
    await withPage(browser, skep, { scripts: false }, async (page, go) => {
      await go('/');
      await page.getByRole('heading', { name: 'Skep' }).waitFor();
      const text = await page.getByRole('main').textContent();
      assert.match(text, /This page needs JavaScript[\s\S]*skep ls/);
    });
  } finally {
    await skep.stop();
  }
}

export const cases = {
  'access: axe, light, 1280 px': axe('light', 1280),
  'access: axe, dark, 1280 px': axe('dark', 1280),
  'access: axe, light, 320 px': axe('light', 320),
  'access: axe, dark, 320 px': axe('dark', 320),
  'access: the keyboard alone': keyboard,
  'access: both themes': themes,
  'access: without scripts': withoutScripts,
};
