export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  throw 10n ** 1000n;
};
