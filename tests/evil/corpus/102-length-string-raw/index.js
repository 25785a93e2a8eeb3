export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(String.raw({ raw: { length: 2 ** 53 - 1 } }));
};
