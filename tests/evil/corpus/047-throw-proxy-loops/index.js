export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  throw new Proxy(class extends Error {}, new Proxy({}, { get: () => () => {
    for (;;);
  } }));
};
