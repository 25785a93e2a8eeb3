export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].sort.call({ length: 2 ** 32 - 1 }).length);
};
