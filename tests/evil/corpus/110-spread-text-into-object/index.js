export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.values({ ...'x'.repeat(2 ** 27) }).length);
};
