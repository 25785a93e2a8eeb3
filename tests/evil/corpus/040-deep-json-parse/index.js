export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(JSON.parse('['.repeat(1e6) + ']'.repeat(1e6)).length);
};
