export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Array(1e8).fill(0).length);
};
