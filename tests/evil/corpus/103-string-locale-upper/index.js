export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String('i'.repeat(2 ** 25).toLocaleUpperCase('tr').length);
};
