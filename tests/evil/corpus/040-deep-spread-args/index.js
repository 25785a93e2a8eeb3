export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Math.max(...new Array(1e6).fill(1)));
};
