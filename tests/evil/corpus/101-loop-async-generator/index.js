export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  async function* forever() {
    for (;;) yield 1;
  }
  for await (const _ of forever());
};
