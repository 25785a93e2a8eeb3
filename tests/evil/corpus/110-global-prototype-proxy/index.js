export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  try {
    Object.setPrototypeOf(globalThis, new Proxy(Object.getPrototypeOf(globalThis), { get: () => () => { throw 1; }, has: () => true, set: () => false }));
  } catch {}
  globalThis.dispatchEvent = new Proxy(() => {}, { apply() { throw globalThis; } });
  globalThis.onerror = globalThis.onunhandledrejection = () => { throw new Error('again'); };
  Promise.reject(1);
  reportError(2);
  setTimeout(() => { throw 3; }, 0);
  await new Promise((wake) => setTimeout(wake, 20));
  return undefinedName ?? 'survived';
};
