export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Iterator.from({ next: () => ({ value: 1, done: false }) }).drop(Infinity).toArray().length);
};
