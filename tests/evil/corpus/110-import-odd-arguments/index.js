export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const attempts = [
    () => import({ toString: () => { import('./none.js').catch(() => {}); throw 1; } }),
    () => import('x'.repeat(2 ** 25)),
    () => import('./' + '../'.repeat(1e6)),
    () => import('\ud800\0'),
    () => import('./index.js', { get with() { return import('./index.js', { with: { type: 'json' } }); } }),
    () => import('./index.js', { with: { type: 'json' } }),
    () => import('./index.js', { with: { type: 'bytes' } }),
    () => import('./index.js', { with: { type: 'x'.repeat(1e6) } }),
    () => import('./index.js', { with: new Proxy({}, { ownKeys: () => ['type'], getOwnPropertyDescriptor: () => ({ value: 'json', enumerable: true, configurable: true }) }) }),
    () => import('./index.js', { with: Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => [i, 'x'])) }),
    () => import('./index.js', 7),
    () => import(Symbol()),
    () => import('data:text/javascript,for(;;);'),
    () => import('ext:core/mod.js'),
    () => import('ext:skep/10_errors.js'),
    () => import('ext:deno_web/00_infra.js'),
    () => import('node:fs'),
    () => import('blob:null/x'),
    () => import(import.meta.url + '?x'),
    () => import(import.meta.url + '#x'),
    () => import(import.meta.resolve?.('ext:core/ops') ?? 'ext:core/ops'),
  ];
  const got = [];
  for (const attempt of attempts) {
    try {
      got.push(Object.keys(await attempt()).join());
    } catch {}
  }
  return got.filter((keys) => keys !== 'default').join(';') || 'nothing';
};
