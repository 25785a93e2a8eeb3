export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const kept = [];
  for (let i = 0; i < 70000; i++) kept.push(new ArrayBuffer(8, { maxByteLength: 2 ** 32 }));
  return String(kept.length);
};
