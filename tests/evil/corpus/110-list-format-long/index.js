export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Intl.ListFormat('en').format(new Array(1e6).fill('x')).length);
};
