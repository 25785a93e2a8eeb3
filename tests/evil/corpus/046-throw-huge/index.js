export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  throw new Error('x'.repeat(1e8));
};
