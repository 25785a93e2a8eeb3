export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(encodeURIComponent('\u20ac'.repeat(2 ** 25)).length);
};
