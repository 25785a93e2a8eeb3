export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([...'.'.repeat(2 ** 27)].length);
};
