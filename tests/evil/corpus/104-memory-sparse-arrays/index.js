export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; ; i++) {
    const a = [];
    a[1e8 + i] = 1;
    kept.push(a);
  }
};
