export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.defineProperties({}, new Proxy({}, { ownKeys: () => ({ length: 2 ** 32 - 1 }) })));
};
