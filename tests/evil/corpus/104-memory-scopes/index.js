export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let chain = null;
  for (;;) {
    const before = chain;
    chain = { next: before, code: class {
      static x = before;
    } };
  }
};
