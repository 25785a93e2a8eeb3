export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let inner = new Promise(() => {});
  for (let i = 0; i < 5e5; i++) {
    const next = inner;
    inner = (async () => next)();
  }
  return await Promise.race([inner, 'raced']);
};
