export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return { then(resolve) {
    resolve(this);
  } };
};
