export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (const key of Reflect.ownKeys(ctx)) {
    try {
      ctx[key] = () => {
        for (;;);
      };
    } catch {}
  }
  try {
    Object.setPrototypeOf(ctx, new Proxy({}, {}));
  } catch {}
  ctx.waitUntil?.call?.({}, 1);
  return 'tampered';
};
