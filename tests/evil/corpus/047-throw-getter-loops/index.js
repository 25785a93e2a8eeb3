export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const trap = { get() {
    for (;;);
  }, configurable: true };
  const error = new Error('x');
  for (const key of ['message', 'stack', 'cause', 'name', 'errors', 'constructor', 'toString']) Object.defineProperty(error, key, trap);
  throw error;
};
