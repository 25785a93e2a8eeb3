export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const module = new WebAssembly.Module(Uint8Array.fromHex('0061736d010000000104016000000207010169016600000302010007050101670001' + '0a0601040010000b'));
  const suspend = new WebAssembly.Suspending(() => new Promise((wake) => setTimeout(wake, 1)));
  const call = WebAssembly.promising(new WebAssembly.Instance(module, { i: { f: suspend } }).exports.g);
  for (let round = 0; round < 250; round++) await Promise.all(Array.from({ length: 40 }, call));
  return 'done';
};
