export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const again = async () => {
    await new Promise((wake) => setTimeout(wake, 50));
    ctx.waitUntil(again());
  };
  ctx.waitUntil(again());
  for (const odd of [null, 7, { then: (f) => f(1) }, { get then() { throw 1; } }, new Proxy(Promise.resolve(), {}), class extends Promise {}.resolve(1)]) {
    try {
      ctx.waitUntil(odd);
    } catch {}
  }
  return 'answered';
};
