export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('\u0344'.repeat(2 ** 24).normalize('NFD').length);
};
