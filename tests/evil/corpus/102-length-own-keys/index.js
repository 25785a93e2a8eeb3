export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Reflect.ownKeys(new Proxy({}, { ownKeys: () => ({ length: 2 ** 32 - 1 }) })));
};
