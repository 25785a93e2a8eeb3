export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  return String((() => {
    class Odd extends Array {
      static get [Symbol.species]() {
        return function () {
          return { length: 2 ** 53 - 1 };
        };
      }
    }
    return Odd.of(1, 2, 3).concat([1]);
  })());
};
