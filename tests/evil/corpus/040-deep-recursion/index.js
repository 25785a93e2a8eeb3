export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const dive = (n) => dive(n + 1) + 1;
  return String(dive(0));
};
