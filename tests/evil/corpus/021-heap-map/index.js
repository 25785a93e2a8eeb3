export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = new Map();
  for (let i = 0; ; i++) kept.set(i, { i });
};
