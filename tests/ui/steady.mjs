// A page that stays open: while engines are replaced and killed, and over ten thousand functions.
//
// Invariant: the page recovers alone; its work follows the height of the screen and not the length of the list.
import assert from 'node:assert/strict';
import { FUNCTIONS } from './functions.mjs';
import { withPage } from './page.mjs';
import { Skep } from './skep.mjs';

const MANY = 10_000;
/** More rows than any screen of the test shows, and far fewer than there are. */
const ROWS_MAX = 120;

async function recovers({ program, browser }) {
  const skep = await Skep.start(program, FUNCTIONS);
  try {
    await skep.call('/hello');
    await withPage(browser, skep, {}, async (page, go) => {
      await go('/functions/hello/instances');
      const instance = () => page.getByRole('table', { name: 'Instances of hello' }).getByRole('rowheader').first();
      // A call may still be answered by the engine before, over a connection that was open.
      const seen = async () => {
        for (let left = 60; left > 0 && !(await instance().isVisible()); left -= 1) {
          await skep.call('/hello').catch(() => undefined);
          await instance().waitFor({ timeout: 500 }).catch(() => undefined);
        }
        await instance().waitFor();
      };
      await seen();
      await skep.api('POST', '/upgrade');
      await page.getByText('No instance is alive.').waitFor();
      await seen();
      process.kill(await skep.engine(), 'SIGKILL');
      await page.getByText('No instance is alive.').waitFor();
      await seen();
      assert.equal(await page.getByText('Skep does not answer').count(), 0, 'it answers again');
    });
  } finally {
    await skep.stop();
  }
}

async function tenThousand({ program, browser }) {
  const files = Object.fromEntries(Array.from({ length: MANY }, (_, at) => [`f${String(at).padStart(5, '0')}.js`, `export default () => ${at};`]));
  const skep = await Skep.start(program, files);
  try {
    await withPage(browser, skep, {}, async (page, go) => {
      await go('/');
      const table = page.getByRole('table', { name: 'Functions' });
      await table.getByRole('link', { name: 'f00000' }).waitFor();
      assert.equal(await table.getAttribute('aria-rowcount'), String(MANY + 1));
      const frames = await page.evaluate(async () => {
        const times = [];
        const height = document.documentElement.scrollHeight;
        let last = performance.now();
        for (let step = 0; step <= 120; step += 1) {
          scrollTo(0, (height * step) / 120);
          await new Promise(requestAnimationFrame);
          times.push(performance.now() - last);
          last = performance.now();
        }
        return times.sort((one, other) => one - other);
      });
      await table.getByRole('link', { name: `f0${MANY - 1}` }).waitFor();
      assert.ok((await table.getByRole('row').count()) < ROWS_MAX, 'only what is seen is in the page');
      // Each frame shows other rows. A machine that tests run on draws without a graphics card, and has other work.
      const median = frames[frames.length >> 1];
      assert.ok(median < 100, `a frame took ${median.toFixed(0)} ms in the median`);
      await page.getByRole('searchbox', { name: 'Find a function' }).fill('f0432');
      await table.getByRole('link', { name: 'f04321' }).waitFor();
      assert.equal(await table.getByRole('rowheader').count(), 10);
    });
  } finally {
    await skep.stop();
  }
}

export const cases = {
  'steady: upgrade and a killed engine': recovers,
  'steady: ten thousand functions': tenThousand,
};
