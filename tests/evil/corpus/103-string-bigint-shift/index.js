export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(1n << 1073741800n);
};
