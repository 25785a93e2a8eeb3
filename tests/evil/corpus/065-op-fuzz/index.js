export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const seen = new Set([globalThis]);
  const functions = [];
  const todo = [globalThis, ctx, request, Deno, EdgeRuntime];
  while (todo.length > 0) {
    const object = todo.pop();
    for (const key of Reflect.ownKeys(object)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
      for (const value of [descriptor.value, descriptor.get, descriptor.set]) {
        if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) continue;
        seen.add(value);
        todo.push(value);
        if (typeof value === 'function') functions.push(value);
      }
    }
  }
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const values = () => [
    undefined, null, true, 0, -1, NaN, 2 ** 31, 2 ** 53, 1e308, '', 'x', '\ud800', 'x'.repeat(70000), 10n ** 30n, Symbol.iterator, {}, [], [1, [2]], () => {}, class {}, new Uint8Array(8), new ArrayBuffer(0),
    new DataView(new ArrayBuffer(8)), { length: 5 }, { then: (f) => f(1) }, new Error('x'), /x/g, new Date(NaN), proxy, { toString: () => { throw 1; } }, { get a() { throw 2; } }, new Map([[1, 2]]), new Promise(() => {}),
    request, ctx, new Headers(), new Response('x'), new ReadableStream(), new URL('http://x/'), new AbortController().signal, globalThis, Object.create(null), new Proxy({}, { get: () => () => 1 }),
  ];
  const any = (list) => list[Math.floor(Math.random() * list.length)];
  for (let i = 0; i < 1e4; i++) {
    const list = values();
    const args = Array.from({ length: Math.floor(Math.random() * 4) }, () => any(list));
    const callee = any(functions);
    try {
      const result = i % 3 === 0 ? Reflect.construct(callee, args) : Reflect.apply(callee, any(list), args);
      if (result instanceof Promise) result.catch(() => {});
    } catch {}
  }
  return new Response('survived');
};
