export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const ways = [
    (f) => structuredClone({ get x() { return f(); } }),
    (f) => new URL({ toString: f }),
    (f) => JSON.parse('[1]', f),
    (f) => 'x'.replace(/x/, f),
    (f) => new EventTarget().dispatchEvent({ get type() { return f(); } }),
    (f) => { const target = new EventTarget(); target.addEventListener('x', f); target.dispatchEvent(new Event('x')); },
    (f) => console.log({ [Symbol.for('Deno.customInspect')]: f }),
    (f) => console.log({ [Symbol.for('nodejs.util.inspect.custom')]: f }),
    (f) => new Headers([[{ toString: f }, 'x']]),
    (f) => Reflect.construct(Object, [], new Proxy(class {}, { get: f })),
    (f) => new Intl.NumberFormat('en', { get style() { return f(); } }),
    (f) => new Intl.DateTimeFormat([{ toString: f }]),
    (f) => crypto.subtle.digest({ get name() { return f(); } }, new Uint8Array(1)),
    (f) => new Blob([{ toString: f }]),
    (f) => new TextDecoder({ toString: f }),
    (f) => new URLPattern({ get pathname() { return f(); } }),
    (f) => new Response('x', { get status() { return f(); } }),
    (f) => new Request('http://x/', { get method() { return f(); } }),
    (f) => new ReadableStream({ start: f }),
    (f) => new CompressionStream({ toString: f }),
    (f) => [1].toSorted.call({ length: 2, get 0() { return f(); } }),
    (f) => Array.from({ [Symbol.iterator]: f }),
    (f) => Object.groupBy([1], f),
    (f) => new Set([1]).union({ size: 1, has: f, keys: f }),
    (f) => Iterator.from({ next: f }).toArray(),
    (f) => new WebAssembly.Memory({ get initial() { return f(); } }),
    (f) => new Uint8Array({ get length() { return f(); } }),
    (f) => new Date({ [Symbol.toPrimitive]: f }),
    (f) => AbortSignal.any({ [Symbol.iterator]: f }),
    (f) => { const controller = new AbortController(); controller.signal.onabort = f; controller.abort(); },
    (f) => reportError({ get stack() { return f(); } }),
    (f) => { globalThis.onerror = f; reportError(new Error('x')); },
    (f) => { Error.prepareStackTrace = f; new Error('x').stack; },
    (f) => import({ toString: f }),
    (f) => ctx.call({ toString: f }),
    (f) => ctx.waitUntil({ get then() { return f(); } }),
    (f) => EdgeRuntime.waitUntil(Object.defineProperty(Promise.resolve(), 'constructor', { get: f })),
    (f) => setTimeout({ toString: f }),
    (f) => performance.measure('x', { get start() { return f(); } }),
  ];
  for (const way of ways) {
    const again = () => way(again);
    try {
      Promise.resolve(again()).catch(() => {});
    } catch {}
  }
  globalThis.onerror = null;
  return 'survived';
};
