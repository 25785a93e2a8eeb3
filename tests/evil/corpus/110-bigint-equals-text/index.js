export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(0n == '9'.repeat(2 ** 24));
};
