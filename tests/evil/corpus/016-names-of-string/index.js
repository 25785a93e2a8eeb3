export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.getOwnPropertyNames(new String('x'.repeat(2 ** 27))).length);
};
