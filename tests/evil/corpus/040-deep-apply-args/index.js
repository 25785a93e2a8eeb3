export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(String.fromCharCode.apply(null, { length: 1e8 }).length);
};
