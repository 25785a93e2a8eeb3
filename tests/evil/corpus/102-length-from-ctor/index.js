export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Array.from.call(Object, { length: 2 ** 53 - 1 }));
};
