export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  await Promise.all((function* () {
    for (;;) yield new Promise(() => {});
  })());
};
