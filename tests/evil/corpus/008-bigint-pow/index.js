export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(7n ** 30000000n & 1n);
};
