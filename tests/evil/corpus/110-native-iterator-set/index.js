export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String(new Set({ [Symbol.iterator]: () => ({ next: Object }) }).size);
};
