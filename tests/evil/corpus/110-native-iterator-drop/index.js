export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Iterator.from({ next: Object }).drop(Infinity).next());
};
