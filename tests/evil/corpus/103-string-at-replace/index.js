export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('a'.repeat(2 ** 20).replace(/a/g, () => 'b'.repeat(1000)).length);
};
