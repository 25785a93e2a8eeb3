export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const cell = new Int32Array(typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(8) : new SharedArrayBuffer(8));
  return Atomics.wait(cell, 0, 0);
};
