export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const at = new URL(request.url).searchParams.get('at');
  setInterval(() => {}, 1);
  for (let i = 0; i < 20; i++) fetch(at).catch(() => {});
  ctx.waitUntil(new Promise((wake) => setTimeout(wake, 1e6)));
  for (let i = 0; i < 10; i++) ctx.call('neighbour-1' + i % 4, '/?x=1').then((r) => r.body.getReader().read()).catch(() => {});
  const kept = [];
  for (;;) {
    for (let i = 0; i < 1e4; i++) kept.push({ i, r: new WeakRef({}) });
    await new Promise((wake) => setTimeout(wake, 1));
  }
};
