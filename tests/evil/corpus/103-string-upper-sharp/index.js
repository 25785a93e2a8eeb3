export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('\u00df'.repeat(2 ** 25).toUpperCase().length);
};
