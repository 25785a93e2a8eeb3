export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new TextEncoder().encode('\u20ac'.repeat(2 ** 28)).length);
};
