export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let o = {};
  for (let i = 0; i < 1e5; i++) o = { o };
  console.log(o, [o], new Map([[o, o]]), new Error('x', { cause: o }));
  return 'logged';
};
