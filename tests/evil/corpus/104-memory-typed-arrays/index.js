export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(new Float64Array(1000));
};
