export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(Object.groupBy({ [Symbol.iterator]: () => ({ next: () => ({ value: 1, done: false }) }) }, (x) => x));
};
