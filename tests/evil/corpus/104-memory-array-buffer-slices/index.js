export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const base = new ArrayBuffer(1 << 22);
  const kept = [];
  for (;;) kept.push(base.slice(0));
};
