export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].slice.call({ length: 2 ** 53 - 1 }, 0, 2 ** 32 - 2));
};
