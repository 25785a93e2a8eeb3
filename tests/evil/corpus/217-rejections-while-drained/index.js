// deno_core puts rejected promises into an array without elements of its own: setters of all objects get them, and their call.
let calls = 0;

export default async (request) => {
  if (request.url.endsWith("/ok")) return "ok";
  for (const index of ["0", "1", "2"]) {
    Object.defineProperty(Object.prototype, index, {
      configurable: true,
      get() {},
      set(value) {
        if (value?.isSkepCall === true) calls++;
        Object.defineProperty(this, index, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
        if (this.length === 3) Promise.reject(new Error("in the setter"));
      },
    });
  }
  for (let i = 0; i < 3; i++) {
    setTimeout(() => Promise.reject(new Error("in a timer")), 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const index of ["0", "1", "2"]) delete Object.prototype[index];
  return calls === 0 ? "nothing was seen" : new Response("a call was seen", { status: 500 });
};
