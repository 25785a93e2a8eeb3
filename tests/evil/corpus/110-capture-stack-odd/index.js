export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const targets = [globalThis, Object.freeze({}), new Proxy({}, {}), new Proxy({}, { defineProperty() { throw 1; } }), new Uint8Array(4), Object.prototype, Array.prototype, Error.prototype, request, ctx, () => {}, Object.create(null), import.meta];
  const limits = [Infinity, -1, NaN, '5', {}, 2 ** 31, null, { valueOf: () => 1e9 }, 1e9];
  const deep = (n, then) => (n === 0 ? then() : deep(n - 1, then));
  for (const limit of limits) {
    Error.stackTraceLimit = limit;
    for (const target of targets) {
      for (const upTo of [undefined, deep, eval, null, {}]) {
        try {
          deep(500, () => Error.captureStackTrace(target, upTo));
          String(target.stack);
        } catch {}
      }
    }
  }
  Error.prepareStackTrace = (error) => new Error(error.message + 'x').stack;
  try {
    String(new Error('x').stack);
  } catch {}
  Error.prepareStackTrace = () => new Proxy({}, { get() { throw 1; } });
  throw new Error('x');
};
