export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(AbortSignal.timeout(1e9));
};
