export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  let o = {};
  for (let i = 0; i < 2e5; i++) o = { o };
  structuredClone(o);
  return 'cloned';
};
