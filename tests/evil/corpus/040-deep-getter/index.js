export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const o = { get x() {
    return this.x + 1;
  } };
  return String(o.x);
};
