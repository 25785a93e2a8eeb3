export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const deep = { valueOf: () => deep < deep };
  return String(deep > 1);
};
