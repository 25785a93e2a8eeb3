export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; i < 300; i++) kept.push(ctx.call('neighbour-10', '/?x=1'));
  await Promise.allSettled(kept);
  return 'unread';
};
