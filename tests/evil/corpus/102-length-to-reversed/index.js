export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].toReversed.call({ length: 2 ** 32 - 1 }));
};
