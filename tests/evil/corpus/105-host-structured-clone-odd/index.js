export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const odd = [new Error('x'.repeat(1e6)), new Map([[{}, new Set([1n])]]), new Uint8Array(1e6), /x/, new Date(NaN), new Array(1e6), Object.assign([], { x: 1 }), new Proxy({}, {}), () => {}, Symbol(), new WeakMap(), request, new ReadableStream(), new Response('x')];
  for (const value of odd) {
    for (const options of [undefined, { transfer: [value] }, { transfer: [value?.buffer ?? value, value] }]) {
      try {
        structuredClone(value, options);
      } catch {}
    }
  }
  return 'survived';
};
