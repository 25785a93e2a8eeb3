export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (;;) Date.parse('2020-01-01T00:00:00Z');
};
