export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const until = performance.now() + 2000;
  while (performance.now() < until) await null;
  return 'done';
};
