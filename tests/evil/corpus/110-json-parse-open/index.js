export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  JSON.parse('['.repeat(2 ** 26 - 1));
  return 'parsed';
};
