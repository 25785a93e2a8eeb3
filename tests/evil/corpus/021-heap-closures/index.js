export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) {
    const big = new Array(100);
    kept.push(() => big);
  }
};
