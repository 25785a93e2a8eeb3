export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  if (request.method === 'POST') return new Promise((wake) => setTimeout(wake, 300, 'late'));
  const body = new Uint8Array(2 << 20);
  const calls = await Promise.allSettled(Array.from({ length: 2000 }, () => ctx.call(ctx.function, '/', { method: 'POST', body })));
  return String(calls.length);
};
