export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.assign({}, 'x'.repeat(2 ** 24)));
};
