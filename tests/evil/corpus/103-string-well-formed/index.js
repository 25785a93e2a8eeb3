export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('\ud800'.repeat(2 ** 26).toWellFormed().length);
};
