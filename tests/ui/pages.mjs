// Each page and each action, as a person uses them: by roles and names.
//
// Parts that show what this program does not record say so; then that is what the case looks for.
//
// Invariant: an action counts as done when the admin API says so, not when the page does.
import assert from 'node:assert/strict';
import { FUNCTIONS, NEVER_LOADS, ONE, TWO } from './functions.mjs';
import { withPage } from './page.mjs';
import { Skep } from './skep.mjs';

/** A case with a program of its own, some calls made and one function deployed. */
const on = (use) => async ({ program, browser }) => {
  const skep = await Skep.start(program, FUNCTIONS);
  try {
    await skep.deploy('shop', ONE);
    await skep.call('/hello', 5);
    await skep.call('/fails', 3);
    await skep.call('/broken');
    await withPage(browser, skep, {}, (page, go, opened) => use({ skep, page, go, opened }));
  } finally {
    await skep.stop();
  }
};

const button = (page, name) => page.getByRole('button', { name, exact: true });
const link = (page, name) => page.getByRole('link', { name, exact: true });

async function until(what, holds) {
  for (let left = 200; left > 0; left -= 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never happened: ${what}`);
}

/** Presses what asks first, and says yes. */
async function confirmed(page, name, answer) {
  await button(page, name).click();
  await page.getByRole('dialog').getByRole('button', { name: answer }).click();
}

async function overview({ page, go }) {
  await go('/');
  const table = page.getByRole('table', { name: 'Functions' });
  await table.getByRole('link', { name: 'hello', exact: true }).waitFor();
  await table.getByRole('row').filter({ hasText: 'broken' }).first().waitFor();
  await page.getByRole('link', { name: /^broken/ }).first().waitFor();
  await page.getByRole('searchbox', { name: 'Find a function' }).fill('hel');
  await until('the list is filtered', async () => (await table.getByRole('rowheader').count()) === 1);
  assert.match(page.url(), /q=hel/, 'a view is an address');
  await page.getByRole('searchbox', { name: 'Find a function' }).fill('');
  await page.getByRole('button', { name: /^Attention/ }).click();
  await until('only what needs attention', async () => (await table.getByRole('link', { name: 'hello', exact: true }).count()) === 0);
  await page.getByRole('button', { name: /^All/ }).click();
  await table.getByRole('button', { name: 'Memory' }).click();
  await table.getByRole('columnheader', { name: 'Memory' }).and(page.locator('[aria-sort=descending]')).waitFor();
}

async function functionPage({ skep, page, go }) {
  await go('/');
  await page.getByRole('table', { name: 'Functions' }).getByRole('link', { name: 'hello', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'hello' }).waitFor();
  if (await skep.has('/history?range=5m')) {
    const chart = page.getByRole('figure', { name: 'Calls and faults a second' });
    await chart.getByRole('button', { name: /as a table/ }).click();
    await chart.getByRole('columnheader', { name: 'calls' }).waitFor();
    await button(page, '1 hour').click();
    assert.match(page.url(), /range=1h/);
  } else await page.getByText('This Skep does not record history.').waitFor();
  await link(page, 'Routes and limits').click();
  await page.getByRole('table', { name: 'Limits and their use' }).getByText('128 MB').waitFor();
  await go('/functions/nobody');
  await page.getByText(/there is no function `nobody`/).waitFor();
}

async function instances({ skep, page, go }) {
  await go('/functions/hello/instances');
  const recycle = page.getByRole('button', { name: /^Recycle instance/ });
  const before = (await skep.api('GET', '/functions/hello/instances'))[0].id;
  await recycle.first().click();
  await until('it has ended', async () => !(await skep.api('GET', '/functions/hello/instances')).some(({ id, state }) => id === before && state === 'ready'));
}

async function canary({ skep, page, go }) {
  await skep.deploy('shop', TWO, '&canary=10');
  await go('/functions/shop/versions');
  const slider = page.getByRole('slider', { name: 'Candidate’s part of the calls' });
  await slider.press('ArrowRight');
  await button(page, 'Set to 11 %').click();
  await until('it gets 11 %', async () => (await skep.api('GET', '/functions/shop')).candidate?.percent === 11);
  await go('/functions/shop/versions');
  await button(page, 'Promote').click();
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  await until('it is live', async () => (await (await fetch(`${skep.listen}/shop`)).text()) === 'two');
  await skep.deploy('shop', ONE, '&canary=10');
  await go('/functions/shop');
  await confirmed(page, 'Drop', 'Drop it');
  await until('there is none', async () => (await skep.api('GET', '/functions/shop')).candidate === undefined);
}

async function rollback({ skep, page, go }) {
  await skep.deploy('shop', TWO);
  await go('/functions/shop/versions');
  await page.getByRole('button', { name: /^Roll back to/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('rollback', { exact: true }).waitFor();
  await until('the first version answers', async () => (await (await fetch(`${skep.listen}/shop`)).text()) === 'one');
}

async function variables({ skep, page, go }) {
  await go('/functions/shop/variables');
  for (const [kind, name, value] of [['Variable', 'CURRENCY', 'EUR'], ['Secret', 'API_KEY', 'hidden-value']]) {
    await button(page, kind).click();
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Value').fill(value);
    await button(page, 'Set and release').click();
    await page.getByRole('heading', { name: 'Steps' }).waitFor();
    await go('/functions/shop/variables');
  }
  const table = page.getByRole('table', { name: 'Variables and secrets' });
  await table.getByText('EUR').waitFor();
  await table.getByText('API_KEY').waitFor();
  assert.ok(!(await page.content()).includes('hidden-value'), 'a secret is never shown');
  await confirmed(page, 'Remove CURRENCY', 'Remove');
  await until('it is gone', async () => !('CURRENCY' in (await skep.api('GET', '/functions/shop/variables')).env));
}

async function scale({ skep, page, go }) {
  await go('/functions/hello/scale');
  await page.getByLabel('Most instances').fill('7');
  await button(page, 'Change').click();
  await until('it is 7', async () => (await skep.api('GET', '/functions/hello')).scale.max === 7);
  await button(page, 'Back to the manifest’s').click();
  await until('it is 4 again', async () => (await skep.api('GET', '/functions/hello')).scale.max === 4);
}

async function releases({ skep, page, go }) {
  await skep.deploy('shop', NEVER_LOADS).catch(() => undefined);
  await go('/releases');
  await page.getByRole('searchbox').fill('shop');
  const undone = page.getByRole('row').filter({ hasText: 'undone' });
  await undone.getByRole('link', { name: 'shop' }).click();
  const failure = page.getByRole('alert').filter({ hasText: 'failed at booted' });
  await failure.getByText('TAX_RATES is not set').first().waitFor();
  const steps = page.getByRole('table', { name: 'Steps of shop' });
  await steps.getByRole('row').filter({ hasText: 'compiled' }).getByText('done', { exact: true }).waitFor();
  await steps.getByRole('row').filter({ hasText: 'booted' }).getByText('failed', { exact: true }).waitFor();
}

async function releaseLive({ skep, page, go }) {
  // The check of this version waits until it is cancelled.
  const slow = { files: { 'index.js': 'export default () => new Promise((done) => setTimeout(done, 25_000));', 'function.toml': '[check]\npath = "/"\n' } };
  const started = await skep.api('PUT', '/functions/slow', slow);
  await go(`/releases/${started.id}`);
  await page.getByRole('table', { name: 'Steps of slow' }).getByText('running').waitFor();
  await confirmed(page, 'Cancel', 'Cancel the release');
  await page.getByText('cancelled', { exact: true }).first().waitFor();
  assert.equal((await skep.api('GET', `/releases/${started.id}`)).status, 'cancelled');
}

async function logs({ skep, page, go }) {
  await go('/logs?function=hello');
  if (!(await skep.has('/logs?limit=1&order=desc'))) return;
  const table = page.getByRole('table', { name: /Lines of the log/ });
  await table.getByRole('button', { name: /said hello/ }).first().click();
  const detail = page.getByRole('complementary', { name: 'The whole line' });
  await detail.getByRole('button', { name: 'column request_id' }).click();
  await table.getByRole('columnheader', { name: 'request_id' }).waitFor();
  await detail.getByRole('link', { name: 'Lines of this request' }).click();
  await page.getByText(/request_id =/).waitFor();
  await button(page, 'Remove the filter request_id').click();
  await page.getByRole('searchbox', { name: 'Text in the line' }).fill('no line has this');
  await page.getByText('No line matches.').waitFor();
  await page.getByRole('searchbox', { name: 'Text in the line' }).fill('');
  await button(page, 'Follow').click();
  await page.getByText(/^Following/).waitFor();
  await skep.call('/hello');
  await table.getByRole('button', { name: /said hello/ }).first().waitFor();
}

async function traces({ skep, page, go }) {
  await go('/traces?function=fails');
  if (!(await skep.has('/traces?limit=1'))) return page.getByText('This Skep does not record traces.').waitFor();
  const table = page.getByRole('table', { name: /Traces/ });
  await table.getByRole('link', { name: /fails/ }).first().click();
  const spans = page.getByRole('table', { name: 'Spans of the trace' });
  await spans.getByRole('button', { name: /handler fails/ }).click();
  const detail = page.getByRole('complementary', { name: /^The span handler fails/ });
  await detail.getByText('threw').first().waitFor();
  await button(page, 'Zoom in').click();
  await button(page, 'Whole').click();
  await detail.getByRole('button', { name: 'Close the span' }).click();
}

async function faults({ skep, page, go }) {
  await go('/faults');
  if (!(await skep.has('/faults'))) return page.getByText('This Skep does not record faults in groups.').waitFor();
  const group = page.getByRole('article', { name: 'threw of fails' });
  await group.getByText('the shelf is empty').waitFor();
  await group.getByText('3', { exact: true }).waitFor();
  await group.getByRole('link', { name: 'Newest trace' }).click();
  await page.getByText('It ended in a fault').waitFor();
}

async function invoke({ page, go }) {
  await go('/invoke?function=hello');
  await page.getByLabel('Method').selectOption('POST');
  await page.getByLabel('Headers, one a line').fill('content-type: application/json');
  await page.getByLabel('Body').fill('{"a": }');
  await page.getByText(/This is not JSON/).waitFor();
  assert.ok(await button(page, 'Call').isDisabled());
  await page.getByLabel('Body').fill('{"a": 1}');
  await button(page, 'Save').click();
  await button(page, 'Call').click();
  await page.getByLabel('The body').getByText('"hello": "world"').waitFor();
  await go('/invoke?function=fails');
  await button(page, 'Call').click();
  await page.getByLabel('The whole diagnostic').getByText(/the shelf is empty/).waitFor();
  await page.getByRole('button', { name: /hello POST/ }).click();
  assert.equal(await page.getByLabel('Body').inputValue(), '{"a": 1}', 'the browser has kept it');
}

async function triggers({ skep, page, go }) {
  await go('/triggers');
  const row = page.getByRole('table', { name: 'Schedules' }).getByRole('row').filter({ hasText: 'nightly' });
  const schedule = async () => (await skep.api('GET', '/cron'))[0];
  await row.getByRole('button', { name: 'Run now: nightly of timed' }).click();
  await until('it has run', async () => (await schedule()).last?.outcome === 'succeeded');
  await row.getByText('succeeded').waitFor();
  await row.getByRole('button', { name: 'Pause: nightly of timed' }).click();
  await until('it is paused', async () => (await schedule()).paused);
  await row.getByRole('button', { name: 'Resume: nightly of timed' }).click();
  await until('it goes on', async () => !(await schedule()).paused);
}

async function host({ skep, page, go }) {
  await go('/host');
  await button(page, 'Check').click();
  await page.getByText('Every version is whole.').waitFor();
  await page.getByRole('group', { name: 'Level of the log' }).getByRole('button', { name: 'warn' }).click();
  await until('it is warn', async () => (await skep.api('GET', '/log-level')).level === 'warn');
  const before = await skep.engine();
  await confirmed(page, 'Upgrade', 'Upgrade');
  await until('another engine serves', async () => (await skep.engine().catch(() => before)) !== before);
  await page.getByText(/engine no. 2/).waitFor();
}

export const cases = {
  'pages: overview': on(overview),
  'pages: function, charts and limits': on(functionPage),
  'pages: instances are recycled': on(instances),
  'pages: canary is weighed, promoted, dropped': on(canary),
  'pages: rollback': on(rollback),
  'pages: variables and secrets': on(variables),
  'pages: scale': on(scale),
  'pages: releases and a failing step': on(releases),
  'pages: a release as it goes, cancelled': on(releaseLive),
  'pages: logs': on(logs),
  'pages: traces': on(traces),
  'pages: faults': on(faults),
  'pages: invoke': on(invoke),
  'pages: triggers': on(triggers),
  'pages: host': on(host),
};
