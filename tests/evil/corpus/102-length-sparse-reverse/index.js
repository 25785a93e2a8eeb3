export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    const a = [];
    a[2 ** 32 - 2] = 1;
    a.reverse();
  })());
};
