export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const dive = async (n) => (await dive(n + 1)) + 1;
  return String(await dive(0));
};
