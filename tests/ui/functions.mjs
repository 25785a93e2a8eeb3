// The functions that the cases are made with: good ones, failing ones, and one whose every word is markup.
//
// Invariant: what a case needs of a function stands here, and nothing in it depends on chance.

/** Text that runs if it is ever taken for markup. */
export const EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>';

export const FUNCTIONS = {
  'hello/index.js': "export default () => { console.log('said hello', { to: 'world' }); return { hello: 'world' }; };",
  'fails/index.js': "function inner() { throw new TypeError('the shelf is empty'); }\nexport default () => inner();",
  'broken/index.js': "import { nothing } from './missing.js';\nexport default () => nothing;",
  'timed/index.js': "export default () => { console.log('tick'); return 'ok'; };",
  'timed/function.toml': '[[cron]]\nname = "nightly"\nschedule = "0 3 * * *"\npath = "/run"\n',
  'evil/index.js': `export default () => {
    console.error(${JSON.stringify(EVIL)}, { [${JSON.stringify(EVIL)}]: ${JSON.stringify(EVIL)} });
    return new Response(${JSON.stringify(EVIL)}, { headers: { 'content-type': 'text/html', 'x-evil': ${JSON.stringify(EVIL)} } });
  };`,
  'evil-fault/index.js': `export default () => { throw new Error(${JSON.stringify(EVIL)}); };`,
};

export const ONE = "export default () => 'one';";
export const TWO = "export default () => 'two';";
export const NEVER_LOADS = "throw new Error('TAX_RATES is not set');\nexport default () => 1;";
