export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Array.from((function* () {
    for (;;) yield 1;
  })().filter(() => false)).length);
};
