export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Array(2 ** 32 - 1).join('').length);
};
