export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    const a = [];
    for (;;) a.length = a.length ? 0 : 2 ** 32 - 1;
  })());
};
