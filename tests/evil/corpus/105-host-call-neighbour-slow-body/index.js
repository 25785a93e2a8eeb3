export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const never = new ReadableStream({ pull: () => new Promise((wake) => setTimeout(wake, 1e6)) });
  await Promise.allSettled(Array.from({ length: 100 }, () => ctx.call('neighbour-17', '/?x=1', { method: 'POST', body: never, duplex: 'half' })));
  return 'done';
};
