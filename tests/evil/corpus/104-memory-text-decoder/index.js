export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const bytes = new Uint8Array(1 << 24).fill(65);
  const kept = [];
  for (;;) kept.push(new TextDecoder().decode(bytes));
};
