export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let ran = 0;
  const registry = new FinalizationRegistry((held) => {
    ran++;
    registry.register({ held }, held);
    import(`./none${held}.js`).catch(() => {});
    ctx.call(ctx.function, '/ok').catch(() => {});
    setTimeout(() => { throw new Error('later'); }, 0);
    structuredClone({ held });
    throw new Proxy({}, { get() { throw 1; } });
  });
  for (let i = 0; i < 2000; i++) registry.register({ i }, i);
  for (let n = 0; n < 30; n++) {
    let garbage = [];
    for (let i = 0; i < 1e5; i++) garbage.push({ n, i });
    garbage = null;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return 'done';
};
