export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Array.from({ length: 5000 }, () => 'x'.repeat(100000)).join('').length);
};
