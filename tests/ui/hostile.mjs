// Text that would be markup, and pages of functions that would use the admin address.
//
// Invariant: `page.mjs` fails the case if anything runs; what a foreign page tried has had no effect.
import assert from 'node:assert/strict';
import { EVIL, FUNCTIONS } from './functions.mjs';
import { withPage } from './page.mjs';
import { Skep } from './skep.mjs';

async function markup({ program, browser }) {
  const skep = await Skep.start(program, FUNCTIONS);
  try {
    await skep.deploy('shop', 'export default () => 1;', `&note=${encodeURIComponent(EVIL)}`);
    await skep.api('PATCH', '/functions/shop/variables?wait=true', { env: { EVIL } });
    await skep.deploy('shop', `throw new Error(${JSON.stringify(EVIL)}); export default 1;`, `&note=${encodeURIComponent(EVIL)}`).catch(() => undefined);
    await skep.call('/evil', 2);
    await skep.call('/evil-fault', 2);
    await withPage(browser, skep, {}, async (page, go) => {
      const is = (text) => page.getByText(text, { exact: false }).first().waitFor();
      await go('/functions/shop/variables');
      await is(EVIL);
      await go('/releases');
      await is(EVIL);
      await page.getByRole('row').filter({ hasText: 'undone' }).getByRole('link').click();
      await is(EVIL);
      await go('/invoke?function=evil');
      await page.getByRole('button', { name: 'Call', exact: true }).click();
      await page.getByLabel('The body').getByText(EVIL).waitFor();
      await is('x-evil');
      await go('/invoke?function=evil-fault');
      await page.getByRole('button', { name: 'Call', exact: true }).click();
      await is(EVIL);
      for (const path of ['/', `/functions/${encodeURIComponent(EVIL)}`, `/logs?q=${encodeURIComponent(EVIL)}`, '/logs?function=evil', '/traces', '/faults', `/${encodeURIComponent(EVIL)}`]) {
        await go(path);
        await page.waitForLoadState('networkidle').catch(() => undefined);
      }
    });
  } finally {
    await skep.stop();
  }
}

/** A page on the functions' port, which is of the same site as the admin address: what its scripts got. */
async function foreign({ program, browser }) {
  const attack = `export default () => new Response('<!doctype html><title>shop</title>', { headers: { 'content-type': 'text/html' } });`;
  const skep = await Skep.start(program, { 'attack/index.js': attack, 'hello/index.js': FUNCTIONS['hello/index.js'] });
  const context = await browser.newContext();
  try {
    const secret = (await skep.api('POST', '/tokens', { name: 'me', scope: 'admin' })).secret;
    skep.token = secret;
    const page = await context.newPage();
    await page.goto(`${skep.admin}/ui/`);
    await page.getByLabel('Token', { exact: true }).fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const [cookie] = await context.cookies(skep.admin);
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/']);
    await page.goto(`${skep.listen}/attack`);
    assert.ok(!(await page.evaluate(() => document.cookie)).includes('skep_'));
    const tried = await page.evaluate(async (admin) => {
      const attempts = {
        read: () => fetch(`${admin}/api/v1/functions`, { credentials: 'include' }).then((answer) => answer.text()),
        simple: () => fetch(`${admin}/api/v1/functions/hello/promote`, { method: 'POST', credentials: 'include', mode: 'no-cors' }).then((answer) => answer.type),
        change: () => fetch(`${admin}/api/v1/log-level`, { method: 'PUT', credentials: 'include', headers: { 'content-type': 'application/json', 'x-skep-ui': '1' }, body: '{"level":"error"}' }).then((answer) => answer.status),
        out: () => fetch(`${admin}/ui/session`, { method: 'DELETE', credentials: 'include' }).then((answer) => answer.status),
      };
      const told = {};
      for (const [name, attempt] of Object.entries(attempts)) told[name] = await attempt().catch((error) => error.name);
      return told;
    }, skep.admin);
    assert.deepEqual(tried, { read: 'TypeError', simple: 'opaque', change: 'TypeError', out: 'TypeError' });
    assert.equal((await skep.api('GET', '/log-level')).level, 'info');
    // Neither a form nor a frame does more.
    await page.evaluate((admin) => {
      document.body.innerHTML = `<iframe src="${admin}/ui/"></iframe><form method="post" action="${admin}/api/v1/upgrade" target="frame"></form><iframe name="frame"></iframe>`;
      document.forms[0].submit();
    }, skep.admin);
    const frame = page.frames().find((known) => known.url().startsWith(skep.admin));
    assert.ok(!frame || !(await frame.content()).includes('id="app"'), 'the page is in no frame');
    const before = await skep.engine();
    await page.goto(`${skep.admin}/ui/host`);
    await page.getByRole('heading', { level: 1, name: 'Host' }).waitFor();
    assert.equal(await skep.engine(), before, 'the form upgraded nothing, and the session is still there');
  } finally {
    await context.close();
    await skep.stop();
  }
}

export const cases = {
  'hostile: markup is text everywhere': markup,
  'hostile: the page of a function against the admin address': foreign,
};
