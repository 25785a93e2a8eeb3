export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const o = { toJSON() {
    return { o: JSON.stringify(o) };
  } };
  return o;
};
