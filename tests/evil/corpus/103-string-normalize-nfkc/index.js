export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('\ufdfa'.repeat(2 ** 22).normalize('NFKC').length);
};
