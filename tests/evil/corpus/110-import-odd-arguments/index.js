export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const load = (name) => import(name);
  const self = import.meta.url;
  const attempts = [
    () => import({ toString: () => { import(`./none${7}.js`).catch(() => {}); throw 1; } }),
    () => load('x'.repeat(2 ** 25)),
    () => load('./' + '../'.repeat(1e6)),
    () => load('\ud800\0'),
    () => import(self, { get with() { return import(self, { with: { type: 'json' } }); } }),
    () => import(self, { with: { type: 'json' } }),
    () => import(self, { with: { type: 'bytes' } }),
    () => import(self, { with: { type: 'x'.repeat(1e6) } }),
    () => import(self, { with: new Proxy({}, { ownKeys: () => ['type'], getOwnPropertyDescriptor: () => ({ value: 'json', enumerable: true, configurable: true }) }) }),
    () => import(self, { with: Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => [i, 'x'])) }),
    () => import(self, 7),
    () => import(Symbol()),
    () => load('data:text/javascript,for(;;);'),
    () => load('ext:core/mod.js'),
    () => load('ext:skep/core/errors.js'),
    () => load('ext:deno_web/00_infra.js'),
    () => load('node:fs'),
    () => load('blob:null/x'),
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
