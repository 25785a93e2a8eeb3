export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return 'a'.repeat(30).replace(/(a|a)*$/g, (all) => all.replace(/^(a+)+b/, ''));
};
