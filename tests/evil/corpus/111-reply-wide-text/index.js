let turn = 0;
export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const length = [15e6, 5e6, 60e6, 25e6][turn++ % 4];
  const text = "\u20ac".repeat(length);
  if (turn % 2) return text;
  console.log(text);
  return String(new TextEncoder().encode(text).length);
};
