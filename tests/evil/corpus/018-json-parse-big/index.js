export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(JSON.parse('[' + '1,'.repeat(9e7) + '1]').length);
};
