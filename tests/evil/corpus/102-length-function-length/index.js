export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].indexOf.call(Object.defineProperty(() => {}, 'length', { value: 2 ** 53 - 1 }), 1));
};
