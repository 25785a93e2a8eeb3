export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].unshift.call({ length: 2 ** 53 - 2 }, 1));
};
