export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Reflect.construct(Array, { length: 2 ** 28 }));
};
