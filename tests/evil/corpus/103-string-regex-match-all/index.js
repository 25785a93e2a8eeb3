export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([...'ab'.repeat(2 ** 22).matchAll(/(a)(b)/g)].length);
};
