export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let e = new Error('first');
  for (let i = 0; i < 1e5; i++) e = new Error('next', { cause: e });
  console.error(e);
  throw e;
};
