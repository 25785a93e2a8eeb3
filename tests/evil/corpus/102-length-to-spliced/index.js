export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].toSpliced.call({ length: 2 ** 32 - 1 }, 0, 0));
};
