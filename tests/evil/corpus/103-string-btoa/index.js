export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(btoa('x'.repeat(2 ** 28)).length);
};
