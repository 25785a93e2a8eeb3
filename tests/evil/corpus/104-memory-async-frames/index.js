export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push((async () => {
    const big = new Array(100).fill(0);
    await new Promise(() => {});
    return big;
  })());
};
