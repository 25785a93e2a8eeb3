export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(/(?:)/[Symbol.split]('1'.repeat(2 ** 27 + 1)).length);
};
