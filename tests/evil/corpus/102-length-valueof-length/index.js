export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].indexOf.call({ length: { valueOf: () => 2 ** 53 - 1 } }, 1));
};
