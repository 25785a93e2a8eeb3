export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (;;) kept.push(new Blob([new Uint8Array(1 << 20)]));
};
