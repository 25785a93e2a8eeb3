export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  class Odd extends Response {
    get status() {
      for (;;);
    }
    get headers() {
      throw 1;
    }
    get body() {
      return new Proxy({}, {});
    }
  }
  return new Odd('x');
};
