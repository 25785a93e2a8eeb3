export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(BigInt('9'.repeat(20000000)) & 1n);
};
