export default async (request, ctx) => {
  if (request.url.endsWith("/ok")) return "ok";
  const module = new WebAssembly.Module(Uint8Array.fromHex('0061736d01000000010a025e7e0160017f0164000302010107050101670000' + '0a09010700' + '2000fb07000b'));
  const { g } = new WebAssembly.Instance(module).exports;
  const kept = [];
  for (const size of [-1, 2 ** 31 - 1, 2 ** 27, 134217726, 2 ** 26, 1.6e7]) {
    try {
      kept.push(g(size));
    } catch {}
  }
  for (;;) kept.push(g(1e6));
};
