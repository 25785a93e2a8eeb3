export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('\u0130'.repeat(2 ** 28).toLowerCase().length);
};
