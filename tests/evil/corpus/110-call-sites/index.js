export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const foreign = [];
  const own = new Set();
  const look = () => {
    const before = Error.prepareStackTrace;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack;
    Error.prepareStackTrace = before;
    if (!Array.isArray(sites)) return;
    for (const site of sites) {
      for (const name of ['getFunction', 'getThis']) {
        const found = site[name]?.();
        if ((typeof found === 'object' || typeof found === 'function') && found !== null && found !== globalThis && !own.has(found)) foreign.push(`${name} ${site.getFunctionName?.()} ${site.getFileName?.()}`);
      }
    }
  };
  own.add(look);
  look();
  new URL({ toString: () => (look(), 'http://x/') });
  JSON.parse('[1]', () => look());
  [2, 1].sort(() => (look(), 0));
  Array.from({ length: 1 }, look);
  new EventTarget().addEventListener('x', look);
  globalThis.addEventListener('error', (event) => (event.preventDefault(), look()), { once: true });
  reportError(1);
  await new Promise((wake) => setTimeout(() => (look(), wake()), 0));
  await new ReadableStream({ pull: (controller) => (look(), controller.close()) }).getReader().read();
  await crypto.subtle.digest({ get name() { look(); return 'SHA-1'; } }, new Uint8Array(1));
  return foreign.length === 0 ? 'nothing' : [...new Set(foreign)].join();
};
