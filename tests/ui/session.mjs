// Signing in and out, what a smaller token is offered, and a token that is removed under an open page.
//
// Invariant: the secret is in no address and in nothing that the browser keeps for scripts.
import assert from 'node:assert/strict';
import { FUNCTIONS } from './functions.mjs';
import { withPage } from './page.mjs';
import { Skep } from './skep.mjs';

async function closed(program) {
  const skep = await Skep.start(program, FUNCTIONS);
  const secret = (await skep.api('POST', '/tokens', { name: 'boss', scope: 'admin' })).secret;
  skep.token = secret;
  return skep;
}

async function signIn(page, secret) {
  await page.getByLabel('Token', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function inAndOut({ program, browser }) {
  const skep = await closed(program);
  try {
    await withPage(browser, skep, {}, async (page, go) => {
      await go('/functions/hello/scale');
      await page.getByRole('heading', { name: 'Sign in to Skep' }).waitFor();
      await signIn(page, 'skep_wrong');
      await page.getByText('this token is not valid').waitFor();
      await signIn(page, skep.token);
      await page.getByRole('heading', { level: 1, name: 'hello' }).waitFor();
      assert.ok(page.url().endsWith('/ui/functions/hello/scale'), 'the view that was asked for');
      const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
      assert.ok(!kept.includes(skep.token) && !kept.includes('skep_') , kept);
      await page.getByText('boss, admin').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in to Skep' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { name: 'Sign in to Skep' }).waitFor();
    });
  } finally {
    await skep.stop();
  }
}

async function smaller({ program, browser }) {
  const skep = await closed(program);
  try {
    const reader = (await skep.api('POST', '/tokens', { name: 'reader', scope: 'read' })).secret;
    await skep.call('/hello');
    await withPage(browser, skep, {}, async (page, go) => {
      await go('/functions/hello/instances');
      await signIn(page, reader);
      await page.getByRole('table', { name: 'Instances of hello' }).waitFor();
      assert.equal(await page.getByRole('button', { name: /Recycle/ }).count(), 0, 'what is not allowed is not offered');
      await go('/invoke');
      await page.getByText('This token only reads.').waitFor();
      await go('/host');
      await page.getByRole('heading', { name: 'Operations' }).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Upgrade' }).count(), 0);
      assert.equal(await page.getByRole('heading', { name: 'Tokens' }).count(), 0);
      await skep.api('DELETE', '/tokens/reader');
      await page.getByRole('heading', { name: 'Sign in to Skep' }).waitFor();
    });
  } finally {
    await skep.stop();
  }
}

async function firstToken({ program, browser }) {
  const skep = await Skep.start(program, {});
  try {
    await withPage(browser, skep, {}, async (page, go) => {
      await go('/host');
      await page.getByRole('button', { name: 'New token' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('me');
      await dialog.getByLabel('Scope').selectOption('admin');
      await dialog.getByRole('button', { name: 'Create' }).click();
      const secret = await page.getByRole('dialog').locator('code').textContent();
      assert.match(secret, /^skep_/);
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
      await page.getByRole('heading', { name: 'Sign in to Skep' }).waitFor();
      await signIn(page, secret);
      await page.getByRole('row').filter({ hasText: 'you' }).getByText('me').waitFor();
    });
  } finally {
    await skep.stop();
  }
}

export const cases = {
  'session: in and out': inAndOut,
  'session: a smaller token, then none': smaller,
  'session: the first token': firstToken,
};
