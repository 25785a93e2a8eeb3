export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const p = new Proxy({}, { has() {
    for (;;);
  } });
  return String('x' in p);
};
