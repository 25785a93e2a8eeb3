export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const text = 'x'.repeat(1 << 20);
  text.at(5);
  return String(structuredClone(new Array(4096).fill(text)).length);
};
