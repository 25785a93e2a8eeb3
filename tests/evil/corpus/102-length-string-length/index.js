export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String([].lastIndexOf.call({ length: '9007199254740991' }, 1));
};
