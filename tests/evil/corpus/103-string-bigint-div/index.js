export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    let x = 1n << 10000000n;
    for (;;) x = (x * x) / (x - 1n);
  })());
};
