export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  class Odd {
    static #x = (() => {
      for (;;);
    })();
    static {
      Odd.#x;
    }
  }
  return String(Odd);
};
