export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  class A {
    static [Symbol.hasInstance](x) {
      return x instanceof A;
    }
  }
  return String({} instanceof A);
};
