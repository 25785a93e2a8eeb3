export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  function* forever() {
    for (;;) yield 1;
  }
  for (const _ of forever());
};
