export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; i < 40000; i++) kept.push(new WebAssembly.Memory({ initial: 1, maximum: 65536 }));
  return String(kept.length);
};
