export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  ctx.waitUntil(new Promise(() => {}));
  ctx.waitUntil(new Promise((wake) => setTimeout(wake, 1e9)));
  return 'answered';
};
