// Runs the cases one after the other, and says how each went.
//
//   node main.mjs PROGRAM BROWSER [PART]
//
// Invariant: every case runs, whatever the one before did; the exit code tells whether all went well.
import { chromium } from 'playwright-core';
import { cases as access } from './access.mjs';
import { cases as hostile } from './hostile.mjs';
import { cases as pages } from './pages.mjs';
import { cases as session } from './session.mjs';
import { cases as steady } from './steady.mjs';

const [program, executablePath, part = ''] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
const all = Object.entries({ ...pages, ...access, ...hostile, ...session, ...steady }).filter(([name]) => name.includes(part));
const failed = [];
for (const [name, run] of all) {
  const began = performance.now();
  try {
    await run({ program, browser });
    console.log(`ok      ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed.push(name);
    console.log(`FAILED  ${name}\n${error.stack ?? error}`);
  }
}
await browser.close();
if (all.length === 0) failed.push(`no case has ${part} in its name`);
console.log(failed.length === 0 ? `${all.length} cases of the dashboard passed.` : `${failed.length} of ${all.length} failed: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);
