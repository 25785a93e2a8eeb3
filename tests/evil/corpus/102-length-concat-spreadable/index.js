export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].concat({ length: 2 ** 32 - 1, [Symbol.isConcatSpreadable]: true }));
};
