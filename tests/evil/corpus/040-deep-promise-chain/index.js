export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let chain = Promise.resolve(1);
  for (let i = 0; i < 1e6; i++) chain = chain.then((x) => x);
  return String(await chain);
};
