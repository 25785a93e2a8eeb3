export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(String.raw({ raw: Array.from({ length: 1e6 }, () => 'x'.repeat(1000)) }).length);
};
